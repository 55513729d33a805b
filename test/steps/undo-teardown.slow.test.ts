import { existsSync, mkdirSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { attemptPatch, newAttempt } from '../../src/core/reduce-attempt.ts';
import type { AttemptState } from '../../src/core/run-state.ts';
import { RunSecrets } from '../../src/steps/credentials/run-secrets.ts';
import { LocalBranches } from '../../src/steps/forges/forge-branches.ts';
import { workToKeep } from '../../src/steps/kept-work.ts';
import { WorktreeTaskTeardown } from '../../src/steps/task-teardown.ts';
import type { Git } from '../../src/steps/tools/git.ts';
import { undoTeardown } from '../../src/steps/undo-teardown.ts';
import { Worktrees } from '../../src/steps/worktree.ts';
import { WorktreeHolders } from '../../src/steps/worktree-holders.ts';
import { makeAttempt } from '../support/attempt.ts';
import { GitRepository } from '../support/git-repository.ts';
import { makeMess } from '../support/mess.ts';
import { PLAIN_COMMANDS } from '../support/plain-commands.ts';
import { KilledGit } from '../support/rollback/killed-git.ts';

const BRANCH = 'agentrelay/graph/task';
const INTO = 'agentrelay/graph/ws/default';
const fail = { code: 'x', error: 'x', failureClass: null };

/** A failed attempt, with its worktree. */
function failed({ shared = false } = {}) {
  const repository = new GitRepository();
  repository.write('.git/info/exclude', '/.worktrees/\n');
  repository.run('branch', INTO);
  const path = join(repository.root, '.worktrees/graph', shared ? 'default' : 'default--task');
  repository.run('worktree', 'add', '-q', '-b', BRANCH, path, INTO);
  let state: AttemptState = newAttempt(1, '2026-01-01T00:00:00.000Z', 'hash');
  const base = repository.commit('main');
  state = { ...state, branch: BRANCH, baseCommit: base, worktree: path };
  const commit = (name: string) => {
    repository.write(name, name, path);
    repository.in(path, 'add', '-A');
    repository.in(path, 'commit', '-qm', name);
    return repository.commit(BRANCH);
  };
  /** The attempt as an owner finds it, with what it tells from then on. */
  const found = () => {
    const made = makeAttempt(repository.folder, { resumed: state });
    Object.assign(made.runtime.state, {
      integrationBranch: INTO,
      workstreamWorktreePath: shared ? path : null,
    });
    return made;
  };
  const { git, worktrees } = repository;
  const holders = new WorktreeHolders(worktrees);
  const branches = new LocalBranches(git);
  const step = new WorktreeTaskTeardown({
    credentials: new RunSecrets(null),
    git,
    worktrees,
    holders,
    branches,
    watches: new Map(),
    keepPanes: false,
    commands: PLAIN_COMMANDS,
  });
  const take = (fact: object) => {
    const event = { v: 1, seq: 1, at: '2026-01-01T00:00:01.000Z', task: 'task', attempt: 1, ...fact };
    state = { ...state, ...attemptPatch(state, event as never) };
  };
  const tearDown = async () => {
    const { runtime, facts } = found();
    if (state.endedAt === null) {
      runtime.fail(fail);
      take(facts[0] ?? {});
    }
    const from = facts.length;
    await step.teardown(runtime);
    for (const fact of facts.slice(from)) take(fact);
    take({ kind: 'task_torn_down' });
  };
  const undo = async () => {
    const undone = await step.undo(found().runtime);
    take({ kind: 'task_teardown_undone', ...undone });
    return undone;
  };
  /** With a git of its own, of which nothing is recorded. */
  const undoWith = (own: Git) =>
    undoTeardown({ git: own, worktrees: new Worktrees(own, repository.commonDir) }, found().runtime);
  return { repository, path, base, commit, tearDown, undo, undoWith, attempt: () => state };
}

/** HEAD, the branch, what is staged, and every file. */
function look(repository: GitRepository, path: string) {
  return {
    branch: repository.in(path, 'symbolic-ref', '--short', 'HEAD'),
    head: repository.commit(BRANCH),
    status: repository.in(path, 'status', '--porcelain', '--untracked-files=all', '-z'),
    staged: repository.in(path, 'diff', '--cached', '--binary'),
    files: repository.listing(path),
  };
}

describe('of a task with a worktree of its own', () => {
  test('every sort of change is back, uncommitted, and what was staged is staged', async () => {
    const { repository, path, tearDown, undo } = failed();
    makeMess(repository, path);
    const before = look(repository, path);
    await tearDown();
    expect(existsSync(path)).toBe(false);
    expect(repository.refs(`refs/heads/${BRANCH}`)).toEqual([]);
    expect(await undo()).toEqual({ branch: BRANCH, commit: before.head, worktree: path });
    expect(look(repository, path)).toEqual(before);
    expect(repository.refs('refs/agentrelay/backup')).toHaveLength(1);
  });

  test('untracked, changed, deleted and binary files that were never staged are back as they were', async () => {
    const { repository, path, commit, tearDown, undo } = failed();
    commit('work');
    commit('gone');
    unlinkSync(join(path, 'gone'));
    repository.write('work', 'changed', path);
    repository.write('new/deep', 'untracked', path);
    writeFileSync(join(path, 'bytes'), Buffer.from([0, 255, 13, 10, 0]));
    const before = look(repository, path);
    await tearDown();
    await undo();
    expect(look(repository, path)).toEqual(before);
  });

  test('what was staged, and no more, is staged', async () => {
    const { repository, path, commit, tearDown, undo } = failed();
    commit('work');
    repository.write('new', 'staged', path);
    repository.in(path, 'rm', '-q', 'work');
    repository.in(path, 'add', '-A');
    const before = look(repository, path);
    await tearDown();
    await undo();
    expect(look(repository, path)).toEqual(before);
  });

  test('and with nothing but its branch', async () => {
    const { repository, path, base, tearDown, undo } = failed();
    const before = look(repository, path);
    await tearDown();
    expect(await undo()).toEqual({ branch: BRANCH, commit: base, worktree: path });
    expect(look(repository, path)).toEqual(before);
  });

  test('it can be torn down and brought back again, each time as it was left', async () => {
    const { repository, path, commit, tearDown, undo } = failed();
    commit('work');
    repository.write('draft', 'draft', path);
    await tearDown();
    await undo();
    unlinkSync(join(path, 'draft'));
    const clean = look(repository, path);
    await tearDown();
    await undo();
    expect(look(repository, path)).toEqual(clean);
    const tip = commit('more');
    repository.write('draft', 'another', path);
    await tearDown();
    expect(await undo()).toMatchObject({ commit: tip });
    expect(readFileSync(join(path, 'draft'), 'utf8')).toBe('another');
  });

  test('done already, by an owner that was gone before it could say so: nothing is touched', async () => {
    const { repository, path, commit, tearDown, undo, undoWith } = failed();
    commit('work');
    repository.write('draft', 'draft', path);
    await tearDown();
    await undoWith(repository.git);
    repository.write('draft', 'a person goes on', path);
    await undo();
    expect(readFileSync(join(path, 'draft'), 'utf8')).toBe('a person goes on');
    expect(repository.refs('refs/agentrelay/backup')).toHaveLength(1);
  });

  test('cut short after any of its steps, it is done by the next go', async () => {
    const { repository, path, commit, tearDown, undo, undoWith } = failed();
    const tip = commit('work');
    repository.write('work', 'staged', path);
    repository.in(path, 'add', '-A');
    repository.write('work', 'changed', path);
    repository.write('new', 'untracked', path);
    const before = look(repository, path);
    let points = 0;
    for (let steps = 0; ; steps++) {
      await tearDown();
      const git = new KilledGit(repository.root, { steps, after: true });
      onTestFinished(() => git.close());
      const isCut = await undoWith(git).then(
        () => false,
        () => true,
      );
      expect(await undo()).toMatchObject({ commit: tip });
      expect(look(repository, path)).toEqual(before);
      if (!isCut) break;
      points++;
    }
    expect(points).toBeGreaterThan(8);
  });

  test('uncommitted work of another commit stays where it is kept', async () => {
    const { repository, path, commit, tearDown, undo } = failed();
    const first = commit('work');
    commit('more');
    repository.in(path, 'checkout', '-q', '--detach', first);
    repository.write('draft', 'draft', path);
    await tearDown();
    await undo();
    expect(look(repository, path)).toMatchObject({ branch: BRANCH, status: '' });
    expect(repository.tree('refs/agentrelay/backup/1/1')).toHaveProperty('draft');
  });
});

describe('of a task in the worktree of its lane', () => {
  test('the branch is back, and the worktree is left to whoever has it', async () => {
    const { repository, path, commit, tearDown, undo, attempt } = failed({ shared: true });
    const tip = commit('work');
    repository.write('draft', 'draft', path);
    await tearDown();
    repository.in(path, 'checkout', '-q', '-b', 'agentrelay/graph/next');
    repository.write('next', 'work of another', path);
    expect(await undo()).toEqual({ branch: BRANCH, commit: tip, worktree: null });
    expect(repository.commit(BRANCH)).toBe(tip);
    await tearDown();
    expect(repository.refs(`refs/heads/${BRANCH}`)).toEqual([]);
    expect(repository.listing(path)).toHaveProperty('next');
    expect(attempt()).toMatchObject({ tornDown: true, broughtBack: null });
  });

  test('also where the commits of its uncommitted work are gone', async () => {
    const { repository, path, commit, tearDown, undo } = failed({ shared: true });
    const tip = commit('work');
    repository.write('draft', 'draft', path);
    await tearDown();
    repository.run('update-ref', '-d', 'refs/agentrelay/backup/1/1');
    repository.run('reflog', 'expire', '--expire=now', '--all');
    repository.run('prune', '--expire=now');
    expect(await undo()).toMatchObject({ commit: tip });
  });
});

describe('is refused, and changes nothing, where', () => {
  async function refused(code: string, make: (made: ReturnType<typeof failed>) => void) {
    const made = failed();
    made.commit('work');
    made.repository.write('draft', 'draft', made.path);
    await made.tearDown();
    make(made);
    const refs = made.repository.refs('refs');
    const commits = refs.map((ref) => made.repository.commit(ref));
    await expect(made.undo()).rejects.toMatchObject({ name: 'WorkspaceError', code });
    expect(made.repository.refs('refs')).toEqual(refs);
    expect(refs.map((ref) => made.repository.commit(ref))).toEqual(commits);
    expect(made.attempt().tornDown).toBe(true);
    return made;
  }

  test('there is a branch of the name at another commit', async () => {
    await refused('branch_exists', ({ repository }) => void repository.run('branch', BRANCH, 'main'));
  });

  test('the branch is checked out by a person', async () => {
    await refused('branch_checked_out', ({ repository }) => {
      repository.run('checkout', '-q', '-b', BRANCH, 'refs/agentrelay/attempts/1/task/1');
    });
  });

  test('there is a folder in the place of the worktree', async () => {
    const { path } = await refused('worktree_clash', ({ path }) => {
      mkdirSync(path);
      writeFileSync(join(path, 'mine'), 'mine');
    });
    expect(readFileSync(join(path, 'mine'), 'utf8')).toBe('mine');
  });

  test('there is a worktree of another branch in its place', async () => {
    await refused('worktree_exists', ({ repository, path }) => {
      repository.run('worktree', 'add', '-q', '-b', 'mine', path, 'main');
    });
  });

  test('what was kept is gone', async () => {
    await refused('commit_lost', ({ repository }) => {
      repository.run('update-ref', '-d', 'refs/agentrelay/backup/1/1');
      repository.run('reflog', 'expire', '--expire=now', '--all');
      repository.run('prune', '--expire=now');
    });
  });

  test('there never was a branch', async () => {
    const { runtime } = makeAttempt(new GitRepository().folder, { resumed: {} });
    const { git, worktrees } = new GitRepository();
    await expect(undoTeardown({ git, worktrees }, runtime)).rejects.toMatchObject({ code: 'nothing_to_undo' });
  });
});

test('a branch that was brought back and that a person has checked out is not torn down under him', async () => {
  const { repository, commit, tearDown, undo } = failed({ shared: true });
  const tip = commit('work');
  await tearDown();
  await undo();
  repository.run('checkout', '-q', BRANCH);
  await expect(tearDown()).rejects.toMatchObject({ code: 'branch_checked_out' });
  expect(repository.commit(BRANCH)).toBe(tip);
  repository.run('checkout', '-q', 'main');
  await tearDown();
  expect(repository.refs(`refs/heads/${BRANCH}`)).toEqual([]);
});

test('the next attempt goes on from the branch as it is now, and from what was not committed on it', async () => {
  const { repository, path, commit, tearDown, undo, attempt } = failed({ shared: true });
  const tip = commit('work');
  repository.write('draft', 'draft', path);
  await tearDown();
  await undo();
  const { runtime } = makeAttempt(repository.folder, { attempt: 2 });
  const keep = async () => {
    const keptWork = { attempt: 1, saved: attempt().saved, onBranch: true };
    return await workToKeep(repository.git, Object.assign(runtime, { keptWork }), { branch: BRANCH, left: null });
  };
  expect(await keep()).toEqual({ tip, files: repository.commit('refs/agentrelay/backup/1/1') });
  const moved = repository.branch(BRANCH, { more: 'more' }, BRANCH);
  expect(await keep()).toEqual({ tip: moved, files: null });
  repository.run('branch', '-D', BRANCH);
  expect(await keep()).toMatchObject({ tip });
});
