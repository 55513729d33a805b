import { describe, expect, test } from 'vitest';
import type { Fact } from '../../../src/core/events.ts';
import { createKeymap } from '../../../src/ui/keymap/keymap.ts';
import type { RowKey, UiState } from '../../../src/ui/ui-state.ts';
import type { View } from '../../../src/ui/view/view.ts';
import { whyScroll } from '../../../src/ui/view/why.ts';
import type { GraphSpec } from '../../support/graphs.ts';
import { ON_GITHUB, WAITING } from './on-github.ts';
import { expectExact, HOSTILE, runOf, textsOf, viewOf } from './views.ts';

const SHOP: GraphSpec = {
  workstreams: [{ id: 'api' }, { id: 'web' }],
  tasks: [
    { id: 'spec', ws: 'api' },
    { id: 'cart', ws: 'api', deps: ['spec'] },
    { id: 'page', ws: 'web', deps: ['cart'] },
  ],
};
const SPEC = { task: 'spec', attempt: 1 } as const;
const STARTED: Fact = { ...SPEC, kind: 'task_started', token_hash: 'x' };
const LAUNCHED: Fact = { ...SPEC, kind: 'task_launched', agent: 's:%1' };
const FAILED: Fact = { ...SPEC, kind: 'task_failed', code: 'timeout', error: 'took 5 s', failure_class: null };

function why(
  row: RowKey,
  facts: readonly Fact[],
  { ui = {}, view = {} }: { ui?: Partial<UiState>; view?: Partial<View> } = {},
): string[] {
  const shown = viewOf(runOf(SHOP, facts), { dialog: { kind: 'why', row, top: 0 }, ...ui }, view);
  const scroll = whyScroll(shown, 60);
  return textsOf(scroll.lines(0, scroll.count)).map((text) => text.trimEnd());
}

describe('why', () => {
  test('the reason, the chain to the root, what to do there with which key, and who waits', () => {
    expect(why('task:page', [STARTED, FAILED])).toEqual([
      'page waits for lane api to be merged',
      '  └ lane api waits for its task spec, which has failed, and',
      '    for 1 more',
      '  └ spec failed in attempt 1: timeout: took 5 s',
      '  → r on spec tries it again',
    ]);
    expect(why('task:spec', [STARTED, FAILED])).toEqual([
      'spec failed in attempt 1: timeout: took 5 s',
      '  → r tries it again',
      '2 unfinished tasks wait for it',
    ]);
  });

  test.each<[string, readonly Fact[], RowKey, Partial<View>, string]>([
    [
      'a run that nobody runs',
      [],
      'task:spec',
      { standing: { kind: 'nobody' } },
      '  → o owns the run and goes on with it',
    ],
    [
      'a run whose budget is used up',
      [{ kind: 'run_stopping', reason: 'budget', running: [] }],
      'task:spec',
      {},
      '  → raise the budget in the graph file; then o goes on with',
    ],
    ['a run that is paused', [{ kind: 'run_paused' }], 'task:spec', {}, '  → p goes on'],
    [
      'one that a person called off',
      [STARTED, { ...SPEC, kind: 'task_cancelled', by: 'person' }],
      'task:spec',
      {},
      '  → r tries it again',
    ],
    [
      'one that went with its run',
      [STARTED, { ...SPEC, kind: 'task_cancelled', by: 'run' }],
      'task:spec',
      {},
      '  → o goes on with the run',
    ],
    ['an agent at work', [STARTED, LAUNCHED], 'task:cart', {}, '  → ↵ on spec shows its agent'],
    [
      'an agent that asks',
      [STARTED, LAUNCHED, { ...SPEC, kind: 'agent_waiting_permission' }],
      'task:spec',
      {},
      '  → a answers its agent',
    ],
    [
      'a lane that is held',
      [
        { kind: 'workstream_active', workstream: 'api', branch: 'b', base_commit: 'c' },
        { kind: 'workstream_merge_ready', workstream: 'api', commit: 'c' },
        {
          kind: 'workstream_held',
          workstream: 'api',
          reason: 'auto_merge_off',
          details: [],
          merge_command: 'git merge b',
        },
      ],
      'lane:api',
      {},
      '  → to merge it: git merge b',
    ],
  ])('%s', (_, facts, row, view, line) => {
    expect(why(row, facts, { view })).toContain(line);
  });

  test('a lane on GitHub that is held says what to do there first, a task what its merge waits for', () => {
    const lines = (row: RowKey, happened: readonly Fact[]) => {
      const view = viewOf(runOf(ON_GITHUB, happened), { dialog: { kind: 'why', row, top: 0 } });
      const scroll = whyScroll(view, 100);
      return textsOf(scroll.lines(0, scroll.count)).map((text) => text.trimEnd());
    };
    const held = { reason: 'draft', details: [], merge_command: 'gh pr merge' } as const;
    expect(lines('lane:web', [...WAITING, { kind: 'workstream_held', workstream: 'web', ...held }])).toEqual([
      'lane web waits for a person to merge it (still a draft)',
      '  → mark it ready: gh pr ready https://github.com/acme/shop/pull/45',
      '  → to merge it: gh pr merge',
    ]);
    expect(lines('lane:web', WAITING)).toEqual(['lane web is complete; its merge waits: checks 7/8, 1 running']);
    expect(lines('task:tests', WAITING).join(' ')).toContain(
      'its merge waits: 2nd in the queue for agentrelay/shop/ws/api',
    );
  });

  test("names a person's own keys, and none where nothing may be done", () => {
    const keymap = createKeymap({ retry: ['ctrl+r'] });
    expect(why('task:spec', [STARTED, FAILED], { view: { keymap } })).toContain('  → Ctrl-R tries it again');
    expect(why('task:spec', [STARTED, FAILED], { ui: { readOnly: true } }).join()).not.toContain('→');
  });

  test('a row that is gone says so', () => {
    expect(why('task:gone', [])).toEqual(['it is not part of the run any more']);
    expect(why('lane:gone', [])).toEqual(['it is not part of the run any more']);
  });

  test('of a long chain the beginning and the end are shown', () => {
    const tasks = Array.from({ length: 40 }, (_, i) => ({ id: `t${i}`, deps: i === 0 ? [] : [`t${i - 1}`] }));
    const view = viewOf(runOf({ tasks }), { dialog: { kind: 'why', row: 'task:t39', top: 0 } });
    const lines = textsOf(whyScroll(view, 60).lines(0, 100));
    expect(lines.filter((text) => text.includes('└'))).toHaveLength(11);
    expect(lines.join('\n')).toContain('… 29 more …');
    expect(lines.join('\n')).toContain('t0 is about to start');
  });

  test.each([10, 40, 80, 160])(
    '%i columns: every line is exactly as wide, whatever errors and lanes hold',
    (columns) => {
      const spec = {
        workstreams: [{ id: HOSTILE }],
        tasks: [
          { id: 'spec', ws: HOSTILE },
          { id: HOSTILE, ws: HOSTILE, deps: ['spec'] },
        ],
      };
      const run = runOf(spec, [STARTED, { ...FAILED, code: HOSTILE, error: `${HOSTILE}\n${HOSTILE}` } as Fact]);
      for (const row of [`task:${HOSTILE}`, `lane:${HOSTILE}`, 'task:spec'] as const) {
        const scroll = whyScroll(viewOf(run, { dialog: { kind: 'why', row, top: 0 } }), columns);
        expectExact(scroll.lines(0, scroll.count), columns);
      }
    },
  );
});
