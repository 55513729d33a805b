import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Fact } from '../../../src/core/events.ts';
import type { Standing } from '../../../src/ui/ports.ts';
import type { UiState } from '../../../src/ui/ui-state.ts';
import { drawHeader } from '../../../src/ui/view/header.ts';
import type { View } from '../../../src/ui/view/view.ts';
import { usageFact } from '../../support/usage.ts';
import { anyRun, anyStanding } from '../any-ui.ts';
import { BEGIN } from '../happenings.ts';
import { facts } from './happened.ts';
import { expectExact, goOn, runOf, START, textOf, viewOf } from './views.ts';

const TASKS = ['spec', 'cart', 'page', 'docs'].map((id) => ({ id }));
const [spec, cart, page] = [facts('spec'), facts('cart'), facts('page')];
const BEFORE = [...spec.working, spec.completed, ...cart.working, cart.idle, ...page.working];

function header(width: number, happened: readonly Fact[] = [], ui: Partial<UiState> = {}, view: Partial<View> = {}) {
  const run = goOn(runOf({ name: 'checkout-api', tasks: TASKS }, BEFORE), happened);
  return textOf(drawHeader(viewOf(run, { now: START + 761_000, ...ui }, view), width));
}

test.each([
  [100, ' agentrelay · checkout-api · run 1  ▶ 12:41                         slots 2/4    ● 1  ! 1  ✔ 1  ○ 1 '],
  [80, ' agentrelay · checkout-api · run 1  ▶ 12:41     slots 2/4    ● 1  ! 1  ✔ 1  ○ 1 '],
  [64, ' agentrelay · checkout-api  ▶ 12:41          ● 1  ! 1  ✔ 1  ○ 1 '],
  [54, ' agentrelay · checkout-api         ● 1  ! 1  ✔ 1  ○ 1 '],
  [40, ' checkout-api        ● 1  ! 1  ✔ 1  ○ 1 '],
  [30, ' checkou…  ● 1  ! 1  ✔ 1  ○ 1 '],
  [20, ' checkout-api       '],
])('what matters least gives way first: %i', (_, text) => {
  expect(header([...text].length)).toBe(text);
});

test.each<readonly [string, readonly Fact[], Partial<View>, string]>([
  ['paused', [{ kind: 'run_paused' }], {}, '  ▶ 12:41   ‖ paused  '],
  ['stopping', [{ kind: 'run_stopping', reason: 'cancelled', running: [] }], {}, '  ▶ 12:41   stopping: cancelled  '],
  [
    'over',
    [{ kind: 'run_finished', outcome: 'completed_with_failures', waiting_for: [] }],
    {},
    '  ■ 0:15    completed with failures  ',
  ],
  ['opening', [], { standing: { kind: 'opening' } }, '  opening  '],
  ['joined', [], { standing: { kind: 'other', pid: 42, host: 'here' } }, '  joined: process 42 runs it  '],
  ['nobody', [], { standing: { kind: 'nobody' } }, '  nobody runs it  '],
])('how the run stands: %s', (_, happened, view, text) => {
  expect(header(120, happened, {}, view)).toContain(text);
});

test.each<readonly [Partial<Extract<Standing, { kind: 'replay' }>>, string]>([
  [{ playing: true }, '  ▶ 0:10    replay 8x  '],
  [{ playing: false }, '  ▶ 0:10    replay halted  '],
  [{ playing: false, ended: true }, '  ▶ 0:10    replay ended  '],
])('a replay tells its own time, and how it is played', (how, text) => {
  const standing: Standing = {
    kind: 'replay',
    speed: 8,
    playing: true,
    at: START + 10_000,
    ended: false,
    shown: 3,
    events: 9,
    ...how,
  };
  expect(header(120, [], {}, { standing })).toContain(text);
});

test('read-only and a filter are said, and how much that hides', () => {
  expect(header(120, [], { readOnly: true })).toContain('  read-only  ');
  expect(header(120, [], { filter: 'cart' })).toContain('  1 of 4 shown  ');
  expect(header(120, [], { statuses: new Set(['working', 'done']) })).toContain('  2 of 4 shown  ');
});

test('that tasks are hidden or marked is said before whose run it is', () => {
  const joined: Standing = { kind: 'other', pid: 42, host: 'here' };
  const ui: Partial<UiState> = { filter: 'cart', marked: new Set(['cart', 'page']) };
  const text = header(80, [], ui, { standing: joined });
  expect(text).toContain('  1 of 4 shown  2 marked  ');
  expect(text).not.toContain('joined');
});

test('what nobody runs is not stopping any more', () => {
  const left: Fact = { kind: 'run_stopping', reason: 'detached', running: [] };
  expect(header(120, [left], {}, { standing: { kind: 'nobody' } })).not.toContain('stopping');
});

