import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { MergeQueue } from '../../src/core/merge-queue.ts';
import { LOCAL_FORGE } from '../../src/steps/forges/forge.ts';
import { LocalBranches } from '../../src/steps/forges/forge-branches.ts';
import { WorktreeTaskPreparer } from '../../src/steps/task-preparer.ts';
import { WorktreeHolders } from '../../src/steps/worktree-holders.ts';
import { makeAttempt } from '../support/attempt.ts';
import { GitRepository } from '../support/git-repository.ts';
import { makeTask } from '../support/graphs.ts';
import { killGitAt } from '../support/killed-git.ts';
import { PLAIN_COMMANDS } from '../support/plain-commands.ts';

const BRANCH = 'agentrelay/graph/task';
const INTO = 'agentrelay/graph/ws/default';

function ready(options: { shared?: boolean } = {}) {
  const repository = new GitRepository();
  const { git, worktrees, root, folder } = repository;
  repository.write('.git/info/exclude', '/.worktrees/\n');
  repository.run('branch', INTO);
  const holders = new WorktreeHolders(worktrees);
  const preparer = new WorktreeTaskPreparer({
    commands: PLAIN_COMMANDS,
    git,
    commonDir: repository.commonDir,
    worktrees,
    holders,
    queue: new MergeQueue(),
    graph: 'graph',
    branches: new LocalBranches(git),
    forge: LOCAL_FORGE,
    tools: [],
    runDirectory: join(folder, 'run'),
  });
  const lane = options.shared === false ? null : join(root, '.worktrees/graph/default');
  const begin = (attempt = 1) => {
    const made = makeAttempt(folder, { attempt });
    Object.assign(made.runtime.state, { signalDir: null, integrationBranch: INTO, workstreamWorktreePath: lane });
    return made;
  };
  const path = lane ?? join(root, '.worktrees/graph/default--task');
  return { repository, preparer, holders, begin, path };
}

describe('prepare', () => {
  test.each([true, false])(
    'cuts the branch, checks it out and writes the files; shared worktree: %s',
    async (shared) => {
      const { repository, preparer, begin, path } = ready({ shared });
      const { runtime, kinds } = begin();
      await preparer.prepare(runtime);
      const base = repository.commit(INTO);
      expect(runtime.state).toMatchObject({
        branchName: BRANCH,
        baseCommit: base,
        worktreePath: path,
        signalDir: join(repository.folder, 'run/signals/task/attempt-1'),
      });
      expect(await repository.worktrees.status(path)).toEqual({ head: base, branch: BRANCH, dirty: [] });
      for (const name of ['manifest.json', 'policies.json', 'instructions.md']) {
        expect(existsSync(join(runtime.require('signalDir'), name))).toBe(true);
      }
      expect(readFileSync(join(runtime.require('signalDir'), 'manifest.json'), 'utf8')).toContain(BRANCH);
      expect(kinds()).toEqual([]);
    },
  );

  test('the same attempt can be prepared again', async () => {
    const { repository, preparer, begin, path } = ready();
    const { runtime, kinds } = begin();
    await preparer.prepare(runtime);
    await preparer.prepare(runtime);
    expect(await repository.worktrees.status(path)).toMatchObject({ branch: BRANCH, dirty: [] });
    expect(kinds()).toEqual([]);
  });

  test.each([1, 2])('what the branch and the worktree held before attempt %s is kept and told', async (attempt) => {
    const { repository, preparer, begin, path } = ready();
    repository.run('worktree', 'add', '-q', '-b', BRANCH, path, INTO);
    repository.write('a', 'committed', path);
    repository.in(path, 'add', '-A');
    repository.in(path, 'commit', '-qm', 'earlier');
    const tip = repository.commit(BRANCH);
    writeFileSync(join(path, 'b'), 'uncommitted');
    const { runtime, facts } = begin(attempt);
    await preparer.prepare(runtime);
    const kept = `refs/agentrelay/attempts/1/task/${attempt - 1}`;
    expect(facts).toMatchObject([
      { kind: 'task_work_saved', ref: 'refs/agentrelay/backup/1/1' },
      { kind: 'task_work_saved', ref: kept, commit: tip },
    ]);
    expect(repository.commit(kept)).toBe(tip);
    expect(repository.tree('refs/agentrelay/backup/1/1')).toMatchObject({ b: '100644 uncommitted' });
    expect(repository.commit(BRANCH)).toBe(repository.commit(INTO));
    expect(repository.in(path, 'status', '--porcelain')).toBe('');
  });

  test('keeps what an agent that was left there commits while it is stopped', async () => {
    const { repository, preparer, begin, path } = ready();
    const first = begin(1);
    await preparer.prepare(first.runtime);
    first.agent.address.teardown = async () => {
      repository.in(path, 'commit', '-q', '--allow-empty', '-m', 'at the last moment');
    };
    const second = begin(2);
    await preparer.prepare(second.runtime);
    expect(repository.run('log', '-1', '--format=%s', 'refs/agentrelay/attempts/1/task/1')).toBe('at the last moment');
    expect(repository.commit(BRANCH)).toBe(repository.commit(INTO));
  });

  test('a worktree that was deleted by hand is made again', async () => {
    const { repository, preparer, begin, path } = ready();
    await preparer.prepare(begin(1).runtime);
    rmSync(path, { recursive: true });
    await preparer.prepare(begin(2).runtime);
    expect(await repository.worktrees.status(path)).toMatchObject({ branch: BRANCH, dirty: [] });
  });

  test('says that the integration branch is gone', async () => {
    const { repository, preparer, begin } = ready();
    repository.run('branch', '-D', INTO);
    await expect(preparer.prepare(begin().runtime)).rejects.toMatchObject({ code: 'branch_missing' });
  });
});

