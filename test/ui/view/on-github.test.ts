import { describe, expect, test } from 'vitest';
import type { Fact, HoldReason } from '../../../src/core/events.ts';
import type { Proof } from '../../../src/core/proofs.ts';
import { drawList } from '../../../src/ui/view/list.ts';
import { heardOf } from '../../../src/ui/view/spoken.ts';
import { taskNote } from '../../../src/ui/view/task-note.ts';
import { facts } from './happened.ts';
import {
  ACTIVE,
  backWithChecks,
  checks,
  merging,
  ON_GITHUB,
  offered,
  PROVED,
  pullRequestOf,
  UNKNOWN,
  WAITING,
} from './on-github.ts';
import { expectExact, goOn, HOSTILE, runOf, START, textOf, textsOf, viewOf } from './views.ts';

function drawn(columns: number, happened: readonly Fact[] = []): string[] {
  const run = goOn(runOf(ON_GITHUB, WAITING), happened);
  const view = viewOf(run, { columns, now: START + 120_000, cursor: 'task:cart' });
  return textsOf(drawList(view, { columns, rows: 40 })).map((text) => text.trimEnd());
}

test.each<readonly [number, readonly string[]]>([
  [
    160,
    [
      `  api  agentrelay/shop/ws/api → main  parallel${'1 agent at work'.padStart(113)}`,
      '❯ ● cart      generic  command  ■■■■■◧·  merging     #41    1:57  checks 5/8, 1 red: build, 2 running',
      '  ● tests     generic  command  ■■■■■◧·  merging     #42    1:43  2nd in the queue for agentrelay/shop/ws/api',
      '  ● tax       generic  command  ■■■■■◧·  merging     #43    1:36  3rd in the queue for agentrelay/shop/ws/api',
      '  ● docs      generic  command  ■■■◧···  working     #44    1:28  checks red, back to the agent (1 of 2): lint',
      `  web  agentrelay/shop/ws/web → main  PR #45  checks 7/8  auto${'waits for checks'.padStart(97)}`,
      '  ✔ page      generic  command  ■■■■■■·  completed          0:04',
    ],
  ],
  [
    100,
    [
      '  api  agentrelay/shop/ws/api → main  parallel                                      1 agent at work',
      '❯ ● cart      command  ■■■■■◧·  merging       1:57  checks 5/8, 1 red: build, 2 running',
      '  ● tests     command  ■■■■■◧·  merging       1:43  2nd in the queue for agentrelay/shop/ws/api',
      '  ● tax       command  ■■■■■◧·  merging       1:36  3rd in the queue for agentrelay/shop/ws/api',
      '  ● docs      command  ■■■◧···  working       1:28  checks red, back to the agent (1 of 2): lint',
      '  web  agentrelay/shop/ws/web → main  PR #45  checks 7/8  auto                     waits for checks',
      '  ✔ page      command  ■■■■■■·  completed     0:04',
    ],
  ],
  [
    80,
    [
      '  api  agentrelay/shop/ws/api → main  parallel                  1 agent at work',
      '❯ ● cart      ■■■■■◧·  merging       1:57  checks 5/8, 1 red: build, 2 running',
      '  ● tests     ■■■■■◧·  merging       1:43  2nd in the queue for agentrelay/shop…',
      '  ● tax       ■■■■■◧·  merging       1:36  3rd in the queue for agentrelay/shop…',
      '  ● docs      ■■■◧···  working       1:28  checks red, back to the agent (1 of …',
      '  web  agentrelay/shop/ws/web → main  PR #45  checks 7/8       waits for checks',
      '  ✔ page      ■■■■■■·  completed     0:04',
    ],
  ],
  [
    60,
    [
      '  api  agentrelay/shop/ws/api → main        1 agent at work',
      '❯ ● cart                         ■■■■■◧·  merging       1:57',
      '  ● tests                        ■■■■■◧·  merging       1:43',
      '  ● tax                          ■■■■■◧·  merging       1:36',
      '  ● docs                         ■■■◧···  working       1:28',
      '  web  PR #45  checks 7/8                  waits for checks',
      '  ✔ page                         ■■■■■■·  completed     0:04',
    ],
  ],
])('what merges wait for, at %i columns', (columns, lines) => {
  expect(drawn(columns)).toEqual(lines);
});

