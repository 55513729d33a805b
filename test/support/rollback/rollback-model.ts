import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { MergeMethod } from '../../../src/core/graph/graph.ts';
import { isSuccess } from '../../../src/core/lifecycle.ts';
import type { Reset } from '../../../src/core/reset.ts';
import { planReset, type ResetPlan } from '../../../src/core/reset-plan.ts';
import type { ResetSubject } from '../../../src/core/reset-reach.ts';
import { readResetRecord } from '../../../src/core/reset-record.ts';
import { lastReset, resumeResets, rollBack, undoReset } from '../../../src/steps/rollback/rollback.ts';
import { undoProblems } from '../../../src/steps/rollback/undo-problems.ts';
import { readResetWorld } from '../../../src/steps/rollback/world.ts';
import { makeGraph, type TaskSpec, type WorkstreamSpec } from '../graphs.ts';
import { FakeRun, type TaskEnd } from './fake-run.ts';
import { KilledGit } from './killed-git.ts';
import { cleanAt, type Snapshot, takeSnapshot } from './snapshot.ts';

/** A kill after so many steps of git; null for none. */
type Kill = { readonly steps: number; readonly after: boolean } | null;

export type Act =
  | { readonly kind: 'reset'; readonly scope: ResetSubject['scope']; readonly which: number; readonly kill: Kill }
  | { readonly kind: 'undo'; readonly kill: Kill }
  | { readonly kind: 'go_on'; readonly tasks: number };

export interface RollbackCase {
  readonly tasks: readonly TaskSpec[];
  readonly lanes: readonly WorkstreamSpec[];
  readonly method: MergeMethod;
  /** Taken in turn. */
  readonly ends: readonly TaskEnd[];
  /** How many tasks run before the first act. */
  readonly progress: number;
  readonly acts: readonly Act[];
}

export interface Counts {
  resets: number;
  undos: number;
  refused: number;
  killed: number;
}

const kills: fc.Arbitrary<Kill> = fc.option(fc.record({ steps: fc.nat({ max: 14 }), after: fc.boolean() }), {
  freq: 2,
});

const acts: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('reset' as const),
      scope: fc.constantFrom<ResetSubject['scope'][]>('task', 'task', 'workstream', 'after', 'after', 'run'),
      which: fc.nat({ max: 7 }),
      kill: kills,
    }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('undo' as const), kill: kills }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('go_on' as const), tasks: fc.integer({ min: 1, max: 3 }) }) },
);

export const rollbackCases: fc.Arbitrary<RollbackCase> = fc
  .record({
    lanes: fc.array(fc.record({ parallel: fc.boolean(), child: fc.boolean() }), { minLength: 1, maxLength: 3 }),
    tasks: fc.array(
      fc.record({ lane: fc.nat({ max: 2 }), deps: fc.uniqueArray(fc.nat({ max: 6 }), { maxLength: 2 }) }),
      {
        minLength: 2,
        maxLength: 7,
      },
    ),
    method: fc.constantFrom<MergeMethod>('merge', 'squash'),
    ends: fc.array(fc.constantFrom<TaskEnd[]>('merged', 'merged', 'merged', 'completed', 'failed', 'left'), {
      minLength: 4,
      maxLength: 9,
    }),
    progress: fc.integer({ min: 1, max: 7 }),
    acts: fc.array(acts, { minLength: 2, maxLength: 6 }),
  })
  .map(({ lanes, tasks, ...rest }) => {
    const laneOf = (n: number) => n % lanes.length;
    return {
      ...rest,
      lanes: lanes.map(({ parallel, child }, at) => {
        return { id: `lane${at}`, parallel, parent: child && at > 0 ? `lane${at - 1}` : null };
      }),
      tasks: tasks.map(({ lane, deps }, at) => ({
        id: `t${at}`,
        ws: `lane${laneOf(lane)}`,
        deps: deps.filter((dep) => dep < at && laneOf(tasks[dep]?.lane ?? 0) <= laneOf(lane)).map((dep) => `t${dep}`),
      })),
    };
  });

/** What the world was before a reset; the run went on since where it is stale. */
interface Before {
  readonly snapshot: Snapshot;
  readonly tasks: unknown;
  readonly lanes: unknown;
  stale: boolean;
}

/** Plays one case in an empty folder; throws where something is not as it must be. */
export async function playRollback(folder: string, played: RollbackCase, counts: Counts): Promise<void> {
  const graph = makeGraph({ tasks: played.tasks, workstreams: played.lanes });
  const player = new Player(new FakeRun(folder, graph, played.method), played, counts);
  try {
    await player.goOn(played.progress);
    for (const act of played.acts) {
      if (act.kind === 'go_on') await player.goOn(act.tasks);
      else if (act.kind === 'reset') await player.reset(act);
      else await player.undo(act.kill);
    }
  } finally {
    player.run.close();
  }
}

class Player {
  readonly run: FakeRun;
  readonly #case: RollbackCase;
  readonly #counts: Counts;
  readonly #before = new Map<number, Before>();
  #turn = 0;

  constructor(run: FakeRun, played: RollbackCase, counts: Counts) {
    this.run = run;
    this.#case = played;
    this.#counts = counts;
  }