const at = (hour: number, minute: number) => new Date(2026, 5, 1, hour, minute);
const budget = (remaining: number): Fact => ({
  ...{ kind: 'api_budget', requests: 9, spent: 9, limit: 5_000, remaining },
  ...{ reset_at: at(14, 5).toISOString(), interval: 3_000 },
});
const limited: Fact = { kind: 'api_limited', limit: 'secondary', until: at(14, 5).toISOString() };
const gone: Fact = { kind: 'api_unreachable', since: at(14, 1).toISOString(), error: 'no line' };

test.each<readonly [string, number, Fact, Date, string]>([
  ['little is left', 100, budget(312), at(14, 0), '  GitHub: 312 of 5000 left, resets 14:05  '],
  ['in fewer words', 70, budget(312), at(14, 0), '  GitHub: 312 left  '],
  ['GitHub wants to be left alone', 100, limited, at(14, 4), '  GitHub limits us until 14:05:00  '],
  [
    'GitHub is out of reach',
    120,
    gone,
    at(14, 4),
    '  GitHub cannot be reached since 14:01:00: what is shown of it is old  ',
  ],
  ['in fewer words still', 76, gone, at(14, 4), '  no GitHub since 14:01:00  '],
  ['in fewer words, too', 76, limited, at(14, 4), '  GitHub: wait till 14:05:00  '],
])('what slows the run down at GitHub: %s', (_, width, fact, now, text) => {
  expect(header(width, [fact], { now: now.getTime() })).toContain(text);
});

test.each<readonly [string, readonly Fact[], Date]>([
  ['enough is left', [budget(1_000)], at(14, 0)],
  ['the hour is over', [budget(0)], at(14, 5)],
  ['the limit is over', [limited], at(14, 5)],
  ['the run is over', [limited, budget(0), { kind: 'run_finished', outcome: 'succeeded', waiting_for: [] }], at(14, 0)],
])('nothing is said of GitHub when it does not matter: %s', (_, happened, now) => {
  expect(header(120, happened, { now: now.getTime() })).not.toContain('GitHub');
});

const used = usageFact({ task: 'cart' }, 1.2, 82_000);
const bounded: Fact = {
  ...{ kind: 'run_resumed', pid: 2 },
  budget: { max_cost_usd: 5, max_tokens: null, timeout: null },
};

test.each<readonly [string, number, readonly Fact[], string]>([
  ['what was used', 100, [used], '  ▶ 12:41   $1.20, 82k tokens  '],
  ['of what may be', 100, [used, bounded], '  ▶ 12:41   $1.20 of $5.00, 82k tokens  '],
  ['in fewer words', 84, [used, bounded], '  ▶ 12:41   $1.20, 82k tokens  '],
  ['in fewer words still', 66, [used, bounded], '  ▶ 12:41   $1.20  '],
])('cost and tokens of the run: %s', (_, width, happened, text) => {
  expect(header(width, happened)).toContain(text);
});

test('cost and tokens are louder once the budget nears its end, and nothing where nobody told', () => {
  const of = { scope: 'run', task: null, budget: 'cost_usd', spent: 4.1, limit: 5 } as const;
  const tone = (...happened: Fact[]) => {
    const run = goOn(runOf({ name: 'shop', tasks: TASKS }, BEFORE), happened);
    return drawHeader(viewOf(run), 120).words.find(({ text }) => /\$|tokens/.test(text))?.tone;
  };
  expect(tone()).toBeUndefined();
  expect(tone(used, bounded)).toBe('quiet');
  expect(tone(used, bounded, { kind: 'budget_reached', ...of, percent: 80 })).toBe('warn');
  expect(tone(used, bounded, { kind: 'budget_reached', ...of, percent: 100 })).toBe('bad');
});

test('before there is a run there is nothing to count', () => {
  const nothing = viewOf(runOf({ tasks: [] }), {}, { standing: { kind: 'opening' }, slots: null });
  expect(textOf(drawHeader(nothing, 60)).trimEnd()).toMatch(/^ agentrelay · graph · run 1 .* opening$/);
});

test('it is exact at any width, and no tick moves anything', () => {
  fc.assert(
    fc.property(
      anyRun,
      anyStanding,
      fc.integer({ min: 1, max: 300 }),
      fc.boolean(),
      (run, standing, width, readOnly) => {
        const ticking = standing.kind === 'replay' ? { ...standing } : standing;
        const at = (second: number) => {
          const now = BEGIN + second * 1_000;
          const still = ticking.kind === 'replay' ? { ...ticking, at: now } : ticking;
          return drawHeader(viewOf(run, { now, readOnly }, { standing: still }), width);
        };
        const seconds = [0, 59, 600, 3_599, 3_600, 86_400, 8_640_000];
        const lines = seconds.map(at);
        expectExact(lines, width);
        const shapes = lines.map((line) =>
          textOf(line).replace(/(?<=[▶■] )[\ddhm:]+ */, (time) => '0'.repeat(time.length)),
        );
        expect(new Set(shapes).size).toBe(1);
      },
    ),
    { numRuns: 60, seed: 2 },
  );
});

test('a parked task has no slot', () => {
  expect(header(100)).toContain('slots 2/4');
  expect(header(100, [page.parked('2030-01-01T00:00:00Z')])).toContain('slots 1/4');
});