describe('the row of a lane on GitHub', () => {
  const workstream = 'web';
  const held = (reason: HoldReason): Fact[] => [
    { kind: 'workstream_held', workstream, reason, details: [], merge_command: 'gh pr merge' },
  ];
  const row = (columns: number, happened: readonly Fact[]) => drawn(columns, happened)[5]?.replace(/ {2,}/g, '  ');
  const before = '  web  agentrelay/shop/ws/web → main  PR #45  checks 7/8';

  test.each<[HoldReason, string, string]>([
    ['checks', 'checks not green', 'mend them, then merge it'],
    ['protected', 'target is protected', 'get it approved, then merge it'],
    ['draft', 'still a draft', 'mark it ready, then merge it'],
    ['concerns', 'concerns', 'read them, then merge it'],
    ['auto_merge_off', 'auto merge off', 'review it, then merge it'],
  ])('held: %s', (reason, name, next) => {
    expect(row(160, held(reason))).toBe(`${before}  auto  held: ${name} · ${next}`);
    expect(row(100, held(reason))).toBe(`${before}  auto  held: ${name}`);
    expect(row(60, held(reason))).toBe(`  web  PR #45  checks 7/8  held: ${name}`);
    expect(row(20, held(reason))).toBe('  web  PR #45  held');
  });

  test('waits for what its pull request, or the queue of its target, says', () => {
    const pr = pullRequestOf(45);
    const told = (proof: Proof): Fact[] => [{ kind: 'workstream_pr_proof', workstream, pr, ...proof }];
    expect(row(100, told(UNKNOWN))).toBe(`${before}  auto  waits for checks`);
    const passed = told(checks([8, 0, 0]));
    expect(row(100, [...passed, ...told(UNKNOWN)])).toMatch(
      /checks 8\/8 {2}auto {2}mergeable\? \(GitHub works it out\)$/,
    );
    expect(row(100, [...passed, ...told({ ...UNKNOWN, holds: true })])).toMatch(/checks 8\/8 {2}auto {2}merging$/);
    const queue: Fact = {
      ...{ kind: 'merge_queue_changed', target: 'main' },
      entries: [{ workstream: 'api' }, { workstream: 'web' }],
    };
    expect(row(100, [queue])).toBe(`${before}  auto  2nd in the queue for main`);
    expect(row(40, [queue])).toBe('  web  2nd in the queue for main');
    expect(row(30, [queue])).toBe('  web  PR #45  merging');
  });

  test('the number of its pull request leads there', () => {
    const view = viewOf(runOf(ON_GITHUB, WAITING), { columns: 80 });
    const links = drawList(view, { columns: 80, rows: 40 })[5]?.words.filter(({ link }) => link !== undefined);
    expect(links).toEqual([{ text: '#45', tone: 'accent', link: pullRequestOf(45) }]);
  });
});

test('for the ear a lane says the same, without marks', () => {
  const heard = (happened: readonly Fact[]) => {
    const view = viewOf(goOn(runOf(ON_GITHUB, WAITING), happened), { cursor: 'lane:web' });
    return heardOf(view).find(({ part }) => part === 'row')?.lines;
  };
  expect(heard([])).toEqual(['lane web, checks 7/8, 1 running, 6 of 7']);
  const held = { reason: 'draft', details: [], merge_command: 'gh pr merge' } as const;
  expect(heard([{ kind: 'workstream_held', workstream: 'web', ...held }])).toEqual([
    'lane web, held, still a draft, 6 of 7',
  ]);
});

