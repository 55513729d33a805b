import { newAttempt } from '../../../src/core/reduce-attempt.ts';
import type { AttemptState, TaskState } from '../../../src/core/run-state.ts';
import type { IntegrationInput, IntegrationTask } from '../../../src/steps/github/integration-input.ts';
import { makeTask, type TaskSpec } from '../../support/graphs.ts';

const AT = '2026-01-01T00:00:00.000Z';

export function commit(letter: string): string {
  return letter.repeat(40);
}

export function pullRequest(number: number): string {
  return `https://github.com/acme/widgets/pull/${number}`;
}

export interface Done extends Partial<Omit<IntegrationTask, 'task' | 'state'>> {
  readonly spec: TaskSpec;
  /** In order; the last one is merged unless it says otherwise. */
  readonly attempts: readonly Partial<AttemptState>[];
  readonly state?: Partial<TaskState>;
}

export function doneTask({ spec, attempts, state = {}, summary = null, outputs = [] }: Done): IntegrationTask {
  const task = makeTask(spec);
  const all = attempts.map((attempt, at) => {
    const status = at === attempts.length - 1 ? 'pr_merged' : 'failed';
    return { ...newAttempt(at + 1, AT, 'hash'), status, ...attempt } as const;
  });
  const outline = {
    id: task.id,
    workstream: task.workstreamId,
    role: task.role,
    framework: task.primaryAgent.framework,
    dependencies: task.dependencies,
  };
  const known = {
    outline,
    status: all.at(-1)?.status ?? 'pending',
    blockedBy: null,
    calledOff: false,
    givenUp: false,
    takenBack: 0,
    budgetFrom: 0,
    granted: 0,
    servedFor: null,
    change: null,
    attempts: all,
    ...state,
  };
  return { task, state: known, summary, outputs };
}

export function integration(change: Partial<IntegrationInput> = {}): IntegrationInput {
  return {
    graph: 'demo',
    run: 3,
    lane: { id: 'default', autoMerge: false, mergeTargetBranch: 'main' },
    mergeMethod: 'merge',
    held: null,
    earlier: [],
    laneConcerns: [],
    tasks: [],
    ...change,
  };
}

/** A lane in which all that can be told has happened. */
export function richLane(): IntegrationInput {
  const parser = doneTask({
    spec: {
      id: 'parser',
      description: 'Write the parser | for @octocat.\nWith care.',
      role: 'implementer',
      framework: 'claude_code',
      model: 'opus',
      completionGate: 'npm test',
      verify: [['npm', 'run', 'lint it']],
    },
    attempts: [
      {
        gateRounds: 5,
        lastGate: { round: 5, passed: false, commit: null, exitCode: 1, output: '/x' },
        failure: failure('the gate failed 5 times'),
      },
      {
        pr: pullRequest(41),
        commit: commit('a'),
        commitsAhead: 3,
        gateRounds: 2,
        lastGate: { round: 2, passed: true, commit: commit('b'), exitCode: 0, output: null },
        conflictRounds: 1,
        conflictFiles: ['src/parse.ts'],
        checkRounds: 1,
        redChecks: [{ name: 'build (node 22)', url: null }],
        proofs: {
          checks: {
            proof: 'checks',
            holds: true,
            expected: null,
            found: null,
            checks: { passed: 8, failed: 0, pending: 0, required: 8 },
          },
        },
        concerns: [
          { source: 'agent', message: 'The grammar is <b>ambiguous</b>, fixes #12, ask @acme/core.' },
          { source: 'teardown', message: 'teardown_failed: no tmux' },
        ],
      },
    ],
    state: {
      change: {
        note: 'mind the tabs',
        instructions: null,
        framework: null,
        model: 'sonnet',
        keep_work: false,
        fresh: false,
      },
    },
    summary: '# Done\n\nSee `parse()` at https://example.com/x.\n\n```ts\nparse("<a>");',
    outputs: [
      { path: 'src/parse.ts', action: 'created', category: 'src' },
      { path: 'notes.md', action: 'deleted', category: 'spec' },
    ],
  });
  const review = doneTask({
    spec: { id: 'review', description: null, role: 'test_reviewer' },
    attempts: [{ status: 'completed' }],
  });
  return integration({
    lane: { id: 'api', autoMerge: true, mergeTargetBranch: 'main' },
    earlier: [
      { id: 'core', isParent: true, pr: pullRequest(12) },
      { id: 'docs', isParent: false, pr: null },
    ],
    laneConcerns: ['teardown_failed: the worktree is busy'],
    tasks: [parser, review],
  });
}

function failure(error: string): AttemptState['failure'] {
  return { code: 'gate_failed', error, failureClass: 'expected_task_failure' };
}
