import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Fact } from '../../../../src/core/events.ts';
import { ASCII, UNICODE } from '../../../../src/ui/glyphs.ts';
import { type Detail, TABS } from '../../../../src/ui/ports.ts';
import { panelScroll } from '../../../../src/ui/view/panel/panel.ts';
import { drawTabs } from '../../../../src/ui/view/panel/tabs.ts';
import { eventsOf, expectExact, HOSTILE, runOf, textOf, viewOf } from '../views.ts';
import { allOf, BASE, begun, detailView, implRun, ONE, shown } from './facts.ts';

const PLAIN: Detail = { tab: 'prompt', path: null, lines: ['do it'], note: null };

describe('the panel', () => {
  test('shows the detail of the row and tab that it is of, and nothing of another', () => {
    const run = runOf({ tasks: [{ id: 'impl' }, { id: 'other' }] });
    expect(shown(detailView(run, PLAIN))).toEqual(['do it']);
    expect(shown(detailView(run, PLAIN, { cursor: 'task:other' }))).toEqual([' …']);
    expect(shown(detailView(run, PLAIN, { tab: 'diff' }))).toEqual([' …']);
    expect(shown(viewOf(run, { cursor: 'task:impl' }))).toEqual([' …']);
  });

  test('says in red why there is no detail', () => {
    const value = { failed: 'git is gone' };
    const scroll = panelScroll(
      viewOf(implRun(), { cursor: 'task:impl', tab: 'diff', detail: { of: 'impl/diff', value } }),
      40,
    );
    const [line] = allOf(scroll);
    expect(textOf(line).trimEnd()).toBe('git is gone');
    expect(line?.words[0]?.tone).toBe('bad');
  });

  test('is about the lane on the row of a lane, and follows the cursor of the graph', () => {
    const run = implRun();
    expect(shown(detailView(run, PLAIN, { cursor: 'lane:api' }))[0]).toMatch(/^ lane api/);
    expect(shown(detailView(run, PLAIN, { cursor: 'lane:api', screen: 'graph' }))[0]).toMatch(/^ lane api/);
    // What a filter leaves out of the list is in the graph all the same.
    expect(shown(detailView(run, PLAIN, { screen: 'graph', filter: 'zzz' }))).toEqual(['do it']);
  });

  test('is empty where there is no row', () => {
    expect(panelScroll(viewOf(runOf({ tasks: [], workstreams: [] })), 40).count).toBe(0);
  });
});

const FACTS: readonly Fact[] = [
  { kind: 'workstream_active', workstream: 'api', branch: HOSTILE, base_commit: BASE },
  ...begun(),
  { task: 'impl', attempt: 1, kind: 'task_concerned', source: 'agent', message: HOSTILE },
  { task: 'impl', attempt: 1, kind: 'task_concerned', source: 'ops', message: HOSTILE },
  { task: 'impl', attempt: 1, kind: 'task_work_saved', ref: HOSTILE, commit: HOSTILE },
  { task: 'impl', attempt: 1, kind: 'task_merge_conflict', round: 1, of: 2, files: [HOSTILE, HOSTILE] },
  { task: 'impl', attempt: 1, kind: 'task_failed', code: HOSTILE, error: HOSTILE, failure_class: null },
];

/** Each tab with texts of the world in all its fields. */
function details(text: string): Detail[] {
  const commit = { id: text, subject: text, author: text, at: text };
  const note = { commits: 1, tip: text, files: 1, added: 1, removed: 2, missing: null };
  return [
    { tab: 'output', lines: [text, `\x1b[31m${text}`, text.repeat(50)], live: false, note: text },
    {
      tab: 'diff',
      base: text,
      tip: text,
      uncommitted: true,
      files: [
        { path: text, added: 1, removed: 2 },
        { path: text, added: null, removed: null },
      ],
      lines: [text, '@@ -1 +1 @@', `-${text}`, `+${text}`],
      omitted: 3,
      note: text,
    },
    {
      tab: 'attempts',
      attempts: [
        { ...note, attempt: 1, difference: [] },
        { ...note, attempt: 2, difference: [text] },
        { ...note, attempt: 3, difference: [], missing: text },
      ],
    },
    { tab: 'events', events: eventsOf(FACTS).filter((event) => 'task' in event), omitted: 2 },
    { tab: 'prompt', path: text, lines: ['# ', text, `## ${text}`], note: text },
    { tab: 'evidence', commits: [commit], omitted: 1, summary: text },
  ];
}

describe.each([12, 40, 80, 160])('%i columns', (columns) => {
  test.each([UNICODE, ASCII])(
    'every line of every tab is exactly as wide, whatever the world holds: $name',
    (glyphs) => {
      const run = runOf(ONE, FACTS);
      for (const detail of details(HOSTILE)) {
        for (const panelLeft of [0, 3]) {
          const view = { ...detailView(run, detail, { panelLeft }), glyphs };
          expectExact(allOf(panelScroll(view, columns)), columns);
          expectExact([drawTabs(view, columns)], columns);
        }
      }
      const lane = { ...viewOf(run, { cursor: 'lane:api' }), glyphs };
      expectExact(allOf(panelScroll(lane, columns)), columns);
      expectExact([drawTabs(lane, columns)], columns);
    },
  );
});

test('random texts keep every line as wide as it must be', () => {
  const run = runOf(ONE, FACTS);
  const texts = fc.string({
    unit: fc.oneof(
      fc.string({ unit: 'binary', maxLength: 1 }),
      fc.constantFrom('\x1b[', '界', ' ', '\n', '\u0301', 'é'),
    ),
  });
  fc.assert(
    fc.property(texts, fc.integer({ min: 1, max: 60 }), fc.nat({ max: 20 }), (text, columns, panelLeft) => {
      for (const detail of details(text))
        expectExact(allOf(panelScroll(detailView(run, detail, { panelLeft }), columns)), columns);
    }),
    { numRuns: 25 },
  );
});

test('any window of a scroll is that part of all its lines', () => {
  for (const detail of details('a line of text')) {
    const whole = allOf(panelScroll(detailView(implRun(), detail), 50)).map(textOf);
    for (let from = 0; from <= whole.length; from++) {
      const part = panelScroll(detailView(implRun(), { ...detail }), 50).lines(from, 3);
      expect(part.map(textOf)).toEqual(whole.slice(from, from + 3));
    }
  }
});

describe('the tabs', () => {
  test.each(TABS)('%s stands in a gap of the line, also without colours', (tab) => {
    const view = viewOf(implRun(), { cursor: 'task:impl', tab });
    for (const columns of [160, 80, 60, 40])
      expect(textOf(drawTabs(view, columns))).toMatch(new RegExp(`┤ ?${tab} ?├`));
    expect(textOf(drawTabs({ ...view, glyphs: ASCII }, 80))).toContain(`+ ${tab} +`);
  });

  test('give way: the name of the task, their distance, then all but the open one', () => {
    const view = viewOf(implRun(), { cursor: 'task:impl', tab: 'diff' });
    expect(textOf(drawTabs(view, 80))).toBe(
      '─ output ─┤ diff ├─ attempts ── events ── prompt ── evidence ──────────── impl ─',
    );
    expect(textOf(drawTabs(view, 64))).toBe('─ output ─┤ diff ├─ attempts ── events ── prompt ── evidence ───');
    expect(textOf(drawTabs(view, 54))).toBe('─output─┤diff├─attempts──events──prompt──evidence─────');
    expect(textOf(drawTabs(view, 40))).toBe('← ┤ diff ├ → 2/6 ──────────────── impl ─');
  });
});
