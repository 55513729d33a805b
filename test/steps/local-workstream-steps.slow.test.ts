import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { WorkstreamRuntime } from '../../src/core/workstream.ts';
import { mergeIntoBranch } from '../../src/steps/local-merge.ts';
import type { GitRepository } from '../support/git-repository.ts';
import type { WorkstreamSpec } from '../support/graphs.ts';
import { BRANCH, Lane } from '../support/lane.ts';

describe('prepare', () => {
  test('cuts the branch and makes a detached worktree, and the same once more', async () => {
    const lane = new Lane();
    const { repository, runtime } = lane;
    const base = repository.commit();
    await lane.steps.prepare(runtime);
    expect(runtime.state).toEqual({
      tip: null,
      integrationBranch: BRANCH,
      baseCommit: base,
      worktreePath: join(repository.root, '.worktrees/graph/lane'),
    });
    expect(await repository.worktrees.status(runtime.state.worktreePath ?? '')).toEqual({
      head: base,
      branch: null,
      dirty: [],
    });
    const tip = lane.advance({ a: 'a' });
    await lane.steps.prepare(runtime);
    expect(await lane.steps.tip(runtime)).toBe(tip);
    expect(runtime.state.baseCommit).toBe(base);
  });

  test('a parallel lane has no worktree of its own', async () => {
    const lane = new Lane({ parallel: true });
    await lane.steps.prepare(lane.runtime);
    expect(lane.runtime.state.worktreePath).toBeNull();
    expect(existsSync(join(lane.repository.root, '.worktrees'))).toBe(false);
  });

  test('says that the base is gone', async () => {
    const lane = new Lane({ baseBranch: 'no-such' });
    await expect(lane.steps.prepare(lane.runtime)).rejects.toMatchObject({ code: 'branch_missing' });
    await expect(lane.steps.tip(lane.runtime)).rejects.toMatchObject({ code: 'branch_missing' });
  });
});

describe('an integration branch that is not what was recorded', () => {
  /** As the next owner finds it, with the two commits that its first two tasks have left. */
  async function resumed(recorded: 'first' | 'second' | 'none' = 'second') {
    const lane = new Lane();
    await lane.steps.prepare(lane.runtime);
    const base = lane.repository.commit();
    const commits = { base, first: lane.advance({ a: 'a' }), second: lane.advance({ b: 'b' }) };
    const { state } = lane.runtime;
    const tip = recorded === 'none' ? null : commits[recorded];
    const again: WorkstreamRuntime['state'] = { ...state, integrationBranch: null, tip };
    return { lane, commits, runtime: { ...lane.runtime, state: again } };
  }

  test.each(['prepare', 'tip'] as const)('was deleted by hand: is made again where it was, by %s', async (step) => {
    const { lane, commits, runtime } = await resumed();
    lane.repository.run('update-ref', '-d', `refs/heads/${BRANCH}`);
    runtime.state.integrationBranch = step === 'tip' ? BRANCH : null;
    await lane.steps[step](runtime);
    expect(lane.repository.commit(BRANCH)).toBe(commits.second);
  });

  test('was deleted before anything was merged: is made again where it was cut', async () => {
    const { lane, commits, runtime } = await resumed('none');
    lane.repository.run('update-ref', '-d', `refs/heads/${BRANCH}`);
    lane.repository.run('commit', '-q', '--allow-empty', '-m', 'the base has moved');
    await lane.steps.prepare(runtime);
    expect(lane.repository.commit(BRANCH)).toBe(commits.base);
    expect(runtime.state.baseCommit).toBe(commits.base);
  });

  test('may be ahead: the end came before that was recorded', async () => {
    const { lane, commits, runtime } = await resumed('first');
    await lane.steps.prepare(runtime);
    expect(await lane.steps.tip(runtime)).toBe(commits.second);
  });

  test('was moved back: is left there, and said to be', async () => {
    const { lane, commits, runtime } = await resumed();
    lane.repository.run('branch', '-f', BRANCH, commits.first);
    const refused = await lane.steps.prepare(runtime).catch((error: unknown) => error);
    expect(refused).toMatchObject({ name: 'WorkspaceError', code: 'branch_rewound' });
    expect(String(refused)).toContain(commits.first);
    const [, command = ''] = / with: (.*)$/.exec(String(refused)) ?? [];
    expect(lane.repository.commit(BRANCH)).toBe(commits.first);
    execFileSync('/bin/sh', ['-c', command], { cwd: lane.repository.root, stdio: 'ignore' });
    await lane.steps.prepare(runtime);
    expect(lane.repository.commit(BRANCH)).toBe(commits.second);
  });

  test.each(['is gone', 'was moved'])('%s, and its last commit is lost', async (how) => {
    const { lane, runtime } = await resumed();
    if (how === 'is gone') lane.repository.run('update-ref', '-d', `refs/heads/${BRANCH}`);
    const lost = { ...runtime, state: { ...runtime.state, tip: 'd'.repeat(40) } };
    await expect(lane.steps.prepare(lost)).rejects.toMatchObject({ code: 'branch_lost' });
  });

  test('does without its base branch once it was cut', async () => {
    const { lane, commits, runtime } = await resumed();
    lane.repository.run('update-ref', '-d', 'refs/heads/main');
    await lane.steps.prepare(runtime);
    expect(await lane.steps.tip(runtime)).toBe(commits.second);
  });
});