describe('redo after a crash', () => {
  test('saves nothing that nobody made, though the integration branch has moved meanwhile', async () => {
    const { repository, preparer, begin, path } = ready();
    await preparer.prepare(begin(1).runtime);
    const moved = repository.commitFiles(repository.commit(INTO), { other: 'merged' });
    repository.run('update-ref', `refs/heads/${INTO}`, moved);
    const { runtime, kinds } = begin(1);
    await preparer.prepare(runtime);
    expect(kinds()).toEqual([]);
    expect(repository.refs('refs/agentrelay')).toEqual([]);
    expect(await repository.worktrees.status(path)).toEqual({ head: moved, branch: BRANCH, dirty: [] });
    expect(runtime.state.baseCommit).toBe(moved);
  });

  test('brings back a branch that was deleted meanwhile', async () => {
    const { repository, preparer, begin, path } = ready();
    await preparer.prepare(begin(1).runtime);
    repository.run('update-ref', '-d', `refs/heads/${BRANCH}`);
    const { runtime } = begin(1);
    await preparer.prepare(runtime);
    const head = repository.commit(INTO);
    expect(await repository.worktrees.status(path)).toEqual({ head, branch: BRANCH, dirty: [] });
  });
});

describe('kept work', () => {
  /** Attempt 1, its commit and its files, as an end or a teardown mode leaves it; the integration branch has moved since. */
  async function worked(options: { commits: boolean; tornDown: boolean }) {
    const context = ready();
    const { repository, preparer, begin, path } = context;
    const base = repository.commit(INTO);
    const first = begin(1);
    await preparer.prepare(first.runtime);
    if (options.commits) {
      repository.write('committed', 'yes', path);
      repository.in(path, 'add', '-A');
      repository.in(path, 'commit', '-qm', 'work');
    }
    repository.write('draft', 'half', path);
    repository.write('README.md', 'changed\n', path);
    const tip = repository.in(path, 'rev-parse', 'HEAD');
    const saved: { ref: string; commit: string }[] = [];
    if (options.tornDown) {
      const backup = await repository.worktrees.handOver(path, base, 1);
      if (options.commits) saved.push({ ref: 'refs/agentrelay/attempts/1/task/1', commit: tip });
      for (const { ref, commit } of saved) repository.run('update-ref', ref, commit);
      if (backup !== null) saved.push(backup);
      repository.run('update-ref', '-d', `refs/heads/${BRANCH}`);
      context.holders.release(path);
    }
    const moved = repository.commitFiles(base, { other: 'merged' });
    repository.run('update-ref', `refs/heads/${INTO}`, moved);
    const next = () => {
      const made = begin(2);
      Object.assign(made.runtime, { keptWork: { attempt: 1, saved } });
      return made;
    };
    return { ...context, base, tip, moved, next };
  }

  const CASES = [
    { commits: true, tornDown: true },
    { commits: false, tornDown: true },
    { commits: true, tornDown: false },
    { commits: false, tornDown: false },
  ];

  test.each(CASES)('is there again as it was, commits and files: %o', async (options) => {
    const { repository, preparer, path, base, tip, next } = await worked(options);
    const { runtime } = next();
    await preparer.prepare(runtime);
    expect(await repository.worktrees.status(path)).toEqual({
      head: tip,
      branch: BRANCH,
      dirty: expect.arrayContaining(['README.md', 'draft']),
    });
    expect(repository.listing(path)).toMatchObject({ 'README.md': '100644 changed\n', draft: '100644 half' });
    expect(repository.in(path, 'diff', '--cached', '--name-only')).toBe('');
    expect(runtime.state.baseCommit).toBe(base);
  });

  test('is there, too, when git was killed that brought the files back', async () => {
    const { repository, preparer, path, next } = await worked({ commits: true, tornDown: true });
    const toCome = killGitAt(repository, 'restore');
    await preparer.prepare(next().runtime);
    expect(toCome()).toBe(0);
    expect(repository.listing(path)).toMatchObject({ 'README.md': '100644 changed\n', draft: '100644 half' });
  });

  test.each(CASES)(
    'is there, too, when an owner was killed and the next one prepares it again: %o',
    async (options) => {
      const { repository, preparer, path, tip, next } = await worked(options);
      const first = next();
      await preparer.prepare(first.runtime);
      const again = next();
      const saved = first.facts.flatMap((fact) => (fact.kind === 'task_work_saved' ? [fact] : []));
      Object.assign(again.runtime, { resumed: { saved } });
      await preparer.prepare(again.runtime);
      expect(await repository.worktrees.status(path)).toMatchObject({ head: tip, branch: BRANCH });
      expect(repository.listing(path)).toMatchObject({ 'README.md': '100644 changed\n', draft: '100644 half' });
      expect(repository.refs('refs/agentrelay/attempts')).toEqual(
        options.commits && options.tornDown ? ['refs/agentrelay/attempts/1/task/1'] : [],
      );
    },
  );
});

