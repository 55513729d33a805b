import type { KnownAgent, SendResult } from '../../src/core/agent-handle.ts';
import { SignalError } from '../../src/core/errors.ts';
import type { Wish } from '../../src/core/requests.ts';
import type { TaskCompletionSignal } from '../../src/core/steps.ts';
import type { TaskRuntime } from '../../src/core/task-runtime.ts';
import { doneSignal, failedSignal, noPrSignal, scriptedAgent, type TaskScript, UnderWay } from './core.ts';
import type { RunPlan, TaskPlan } from './run-plan.ts';

/** What is left of one attempt outside of its owner. */
export interface AttemptInWorld {
  launched: number;
  alive: boolean;
  /** It has seen its instructions. */
  begun: boolean;
  readonly prompts: string[];
  /** Signals that the agent has written, and how many of them were set aside. */
  signals: number;
  aside: number;
  isMerged: boolean;
  tornDown: number;
}

export interface LaneInWorld {
  merged: boolean;
  byHand: boolean;
}

/** All that outlives an owner but the journal, and what went wrong in it. */
export class World {
  readonly attempts = new Map<string, AttemptInWorld>();
  readonly lanes = new Map<string, LaneInWorld>();
  /** The files of `commands/`. */
  readonly wishes: Wish[] = [];
  readonly wrongs: string[] = [];

  attempt(task: string, attempt: number): AttemptInWorld {
    const key = `${task} ${attempt}`;
    const known = this.attempts.get(key);
    if (known !== undefined) return known;
    const made = {
      launched: 0,
      alive: false,
      begun: false,
      prompts: [],
      signals: 0,
      aside: 0,
      isMerged: false,
      tornDown: 0,
    };
    this.attempts.set(key, made);
    return made;
  }

  lane(id: string): LaneInWorld {
    const known = this.lanes.get(id) ?? { merged: false, byHand: false };
    this.lanes.set(id, known);
    return known;
  }

  /** Agents that have something to do may end it while nobody runs the graph. */
  passWithoutOwner(choose: (key: string) => boolean): void {
    for (const [key, attempt] of this.attempts) if (mayWork(attempt) && choose(key)) attempt.signals++;
  }
}

/** It was told more than it has answered. */
function mayWork({ alive, begun, prompts, signals }: AttemptInWorld): boolean {
  return alive && begun && signals < 1 + prompts.length;
}

/** An owner that is killed at its `last` act on the world or line of the journal, which does not happen any more. */
export class MortalOwner {
  readonly underWay = new UnderWay();
  readonly world: World;
  readonly killed: Promise<void>;
  points = 0;
  isDead = false;
  readonly #last: number;
  #die = (): void => {};

  constructor(world: World, last: number) {
    this.world = world;
    this.#last = last;
    this.killed = new Promise((resolve) => {
      this.#die = resolve;
    });
  }

