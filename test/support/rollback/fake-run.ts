import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { EventLog } from '../../../src/core/event-log.ts';
import type { Graph, MergeMethod } from '../../../src/core/graph/graph.ts';
import { isSuccess } from '../../../src/core/lifecycle.ts';
import {
  integrationBranch,
  localPullRequest,
  NO_PR,
  taskBranch,
  taskWorktree,
  workstreamWorktree,
} from '../../../src/core/names.ts';
import { replay } from '../../../src/core/reduce.ts';
import { mergeIntoBranch } from '../../../src/steps/local-merge.ts';
import { Git, NO_COMMIT } from '../../../src/steps/tools/git.ts';
import { Worktrees } from '../../../src/steps/worktree.ts';
import { Journal, startLog } from '../core.ts';

/** How a task ends; `left` is a failure whose branch and worktree nobody has cleared away. */
export type TaskEnd = 'merged' | 'completed' | 'failed' | 'left';

const AUTHOR = {
  GIT_AUTHOR_NAME: 'Tester',
  GIT_AUTHOR_EMAIL: 'tester@example.invalid',
  GIT_COMMITTER_NAME: 'Tester',
  GIT_COMMITTER_EMAIL: 'tester@example.invalid',
};

/** A run whose branches, worktrees and journal are made directly, as an owner would have made them. */
export class FakeRun {
  readonly root: string;
  readonly graph: Graph;
  readonly journal = new Journal();
  readonly method: MergeMethod;
  log: EventLog;
  git: Git;
  worktrees: Worktrees;

  /** `folder` is empty, and is there. */
  constructor(folder: string, graph: Graph, method: MergeMethod = 'merge') {
    Object.assign(process.env, AUTHOR);
    this.root = join(folder, 'repo');
    mkdirSync(this.root);
    this.graph = graph;
    this.method = method;
    this.run('init', '-q', '-b', 'main', '--template=');
    this.write('README.md', 'a project\n');
    this.write('.gitignore', 'ignored\n/.worktrees/\n/.workflow/\n');
    this.run('add', '-A');
    this.run('commit', '-qm', 'begin');
    this.git = new Git(this.root);
    this.worktrees = new Worktrees(this.git, this.commonDir);
    this.log = startLog(graph, this.journal);
  }

  get commonDir(): string {
    return join(this.root, '.git');
  }

  get place() {
    return { git: this.git, commonDir: this.commonDir, run: 1, remote: null };
  }

  close(): void {
    this.git.close();
  }

  /** Another process goes on with the run, with this git. */
  reopen(git: Git = new Git(this.root)): void {
    this.git.close();
    this.git = git;
    this.worktrees = new Worktrees(git, this.commonDir);
    this.log = this.journal.open();
  }

  run(...args: string[]): string {
    return this.in(this.root, ...args);
  }

  in(cwd: string, ...args: string[]): string {
    return execFileSync('git', args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();
  }

  write(name: string, content: string, folder = this.root): void {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
  }

  commit(revision: string): string {
    return this.run('rev-parse', '--verify', `${revision}^{commit}`);
  }

  laneBranch(lane: string): string {
    return integrationBranch(this.graph.name, lane);
  }

  lanePath(lane: string): string {
    return join(this.root, workstreamWorktree(this.graph.name, lane));
  }

  /** True where an owner would start it now. */
  isReady(id: string): boolean {
    const { tasks, workstreams } = this.log.state;
    const task = tasks.get(id);
    if (task?.status !== 'pending') return false;
    const lane = workstreams.get(task.outline.workstream);
    const isMerged = (name: string | null | undefined) => name == null || workstreams.get(name)?.status === 'merged';
    return (
      (lane?.status === 'pending' || lane?.status === 'active') &&
      isMerged(lane.outline.parent) &&
      task.outline.dependencies.every((dependency) => {
        const other = tasks.get(dependency);
        if (other === undefined || !isSuccess(other.status)) return false;
        return other.outline.workstream === lane.outline.id || isMerged(other.outline.workstream);
      })
    );
  }

  /** One attempt from its start to its end. */
  async execute(id: string, end: TaskEnd): Promise<void> {
    const lane = this.log.state.tasks.get(id)?.outline.workstream ?? '';
    await this.#beginLane(lane);
    const attempt = (this.log.state.tasks.get(id)?.attempts.length ?? 0) + 1;
    const of = { task: id, attempt };
    const { path, base, branch } = await this.#prepare(lane, of);
    this.log.append({ kind: 'task_waiting', ...of });
    if (end === 'completed')
      this.log.append({ kind: 'task_succeeded', ...of, status: 'completed', pr: NO_PR, commit: base });
    else this.#work(path, id, attempt);
    if (end === 'merged') await this.#merge(lane, of, branch, path);
    if (end === 'failed' || end === 'left') {
      this.#scribble(path, `${id}-${attempt}`);
      this.log.append({ kind: 'task_failed', ...of, code: 'agent_failed', error: 'no', failure_class: null });
      this.#blockDependants(id);
    }
    if (end !== 'left') await this.#tearDown(lane, of, path, branch);
    this.#endLane(lane);
  }

  /** The lane is merged into its target branch, as by agentrelay itself. */
  async mergeLane(lane: string): Promise<string> {
    const branch = this.laneBranch(lane);
    const commit = this.commit(branch);
    const pr = localPullRequest(branch, commit);
    this.log.append({ kind: 'workstream_merge_ready', workstream: lane, commit });
    this.log.append({ kind: 'workstream_pr_created', workstream: lane, pr, branch, target: 'main', commit });
    const message = `Merge workstream ${lane} into main`;
    const merged = await mergeIntoBranch(this.git, { into: 'main', commit, method: 'merge', message });
    if (merged.kind !== 'merged') throw new Error('the lane conflicts');
    this.log.append({ kind: 'workstream_merged', workstream: lane, commit: merged.commit, by: 'agentrelay' });
    return merged.commit;
  }

  async #beginLane(id: string): Promise<void> {
    if (this.log.state.workstreams.get(id)?.status !== 'pending') return;
    const base = this.commit('main');
    const branch = this.laneBranch(id);
    await this.git.updateRefs([{ ref: `refs/heads/${branch}`, from: NO_COMMIT, to: base }]);
    this.log.append({ kind: 'workstream_active', workstream: id, branch, base_commit: base });
    if (!this.graph.workstreamById.get(id)?.parallel) await this.worktrees.add(this.lanePath(id), { commit: base });
  }

