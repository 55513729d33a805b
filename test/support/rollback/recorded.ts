import type { Fact } from '../../../src/core/events.ts';
import type { Graph } from '../../../src/core/graph/graph.ts';
import { planReset, type ResetPlan } from '../../../src/core/reset-plan.ts';
import type { ResetSubject } from '../../../src/core/reset-reach.ts';
import { readResetRecord } from '../../../src/core/reset-record.ts';
import type { ResetRefusal } from '../../../src/core/reset-refusals.ts';
import type { LaneInWorld, RemoteInWorld, ResetWorld, WorktreeInWorld } from '../../../src/core/reset-world.ts';
import { Journal, startLog } from '../core.ts';
import { makeGraph, type TaskSpec, type WorkstreamSpec } from '../graphs.ts';

export const REF = 'refs/heads/agentrelay/graph';

/** A run of which only the journal is real. */
export class Recorded {
  readonly journal = new Journal();
  readonly graph: Graph;
  readonly world = {
    refs: new Map<string, string>(),
    lanes: new Map<string, LaneInWorld>(),
    worktrees: [] as WorktreeInWorld[],
    checkedOut: new Map<string, string>(),
    remote: null as RemoteInWorld | null,
  } satisfies ResetWorld;
  readonly #log;

  constructor(tasks: readonly TaskSpec[], workstreams: readonly WorkstreamSpec[] = [{ id: 'default' }]) {
    this.graph = makeGraph({ tasks, workstreams });
    this.#log = startLog(this.graph, this.journal);
  }

  append(...facts: readonly Fact[]): this {
    for (const fact of facts) this.#log.append(fact);
    return this;
  }

  begin(lane = 'default'): this {
    this.world.refs.set(`${REF}/ws/${lane}`, 'base');
    this.world.lanes.set(lane, { line: [], reverts: null });
    return this.append({
      kind: 'workstream_active',
      workstream: lane,
      branch: `agentrelay/graph/ws/${lane}`,
      base_commit: 'base',
    });
  }

  start(task: string, base = this.tip(task)): this {
    const attempt = (this.#log.state.tasks.get(task)?.attempts.length ?? 0) + 1;
    const of = { task, attempt };
    const places = { branch: `agentrelay/graph/${task}`, worktree: '/w', signal_dir: '/s' };
    return this.append(
      { kind: 'task_started', ...of, token_hash: 'h' },
      { kind: 'task_prepared', ...of, ...places, base_commit: base },
    );
  }

  /** Merged with a commit of its own, recorded or not. */
  merge(task: string, { commit = `merge-${task}`, subject = 'merge', parents = ['', `done-${task}`] } = {}): this {
    const lane = this.graph.taskById.get(task)?.workstreamId ?? '';
    const on = this.tip(task);
    this.start(task);
    const of = { task, attempt: this.#log.state.tasks.get(task)?.attempts.length ?? 0 };
    const done = `done-${task}`;
    this.append(
      { kind: 'task_signalled', ...of, outcome: 'done', commit: done, commits_ahead: 1 },
      { kind: 'task_pr_created', ...of, pr: `local:${task}`, commit: done },
      { kind: 'task_succeeded', ...of, status: 'pr_merged', pr: `local:${task}`, commit },
    );
    return this.move(lane, `merge-${task}`, subject, [on, ...parents.slice(1)]);
  }

  /** A commit on the integration branch. */
  move(
    lane: string,
    commit: string,
    subject = 'change',
    parents = [this.world.refs.get(`${REF}/ws/${lane}`) ?? ''],
  ): this {
    const before = this.world.lanes.get(lane) ?? { line: [], reverts: null };
    this.world.lanes.set(lane, { ...before, line: [...before.line, { commit, parents, subject }] });
    this.world.refs.set(`${REF}/ws/${lane}`, commit);
    return this;
  }

  complete(task: string): this {
    this.start(task);
    return this.append({ kind: 'task_succeeded', task, attempt: 1, status: 'completed', pr: 'NO_PR', commit: null });
  }

  fail(task: string, base = this.tip(task)): this {
    this.start(task, base);
    const attempt = this.#log.state.tasks.get(task)?.attempts.length ?? 0;
    return this.append({ kind: 'task_failed', task, attempt, code: 'agent_failed', error: 'e', failure_class: null });
  }

  block(task: string, root: string): this {
    return this.append({ kind: 'task_blocked', task, root: { task: root } });
  }

  nothingToMerge(lane: string): this {
    const commit = this.world.refs.get(`${REF}/ws/${lane}`) ?? '';
    return this.append(
      { kind: 'workstream_merge_ready', workstream: lane, commit },
      { kind: 'workstream_merged', workstream: lane, commit, by: 'nothing_to_merge' },
    );
  }

  worktree(change: Partial<WorktreeInWorld>): this {
    const lane = change.workstream ?? 'default';
    const path = `/repo/.worktrees/graph/${lane}${change.task ? `--${change.task}` : ''}`;
    const head = this.world.refs.get(`${REF}/ws/${lane}`) ?? null;
    const worktree = { path, workstream: lane, task: null, head, branch: null, dirty: [], ...change };
    this.world.worktrees.push(worktree);
    if (worktree.branch !== null) this.world.checkedOut.set(`refs/heads/${worktree.branch}`, worktree.path);
    return this;
  }

  /** What is here is on GitHub, too; `refs` are besides, or instead. */
  onGitHub(
    refs: Readonly<Record<string, string>> = {},
    more: Partial<Pick<RemoteInWorld, 'foreign' | 'open'>> = {},
  ): this {
    const all = new Map([...this.world.refs, ...Object.entries(refs)]);
    this.world.remote = { name: 'origin', refs: all, foreign: new Set(), open: [], ...more };
    return this;
  }

  tip(task: string): string {
    return this.world.refs.get(`${REF}/ws/${this.graph.taskById.get(task)?.workstreamId}`) ?? '';
  }

  planned(scope: ResetSubject['scope'], subject: string | null = null) {
    const events = this.journal.events();
    return planReset(this.journal.open().state, readResetRecord(events), this.world, { scope, subject });
  }

  plan(scope: ResetSubject['scope'], subject: string | null = null): ResetPlan {
    const planned = this.planned(scope, subject);
    if (planned.kind !== 'planned') throw new Error(JSON.stringify(planned));
    return planned.plan;
  }

  refusals(scope: ResetSubject['scope'], subject: string | null = null): readonly ResetRefusal[] {
    const planned = this.planned(scope, subject);
    return planned.kind === 'refused' ? planned.refusals : [];
  }
}

/** a, b and c are merged one after the other; c depends on a. */
export function threeMerged(): Recorded {
  const run = new Recorded([{ id: 'a' }, { id: 'b' }, { id: 'c', deps: ['a'] }]);
  return run.begin().merge('a').merge('b').merge('c');
}