describe('open', () => {
  test('finds nothing to merge without commits, else names the branch and the command', async () => {
    const lane = new Lane();
    await lane.steps.prepare(lane.runtime);
    expect(await lane.open()).toEqual({ kind: 'nothing_to_merge', commit: lane.repository.commit() });
    const commit = lane.advance({ a: 'a' });
    const opened = await lane.open();
    expect(opened).toMatchObject({ kind: 'opened', pr: `local:${BRANCH}@${commit}`, target: 'main', commit });
    if (opened.kind !== 'opened') throw new Error(opened.kind);
    execFileSync('/bin/sh', ['-c', opened.mergeCommand], { cwd: lane.repository.root, stdio: 'ignore' });
    expect((await lane.steps.awaitMerge(lane.runtime)).commit).toBe(lane.repository.commit('main'));
  });
});

describe('merge', () => {
  async function ready(spec: Partial<WorkstreamSpec> = {}) {
    const lane = new Lane(spec);
    await lane.steps.prepare(lane.runtime);
    const commit = lane.advance({ a: 'from the lane\n', 'README.md': 'a better project\n' });
    return { ...lane, lane, commit };
  }

  test('moves a target that is checked out nowhere', async () => {
    const { lane, repository, commit } = await ready({ mergeTargetBranch: 'release' });
    repository.run('branch', 'release');
    expect(await lane.merge()).toEqual({ kind: 'merged', commit: repository.commit('release') });
    expect(repository.run('show', '-s', '--format=%s%n%P', 'release')).toBe(
      `Merge workstream lane into release\n${repository.commit('main')} ${commit}`,
    );
    expect(await lane.merge()).toEqual({ kind: 'merged', commit: repository.commit('release') });
  });

  test('moves a target together with the files of its worktree, beside changes of the user', async () => {
    const { lane, repository } = await ready();
    writeFileSync(join(repository.root, 'notes'), 'mine\n');
    repository.write('staged', 'mine too\n');
    repository.run('add', 'staged');
    expect(await lane.merge()).toMatchObject({ kind: 'merged' });
    expect(readFileSync(join(repository.root, 'a'), 'utf8')).toBe('from the lane\n');
    expect(readFileSync(join(repository.root, 'README.md'), 'utf8')).toBe('a better project\n');
    expect(repository.run('status', '--porcelain')).toBe('A  staged\n?? .worktrees/\n?? notes');
  });

  test.each<[string, (repository: GitRepository) => void]>([
    ['a change of the user', (repository) => repository.write('README.md', 'of the user\n')],
    ['an untracked file of the user', (repository) => repository.write('a', 'of the user\n')],
    [
      'a staged change of the user, with autostash on',
      (repository) => {
        repository.run('config', 'merge.autostash', 'true');
        repository.write('README.md', 'of the user\n');
        repository.run('add', '-A', 'README.md');
      },
    ],
  ])('leaves a target alone in whose way stands %s', async (_name, change) => {
    const { lane, repository } = await ready();
    const tip = repository.commit();
    change(repository);
    const files = repository.listing(repository.root);
    const status = repository.run('status', '--porcelain');
    const result = await lane.merge();
    expect(result).toMatchObject({ kind: 'held', reason: 'checked_out_dirty' });
    expect(result).toHaveProperty('details.0', expect.stringContaining(repository.root));
    expect(repository.commit('main')).toBe(tip);
    expect(repository.listing(repository.root)).toEqual(files);
    expect(repository.run('status', '--porcelain')).toBe(status);
    expect(repository.run('stash', 'list')).toBe('');
  });

  test('names the files that conflict', async () => {
    const { lane, repository } = await ready();
    repository.write('README.md', 'otherwise\n');
    repository.run('commit', '-qam', 'otherwise');
    expect(await lane.merge()).toEqual({
      kind: 'held',
      reason: 'conflict',
      details: ['README.md'],
    });
  });

  test('moves a target whose worktree was deleted by hand', async () => {
    const { lane, repository } = await ready({ mergeTargetBranch: 'release' });
    rmSync(repository.worktree('release'), { recursive: true });
    expect(await lane.merge()).toEqual({ kind: 'merged', commit: repository.commit('release') });
  });

  test('lanes that merge into one target at once all arrive', async () => {
    const { lane: known, repository, runtime, steps } = await ready({ mergeTargetBranch: 'release' });
    repository.run('branch', 'release');
    const lanes = await Promise.all(
      Array.from({ length: 5 }, async (_, n) => {
        const workstream = { ...runtime.workstream, id: `lane-${n}`, parallel: true };
        const state = { integrationBranch: null, baseCommit: null, tip: null, worktreePath: null };
        const lane: WorkstreamRuntime = { ...runtime, workstream, state };
        await steps.prepare(lane);
        const commit = repository.commitFiles(repository.commit(), { [`f${n}`]: 'x' });
        repository.run('update-ref', `refs/heads/agentrelay/graph/ws/lane-${n}`, commit);
        known.record(commit, workstream.id);
        return lane;
      }),
    );
    const merged = await Promise.all(lanes.map((lane) => steps.merge(lane, '', known.run)));
    expect(merged.map(({ kind }) => kind)).toEqual(Array(5).fill('merged'));
    expect(Object.keys(repository.tree('release'))).toEqual(['README.md', 'f0', 'f1', 'f2', 'f3', 'f4']);
  });
});