  /** One more thing that lasts. A dead owner stands still for ever. */
  async act(): Promise<void> {
    if (this.#reach()) await new Promise(() => {});
  }

  /** The same for a line of the journal. */
  readonly beforeWrite = (): void => {
    if (this.#reach()) throw new Error('killed');
  };

  #reach(): boolean {
    if (!this.isDead && this.points === this.#last) {
      this.isDead = true;
      this.#die();
    }
    this.points++;
    return this.isDead;
  }
}

/** The steps of a plan's tasks, each of which finds what was done before. */
export function crashScript(plan: RunPlan, owner: MortalOwner): TaskScript {
  const { world } = owner;
  const inWorld = ({ task, attempt }: TaskRuntime) => world.attempt(task.id, attempt);
  const planOf = (runtime: TaskRuntime) => plan.tasks.find(({ id }) => id === runtime.task.id) as TaskPlan;
  const expectToken = ({ task, attempt, token }: TaskRuntime) => {
    if (token !== `token-${task.id}-${attempt}`) world.wrongs.push(`${task.id} ${attempt} has the token ${token}`);
  };
  const script: TaskScript = {
    async prepare(runtime) {
      expectToken(runtime);
      await owner.act();
      if (inWorld(runtime).launched > 0) world.wrongs.push(`${runtime.task.id} is prepared under its agent`);
    },
    async launch(runtime) {
      await owner.act();
      const attempt = inWorld(runtime);
      attempt.launched++;
      attempt.alive = true;
    },
    find(runtime): KnownAgent | null {
      expectToken(runtime);
      const { launched, alive } = inWorld(runtime);
      if (launched === 0) return null;
      return { agent: scriptedAgent(script, runtime), found: alive ? 'alive' : 'ended' };
    },
    async kickoff(runtime) {
      await owner.act();
      inWorld(runtime).begun = true;
    },
    async wait(runtime) {
      const attempt = inWorld(runtime);
      if (attempt.signals === attempt.aside) {
        if (!mayWork(attempt))
          world.wrongs.push(`${runtime.task.id} ${runtime.attempt} is waited for and knows nothing`);
        if (planOf(runtime).concern === 'ops' && runtime.recorded()?.asks === null) {
          runtime.report({ kind: 'agent_waiting_input', question: 'which?', choices: ['this', 'that'] });
        }
        await owner.underWay.begin(`task:${runtime.task.id}`, runtime.signal);
        attempt.signals++;
      }
      return signalOf(planOf(runtime), runtime, attempt);
    },
    async reopen(runtime, k) {
      await owner.act();
      const attempt = inWorld(runtime);
      if (k !== attempt.aside && k !== attempt.aside + 1) world.wrongs.push(`${runtime.task.id}: aside ${k}`);
      attempt.aside = Math.max(attempt.aside, k);
    },
    async send(text, { task, attempt, unlessShown }): Promise<SendResult> {
      await owner.act();
      const { prompts } = world.attempt(task, attempt);
      // What a person says asks for no new signal.
      if (!text.startsWith('agentrelay:')) return 'submitted';
      if (!unlessShown || !prompts.includes(text)) prompts.push(text);
      return 'submitted';
    },
    async gate(runtime) {
      await owner.act();
      const passed = inWorld(runtime).signals > (planOf(runtime).gateFailures ?? 0);
      return { passed, exitCode: passed ? 0 : 1, outputFile: '/out' };
    },
    async merge(runtime) {
      await owner.act();
      const attempt = inWorld(runtime);
      const { gateFailures, conflicts = 0 } = planOf(runtime);
      if (attempt.signals <= (gateFailures ?? 0) + conflicts) return { kind: 'conflict', files: ['x.txt'] };
      attempt.isMerged = true;
      return { kind: 'merged', commit: `merge-${runtime.task.id}` };
    },
    async teardown(runtime) {
      await owner.act();
      const attempt = inWorld(runtime);
      attempt.tornDown++;
      attempt.alive = false;
    },
    async undo(runtime) {
      await owner.act();
      const { task, workstream, attempt } = runtime;
      const { tornDown, isMerged } = inWorld(runtime);
      if (tornDown === 0 || isMerged) world.wrongs.push(`${task.id} ${attempt} has nothing to be undone`);
      if (world.attempts.has(`${task.id} ${attempt + 1}`)) world.wrongs.push(`${task.id} ${attempt} is not the last`);
      const worktree = workstream.parallel ? `/repo/${task.id}` : null;
      return { branch: runtime.require('branchName'), commit: 'kept', worktree };
    },
  };
  return script;
}

function signalOf(plan: TaskPlan, runtime: TaskRuntime, attempt: AttemptInWorld): TaskCompletionSignal {
  const commit = `done-${runtime.task.id}-${runtime.attempt}-${attempt.signals}`;
  const said = {
    commit,
    concerns: plan.concern === 'agent' ? ['look here'] : [],
    opsConcerns: plan.concern === 'ops' ? ['slow machine'] : [],
  };
  switch (plan.results[runtime.attempt - 1]) {
    case 'pr_merged':
      return doneSignal(runtime, { ...said, prUrl: `local:${commit}` });
    case 'completed':
      return noPrSignal(runtime, said);
    case 'agent_failed':
      return { ...failedSignal(runtime, 'cannot'), commit: null, commitsAhead: null };
    case 'expected':
      attempt.alive = false;
      throw new SignalError('agent_exited', 'the agent went away');
    default:
      throw new TypeError('a bug');
  }
}
