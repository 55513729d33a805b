import type { Agent, Answer, KnownAgent, SendResult } from '../../src/core/agent-handle.ts';
import { StepDispatch } from '../../src/core/dispatch.ts';
import { EventLog } from '../../src/core/event-log.ts';
import type { FactOf, RunEvent } from '../../src/core/events.ts';
import type { Graph } from '../../src/core/graph/graph.ts';
import { integrationBranch, localPullRequest, NO_PR, taskBranch } from '../../src/core/names.ts';
import { replay } from '../../src/core/reduce.ts';
import { runStarted as startOf } from '../../src/core/run-started.ts';
import { emptyRunState } from '../../src/core/run-state.ts';
import type {
  GateResult,
  MergeResult,
  TaskCompletionSignal,
  TaskLauncher,
  TaskPreparer,
  TaskTeardown,
  UndoneTeardown,
} from '../../src/core/steps.ts';
import type { StepTables } from '../../src/core/task-runner.ts';
import type { TaskRuntime } from '../../src/core/task-runtime.ts';
import type { WorkstreamSteps } from '../../src/core/workstream.ts';

/** All promises that can go on without the test have gone on. */
export function quiet(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Work that is under way until the test ends it, in the order in which it began. */
export class UnderWay {
  readonly #ends = new Map<string, () => void>();

  /** Resolves when the test ends `name`; rejects with the signal's reason. */
  begin(name: string, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const leave = () => {
        this.#ends.delete(name);
        reject(signal.reason);
      };
      if (signal.aborted) return leave();
      if (this.#ends.has(name)) throw new Error(`${name} is under way twice`);
      signal.addEventListener('abort', leave, { once: true });
      this.#ends.set(name, () => {
        signal.removeEventListener('abort', leave);
        this.#ends.delete(name);
        resolve();
      });
    });
  }

  names(): string[] {
    return [...this.#ends.keys()];
  }

  end(name: string): void {
    const end = this.#ends.get(name);
    if (end === undefined) throw new Error(`${name} is not under way, only: ${this.names().join(', ')}`);
    end();
  }
}

/** A journal in memory. */
export class Journal {
  readonly lines: string[] = [];
  /** Before each write; what it throws keeps the line out. */
  beforeWrite: () => void = () => {};
  readonly write = (line: string): void => {
    this.beforeWrite();
    this.lines.push(line);
  };

  events(): RunEvent[] {
    return this.lines.map((line) => JSON.parse(line) as RunEvent);
  }

  kinds(): string[] {
    return this.events().map((event) => event.kind);
  }

  /** A log that goes on where this journal ends. */
  open(onListenerError?: (error: unknown) => void): EventLog {
    const events = this.events();
    let now = Date.UTC(2026, 0, 1) + 1000 * events.length;
    const state = events.length === 0 ? emptyRunState() : replay(events);
    const listening = onListenerError === undefined ? {} : { onListenerError };
    return new EventLog({ state, now: () => (now += 1000), write: this.write, ...listening });
  }
}

/** The first event of a run of this graph. */
export function runStarted(graph: Graph): FactOf<'run_started'> {
  return startOf(graph, { number: 1, digest: 'digest' });
}

/** A new run of this graph. */
export function startLog(graph: Graph, journal: Journal): EventLog {
  const log = journal.open();
  log.append(runStarted(graph));
  return log;
}

/** What each step of the lifecycle does; what is left out succeeds at once. */
export interface TaskScript {
  prepare?(runtime: TaskRuntime): Promise<void> | void;
  launch?(runtime: TaskRuntime): Promise<void> | void;
  /** Left out, the launcher cannot look for agents of earlier owners. */
  find?(runtime: TaskRuntime): Promise<KnownAgent | null> | KnownAgent | null;
  adopt?(runtime: TaskRuntime): void;
  kickoff?(runtime: TaskRuntime, agent: Agent): Promise<void> | void;
  wait?(runtime: TaskRuntime): Promise<TaskCompletionSignal> | TaskCompletionSignal;
  reopen?(runtime: TaskRuntime, k: number): Promise<void> | void;
  send?(
    text: string,
    options: { task: string; attempt: number; unlessShown: boolean },
  ): Promise<SendResult> | SendResult;
  /** Left out, an answer is sent like a prompt. */
  answer?(answer: Answer): SendResult;
  gate?(runtime: TaskRuntime): Promise<GateResult> | GateResult;
  merge?(runtime: TaskRuntime, prUrl: string): Promise<MergeResult> | MergeResult;
  /** What the agent has said of itself while nobody listened. */
  catchUp?(runtime: TaskRuntime): void;
  teardown?(runtime: TaskRuntime): Promise<void> | void;
  /** Left out, a teardown cannot be undone. */
  undo?(runtime: TaskRuntime): Promise<UndoneTeardown> | UndoneTeardown;
}