describe('awaitMerge', () => {
  async function opened() {
    const lane = new Lane();
    await lane.steps.prepare(lane.runtime);
    lane.advance({ a: 'a\n', b: 'b\n' });
    return { ...lane, lane };
  }

  test.each<[string, string[][]]>([
    ['a merge', [['merge', '-q', '--no-ff', '--no-edit', BRANCH]]],
    ['a fast-forward', [['merge', '-q', '--ff-only', BRANCH]]],
    [
      'a squash',
      [
        ['merge', '-q', '--squash', BRANCH],
        ['commit', '-qm', 'squashed'],
      ],
    ],
    [
      'a rebase onto other work',
      [
        ['commit', '-q', '--allow-empty', '-m', 'other'],
        ['cherry-pick', BRANCH],
      ],
    ],
  ])('sees %s', async (_name, commands) => {
    const { lane, repository } = await opened();
    for (const command of commands) repository.run(...command);
    expect(await lane.steps.awaitMerge(lane.runtime)).toEqual({ commit: repository.commit('main') });
  });

  test.each<[string, (repository: GitRepository) => void]>([
    ['does not move', () => {}],
    ['gets other work', (repository) => repository.run('commit', '-q', '--allow-empty', '-m', 'other')],
    [
      'gets half of it',
      (repository) => repository.run('update-ref', 'refs/heads/main', repository.commitFiles('main', { a: 'a\n' })),
    ],
    [
      'gets what conflicts',
      (repository) => repository.run('update-ref', 'refs/heads/main', repository.commitFiles('main', { a: 'z\n' })),
    ],
    [
      'begins a history of its own',
      (repository) => repository.run('update-ref', 'refs/heads/main', repository.commitFiles(null, { z: 'z\n' })),
    ],
    ['is gone', (repository) => repository.run('update-ref', '-d', 'refs/heads/main')],
  ])('is not fooled by a target that %s', async (_name, change) => {
    const { lane, repository, leave } = await opened();
    change(repository);
    const awaited = lane.steps.awaitMerge(lane.runtime).then(
      () => 'merged',
      (error: Error) => error.name,
    );
    // It has looked once when others have asked after it, in the same order.
    for (let look = 0; look < 5; look++) await repository.git.run(['rev-parse', BRANCH]);
    leave.abort();
    expect(await awaited).toBe('AbortError');
  });
});