test('a lane whose agents have all handed over their work has none at work', () => {
  const run = runOf(ON_GITHUB, [...ACTIVE, ...merging('cart', 41, []), ...merging('tests', 42, [])]);
  const [lane] = textsOf(drawList(viewOf(run, { columns: 80 }), { columns: 80, rows: 40 }));
  expect(lane?.trimEnd()).toBe(`  api  agentrelay/shop/ws/api → main  parallel${'2 merging'.padStart(33)}`);
});

describe('the note of a task whose merge has begun', () => {
  function note(happened: readonly Fact[]): string {
    const run = runOf(ON_GITHUB, [...ACTIVE, ...happened]);
    const task = run.tasks.get('cart');
    if (task === undefined) throw new Error('no task');
    return textOf({ words: taskNote(task, viewOf(run)) });
  }
  const of = { task: 'cart', attempt: 1 } as const;

  test.each<[string, readonly Fact[], string]>([
    ['nothing is known yet', merging('cart', 41, []), 'agentrelay:cart'],
    ['all is proved', merging('cart', 41, [...PROVED, checks([8, 0, 0])]), 'agentrelay:cart'],
    ['GitHub works it out', merging('cart', 41, [UNKNOWN]), 'mergeable? (GitHub works it out)'],
    ['checks that run', merging('cart', 41, [...PROVED, checks([5, 0, 3])]), 'checks 5/8, 3 running'],
    [
      'they come before what GitHub does not say',
      merging('cart', 41, [UNKNOWN, checks([5, 0, 3])]),
      'checks 5/8, 3 running',
    ],
    ['a red one', merging('cart', 41, [...PROVED, checks([7, 1, 0], { red: 'build' })]), 'checks 7/8, 1 red: build'],
    [
      'what is wrong comes before what is not known',
      merging('cart', 41, [{ ...UNKNOWN, proof: 'base', holds: false, expected: 'a', found: 'b' }, UNKNOWN]),
      'base is b, not a',
    ],
    [
      'red, before its agent is told',
      [...merging('cart', 41, []), ...backWithChecks('cart', ['build', 'lint']).slice(0, 1)],
      'checks red, back to the agent (1 of 2): build, lint',
    ],
    [
      'of many red ones the first',
      [...merging('cart', 41, []), ...backWithChecks('cart', ['a', 'b', 'c', 'd', 'e'])],
      'checks red, back to the agent (1 of 2): a, b, c and 2 more',
    ],
    [
      'red checks after a conflict',
      [...merging('cart', 41, []), facts('cart').conflict(['x.ts']), ...backWithChecks('cart', ['lint'])],
      'checks red, back to the agent (1 of 2): lint',
    ],
    [
      'gated again, since its target moved on',
      [
        ...facts('cart').working,
        { ...of, kind: 'task_signalled', outcome: 'done', commit: 'c1', commits_ahead: 1 },
        { ...of, kind: 'task_gate_passed', round: 1, of: 5, commit: 'c1' },
        { ...of, kind: 'task_pr_created', pr: pullRequestOf(41), commit: 'c1' },
        { ...of, kind: 'task_branch_updated', target: 'agentrelay/shop/ws/api', commit: 'c2' },
        { ...of, kind: 'task_gate_started', round: 2, of: 5 },
      ],
      'round 2, brought up to date',
    ],
  ])('%s', (_, happened, text) => {
    expect(note(happened)).toBe(text);
  });

  test('names of checks and of branches are one safe line, however long', () => {
    const red = `${HOSTILE}, ${'界'.repeat(5_000)}, \u202e${HOSTILE}`;
    const happened = merging('cart', 41, [checks([7, 3, 0], { red })]);
    expect(note(happened)).not.toMatch(/\p{Cc}|\p{Cf}|\p{Cs}|aGk=/u);
    const run = runOf(ON_GITHUB, [
      ...ACTIVE,
      ...happened,
      ...facts('page').working,
      facts('page').completed,
      ...offered('web', 45, [{ ...UNKNOWN, proof: 'base', holds: false, expected: red, found: red }]),
    ]);
    for (const columns of [160, 100, 80, 60, 20]) {
      expectExact(drawList(viewOf(run, { columns }), { columns, rows: 40 }), columns);
    }
  });
});