  async goOn(tasks: number): Promise<void> {
    this.run.reopen();
    for (let started = 0; started < tasks; started++) {
      const next = this.#case.tasks.find(({ id }) => this.run.isReady(id));
      if (next === undefined) return;
      await this.run.execute(next.id, this.#case.ends[this.#turn++ % this.#case.ends.length] ?? 'merged');
      for (const before of this.#before.values()) before.stale = true;
    }
  }

  async reset({ scope, which, kill }: Extract<Act, { kind: 'reset' }>): Promise<void> {
    const subject = this.#subject(scope, which);
    if (subject === undefined) return;
    const before = this.#look();
    const planned = await this.#plan({ scope, subject });
    if (planned.kind === 'nothing') return;
    // Nothing in these runs may be refused: no lane is merged, and nobody else commits.
    assert.equal(planned.kind, 'planned', JSON.stringify(planned));
    this.#counts.resets++;
    const number = this.run.log.state.resets.length + 1;
    await this.#killed(kill, before, () => rollBack(this.run.log, this.run.place, planned.plan));
    this.#before.set(number, before);
    this.#requireReset(before.snapshot, planned.plan, number);
  }

  async undo(kill: Kill): Promise<void> {
    const reset = lastReset(this.run.log);
    if (reset === null) return;
    const before = this.#look();
    const known = this.#before.get(reset.reset);
    assert.ok(known);
    const problems = await undoProblems(this.run.place, this.run.log.state, reset);
    if (problems.length > 0) {
      assert.ok(known.stale, JSON.stringify(problems));
      this.#counts.refused++;
      return;
    }
    this.#counts.undos++;
    await this.#killed(kill, before, () => undoReset(this.run.log, this.run.place, reset));
    this.#requireUndone(reset, known);
  }

  #subject(scope: ResetSubject['scope'], which: number): string | null | undefined {
    const { tasks, lanes } = this.#case;
    if (scope === 'run') return null;
    if (scope === 'workstream') return lanes[which % lanes.length]?.id;
    if (scope === 'task') return tasks[which % tasks.length]?.id;
    const finished = tasks.filter(({ id }) => isSuccess(this.run.log.state.tasks.get(id)?.status ?? 'pending'));
    return finished[which % finished.length]?.id;
  }

  async #plan(named: ResetSubject) {
    const { place, log, journal } = this.run;
    const world = await readResetWorld(place, log.state);
    return planReset(log.state, readResetRecord(journal.events()), world, named);
  }

  #look(): Before {
    const { tasks, workstreams } = this.run.recorded();
    return {
      snapshot: takeSnapshot(this.run.root),
      tasks: Object.fromEntries(tasks),
      lanes: Object.fromEntries(workstreams),
      stale: false,
    };
  }

  /** A process that is killed on the way: another one finds the run, and does the rest or all of it. */
  async #killed(kill: Kill, before: Before, work: () => Promise<unknown>): Promise<void> {
    const events = this.run.journal.lines.length;
    const git = new KilledGit(this.run.root, kill ?? {});
    this.run.reopen(git);
    try {
      await work();
      this.run.reopen();
    } catch (error) {
      if (!git.isKilled) throw error;
      this.#counts.killed++;
      this.run.reopen();
      if (this.run.journal.lines.length > events) {
        await resumeResets(this.run.log, this.run.place);
      } else {
        assert.deepEqual(takeSnapshot(this.run.root), before.snapshot);
        await work();
      }
    }
    const seq = this.run.log.state.seq;
    assert.deepEqual(await resumeResets(this.run.log, this.run.place), []);
    assert.equal(this.run.log.state.seq, seq);
  }

  /** Refs and worktrees are what they were, but for what the plan says. */
  #requireReset(before: Snapshot, plan: ResetPlan, number: number): void {
    const now = takeSnapshot(this.run.root);
    const refs: Record<string, string> = { ...before.refs };
    for (const { ref, from, to } of plan.refs) {
      assert.equal(refs[ref] ?? null, from);
      if (to === null) delete refs[ref];
      else refs[ref] = to;
    }
    assert.deepEqual(now.refs, refs);
    const worktrees = { ...before.worktrees };
    for (const { path, to } of plan.worktrees) {
      const is = now.worktrees[path];
      if (to === null) delete worktrees[path];
      else if (is !== undefined) worktrees[path] = { ...is, ...cleanAt(this.run.root, to) };
      if (to !== null) assert.equal(this.run.in(path, 'status', '--porcelain'), '');
    }
    assert.deepEqual(now.worktrees, worktrees);
    const state = this.run.recorded();
    for (const id of plan.tasks) assert.equal(state.tasks.get(id)?.status, 'pending');
    assert.equal(state.resets.at(-1)?.progress, 'applied');
    assert.equal(state.resets.at(-1)?.reset.reset, number);
  }

  #requireUndone(reset: Reset, known: Before): void {
    const now = this.#look();
    for (const { ref, from } of reset.refs) assert.equal(now.snapshot.refs[ref] ?? null, from);
    if (known.stale) return;
    assert.deepEqual(now.snapshot, known.snapshot);
    assert.deepEqual(now.tasks, known.tasks);
    assert.deepEqual(now.lanes, known.lanes);
  }
}