  async #prepare(lane: string, of: { task: string; attempt: number }) {
    const token_hash = `hash-${of.task}-${of.attempt}`;
    this.log.append({ kind: 'task_started', ...of, token_hash });
    const base = this.commit(this.laneBranch(lane));
    const branch = taskBranch(this.graph.name, of.task);
    const own = join(this.root, taskWorktree(this.graph.name, lane, of.task));
    const path = this.graph.workstreamById.get(lane)?.parallel ? own : this.lanePath(lane);
    await this.worktrees.handOver(path, base, 1);
    await this.worktrees.add(path, { commit: base, branch });
    this.log.append({
      kind: 'task_prepared',
      ...of,
      branch,
      base_commit: base,
      worktree: path,
      signal_dir: '/signals',
    });
    return { path, base, branch };
  }

  #work(path: string, id: string, attempt: number): void {
    this.write(`${id}.txt`, `work of ${id}, attempt ${attempt}\n`, path);
    this.write('ignored', 'built\n', path);
    this.in(path, 'add', '-A');
    this.in(path, 'commit', '-qm', `work of ${id}, attempt ${attempt}`);
  }

  async #merge(lane: string, of: { task: string; attempt: number }, branch: string, path: string): Promise<void> {
    const commit = this.in(path, 'rev-parse', 'HEAD');
    const pr = localPullRequest(branch, commit);
    this.log.append({ kind: 'task_signalled', ...of, outcome: 'done', commit, commits_ahead: 1 });
    this.log.append({ kind: 'task_pr_created', ...of, pr, commit });
    this.log.append({ kind: 'task_pr_merging', ...of, pr, commit });
    const into = this.laneBranch(lane);
    const message = `Merge task ${of.task}`;
    const merged = await mergeIntoBranch(this.git, { into, commit, method: this.method, message });
    if (merged.kind !== 'merged') throw new Error('the task conflicts');
    this.log.append({ kind: 'task_succeeded', ...of, status: 'pr_merged', pr, commit: merged.commit });
  }

  /** Something staged, something half staged, something deleted, something new. */
  #scribble(path: string, word: string): void {
    this.write('draft/staged', `${word}\n`, path);
    this.write('README.md', `${word}\n`, path);
    this.in(path, 'add', '-A');
    this.write('README.md', `${word}, and more\n`, path);
    this.write('draft/new', `${word}\n`, path);
    rmSync(join(path, '.gitignore'));
    this.write('.gitignore', 'ignored\n/.worktrees/\n/.workflow/\n*.o\n', path);
    this.write('x.o', 'ignored\n', path);
  }

  #blockDependants(id: string): void {
    const blocked = [id];
    for (const { outline, status } of this.log.state.tasks.values()) {
      if (status !== 'pending' || !outline.dependencies.some((dependency) => blocked.includes(dependency))) continue;
      this.log.append({ kind: 'task_blocked', task: outline.id, root: { task: id } });
      blocked.push(outline.id);
    }
  }

  async #tearDown(lane: string, of: { task: string; attempt: number }, path: string, branch: string): Promise<void> {
    const tip = this.commit(this.laneBranch(lane));
    const { parallel = false } = this.graph.workstreamById.get(lane) ?? {};
    const saved = parallel ? await this.worktrees.remove(path, 1) : await this.worktrees.handOver(path, tip, 1);
    if (saved !== null) this.log.append({ kind: 'task_work_saved', ...of, ...saved });
    this.run('branch', '-D', branch);
    this.log.append({ kind: 'task_torn_down', ...of });
  }

  /** A lane in which nothing was merged is at its end when its last task is. */
  #endLane(id: string): void {
    const lane = this.log.state.workstreams.get(id);
    const tasks = [...this.log.state.tasks.values()].filter(({ outline }) => outline.workstream === id);
    if (lane?.status !== 'active' || tasks.some(({ status }) => !isSuccess(status))) return;
    const commit = this.commit(this.laneBranch(id));
    if (commit !== lane.baseCommit) return;
    this.log.append({ kind: 'workstream_merge_ready', workstream: id, commit });
    this.log.append({ kind: 'workstream_merged', workstream: id, commit, by: 'nothing_to_merge' });
  }

  /** The state that the journal gives, which is all that another process knows. */
  recorded() {
    return replay(this.journal.events());
  }
}