describe('a task that depends on another lane', () => {
  function dependent(base: Record<string, string>, own: Record<string, string>) {
    const context = ready();
    const { repository, begin } = context;
    repository.run('update-ref', `refs/heads/${INTO}`, repository.commitFiles(repository.commit(INTO), own));
    repository.run('branch', 'base', repository.commitFiles(repository.commit('main'), base));
    const attempt = begin();
    Object.assign(attempt.runtime, {
      dependencies: [makeTask({ id: 'other', ws: 'other' })],
      workstream: { ...attempt.runtime.workstream, baseBranch: 'base' },
    });
    return { ...context, ...attempt };
  }

  test('gets the base of its lane merged in first, once', async () => {
    const { preparer, runtime, facts, repository, path } = dependent({ a: 'a' }, { b: 'b' });
    await preparer.prepare(runtime);
    expect(Object.keys(repository.listing(path))).toEqual(['README.md', 'a', 'b']);
    const commit = repository.commit(INTO);
    expect(facts).toMatchObject([{ kind: 'task_base_merged', base_commit: repository.commit('base'), commit }]);
    await preparer.prepare(runtime);
    expect(facts).toHaveLength(1);
    expect(repository.run('show', '-s', '--format=%s', commit)).toBe('Merge base into workstream default');
  });

  test('fails naming the files that conflict', async () => {
    const { preparer, runtime } = dependent({ a: 'a', b: '1' }, { a: 'other', b: '2' });
    await expect(preparer.prepare(runtime)).rejects.toMatchObject({
      name: 'WorkspaceError',
      code: 'base_conflict',
      message: `base does not merge into ${INTO}; conflicts in a, b`,
    });
  });
});
