import { expect, test } from 'vitest';
import { formatAge, formatSize, gcLines } from '../../src/commands/gc-report.ts';
import { type GcItem, NO_WORK } from '../../src/core/gc-plan.ts';

const item = (name: string, bytes: number | null, group: GcItem['group']): GcItem => ({
  leaving: {
    ...{ kind: 'branch', name, graph: 'g', run: 1, bytes, changedAt: 0 },
    ...{ work: NO_WORK, obstacle: null, heldBy: null },
  },
  group,
  reason: 'why',
});

test('the largest first, in columns, with totals at the end', () => {
  const items = [item('small', 10, 'safe'), item('largest', 5_000_000, 'safe'), item('stays', null, null)];
  expect(gcLines(items, { now: 3 * 60_000, colour: false })).toEqual([
    'may go: nothing is lost',
    '  4.8 MiB  3 min  branch  largest  why',
    '     10 B  3 min  branch  small    why',
    '',
    'stays',
    '    3 min  branch  stays  why',
    '',
    'may go: 2 items, 4.8 MiB',
    'stays: 1 item, 0 B',
  ]);
});

test('sizes and ages in the unit that fits', () => {
  expect([0, 1023, 1024, 150 * 1024, 3 * 1024 ** 3, 5 * 1024 ** 5].map(formatSize)).toEqual([
    ...['0 B', '1023 B', '1.0 KiB', '150 KiB', '3.0 GiB', '5120 TiB'],
  ]);
  const hour = 3_600_000;
  expect([-5, hour - 1, hour, 47 * hour, 49 * hour].map(formatAge)).toEqual([
    '0 min',
    '59 min',
    '1 h',
    '47 h',
    '2 days',
  ]);
});