export function doneSignal(runtime: TaskRuntime, change: Partial<TaskCompletionSignal> = {}): TaskCompletionSignal {
  const commit = `done-${runtime.task.id}-${runtime.attempt}`;
  const prUrl = localPullRequest(taskBranch('graph', runtime.task.id), commit);
  const signal = {
    outcome: 'done',
    prUrl,
    error: null,
    concerns: [],
    opsConcerns: [],
    commit,
    commitsAhead: 1,
  } as const;
  return { ...signal, ...change };
}

export function noPrSignal(runtime: TaskRuntime, change: Partial<TaskCompletionSignal> = {}): TaskCompletionSignal {
  return doneSignal(runtime, { prUrl: NO_PR, commitsAhead: 0, ...change });
}

export function failedSignal(runtime: TaskRuntime, error: string | null): TaskCompletionSignal {
  return doneSignal(runtime, { outcome: 'failed', prUrl: null, error });
}

/** The agent of an attempt, as the script's launcher makes it; what `find` of a script can return. */
export function scriptedAgent(
  { send, answer }: Pick<TaskScript, 'send' | 'answer'>,
  { task, attempt }: TaskRuntime,
): Agent {
  return {
    address: { label: `place:${task.id}`, teardown: async () => {} },
    send: async (text, _signal, { unlessShown = false } = {}) =>
      (await send?.(text, { task: task.id, attempt, unlessShown })) ?? 'submitted',
    ...(answer === undefined ? {} : { answer: async (one: Answer) => answer(one) }),
  };
}

/** The tables of a runner whose steps do what the script says, for every framework and environment. */
export function scriptedTables(script: TaskScript): StepTables {
  const all = <T>(step: string, made: T) => new StepDispatch<T>(step, { default: () => made });
  const [find, undo] = [script.find?.bind(script), script.undo?.bind(script)];
  return {
    preparer: all<TaskPreparer>('preparer', {
      async prepare(runtime) {
        await script.prepare?.(runtime);
        const { state, task } = runtime;
        state.branchName = taskBranch('graph', task.id);
        state.baseCommit = 'base';
        state.worktreePath = `/repo/.worktrees/${task.workstreamId}`;
        state.signalDir = `/repo/signals/${task.id}/attempt-${runtime.attempt}`;
      },
      adopt: (runtime) => script.adopt?.(runtime),
    }),
    launcher: all<TaskLauncher>('launcher', {
      async launch(runtime) {
        await script.launch?.(runtime);
        return scriptedAgent(script, runtime);
      },
      ...(find === undefined ? {} : { find: async (runtime) => await find(runtime) }),
    }),
    kickoff: all('kickoff', { kickoff: async (runtime, agent) => await script.kickoff?.(runtime, agent) }),
    completionChecker: all('completion checker', {
      waitForCompletion: async (runtime) => (await script.wait?.(runtime)) ?? doneSignal(runtime),
      reopen: async (runtime, k) => await script.reopen?.(runtime, k),
      catchUp: (runtime) => script.catchUp?.(runtime),
    }),
    gateChecker: all('gate checker', {
      check: async (runtime) => (await script.gate?.(runtime)) ?? { passed: true, exitCode: 0, outputFile: '/out' },
    }),
    merger: all('merger', {
      mergePr: async (runtime, prUrl) =>
        (await script.merge?.(runtime, prUrl)) ?? { kind: 'merged', commit: `merge-${runtime.task.id}` },
    }),
    teardown: all<TaskTeardown>('teardown', {
      teardown: async (runtime) => await script.teardown?.(runtime),
      ...(undo === undefined ? {} : { undo: async (runtime) => await undo(runtime) }),
    }),
  };
}

/** Lanes whose steps succeed at once and whose merges nobody makes by hand, but for what is given. */
export function scriptedLanes(steps: Partial<WorkstreamSteps> = {}): WorkstreamSteps {
  return {
    async prepare(lane) {
      lane.state.integrationBranch = integrationBranch('graph', lane.workstream.id);
      lane.state.baseCommit = 'base';
    },
    tip: async (lane) => `tip-${lane.workstream.id}`,
    open: async ({ workstream }) => ({
      kind: 'opened',
      pr: `local:${workstream.id}`,
      target: workstream.mergeTargetBranch,
      commit: `tip-${workstream.id}`,
      mergeCommand: `git merge ${workstream.id}`,
    }),
    merge: async (lane) => ({ kind: 'merged', commit: `merge-${lane.workstream.id}` }),
    awaitMerge: (lane) =>
      new UnderWay().begin(`person:${lane.workstream.id}`, lane.signal).then(() => ({ commit: '' })),
    teardown: async () => {},
    ...steps,
  };
}

/** Tokens that tests can foresee. */
export function countedTokens(): () => { token: string; hash: string } {
  let count = 0;
  return () => {
    count++;
    return { token: `token-${count}`, hash: `hash-${count}` };
  };
}

/** Tokens of which every owner makes the same, as the real ones. */
export function namedToken(task: string, attempt: number): { token: string; hash: string } {
  return { token: `token-${task}-${attempt}`, hash: `hash-${task}-${attempt}` };
}