test.each([true, false])('teardown removes the worktree when it is to: %s', async (remove) => {
  const lane = new Lane({}, remove);
  await lane.steps.prepare(lane.runtime);
  const path = lane.runtime.state.worktreePath ?? '';
  await lane.steps.teardown(lane.runtime);
  expect(existsSync(path)).toBe(!remove);
  await lane.steps.teardown(lane.runtime);
  expect(lane.repository.refs(`refs/heads/${BRANCH}`)).toEqual([`refs/heads/${BRANCH}`]);
});

describe('commits that no task has made', () => {
  async function prepared() {
    const lane = new Lane();
    await lane.steps.prepare(lane.runtime);
    return lane;
  }

  test('hold the lane, by name, wherever on its line they are', async () => {
    const lane = await prepared();
    const { repository } = lane;
    const first = repository.commitFiles(repository.commit(BRANCH), { stray: 'x' }, 'a stray commit');
    repository.run('update-ref', `refs/heads/${BRANCH}`, first);
    lane.advance({ a: 'a\n' });
    expect(await lane.merge()).toEqual({
      kind: 'held',
      reason: 'foreign_commits',
      details: [`${first.slice(0, 8)} a stray commit`],
    });
  });

  test('are none where the base was only taken in; what somebody resolved in that is work', async () => {
    const lane = await prepared();
    const { repository } = lane;
    lane.advance({ a: 'a\n' });
    repository.run('update-ref', 'refs/heads/main', repository.commitFiles(repository.commit(), { b: 'b\n' }));
    const plan = { into: BRANCH, commit: repository.commit(), method: 'merge', message: 'take main in' } as const;
    await mergeIntoBranch(repository.git, plan);
    const tip = repository.commit(BRANCH);
    const tampered = repository.run(
      'commit-tree',
      `${lane.advance({ c: 'c\n' })}^{tree}`,
      '-p',
      `${tip}^1`,
      '-p',
      `${tip}^2`,
      '-m',
      'evil',
    );
    repository.run('update-ref', `refs/heads/${BRANCH}`, tampered);
    expect(await lane.merge()).toMatchObject({ kind: 'held', details: [`${tampered.slice(0, 8)} evil`] });
    repository.run('update-ref', `refs/heads/${BRANCH}`, tip);
    expect(await lane.merge()).toMatchObject({ kind: 'merged' });
  });
});
