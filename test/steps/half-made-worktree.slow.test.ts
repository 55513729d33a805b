import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { NO_COMMIT } from '../../src/steps/tools/git.ts';
import { Worktrees } from '../../src/steps/worktree.ts';
import { GitRepository } from '../support/git-repository.ts';
import { FOR_GOOD, Halt, killGitAt, killWhenWriting, leftovers, Snare } from '../support/killed-git.ts';

const BRANCH = 'agentrelay/graph/task';

/** A commit on `main` whose files a checkout writes one after the other. */
function withFiles(): GitRepository {
  const repository = new GitRepository();
  const commit = repository.branch('files', { a: 'a\n', middle: 'middle\n', 'z/z': 'z\n' });
  repository.run('reset', '-q', '--hard', commit);
  repository.run('branch', '-D', 'files');
  return repository;
}

/** What the next owner begins with. */
function afterwards(repository: GitRepository): Worktrees {
  return new Worktrees(repository.git, repository.commonDir);
}

function expectWhole(repository: GitRepository, path: string): void {
  expect(repository.in(path, 'status', '--porcelain')).toBe('');
  expect(repository.listing(path)).toEqual(repository.tree('main'));
  expectNothingElse(repository, [path]);
}

function expectNothingElse(repository: GitRepository, paths: readonly string[]): void {
  const listed = repository.run('worktree', 'list', '--porcelain').match(/^worktree .*/gm);
  expect(listed).toEqual([repository.root, ...paths].map((path) => `worktree ${path}`));
  const records = join(repository.commonDir, 'worktrees');
  expect(existsSync(records) ? readdirSync(records).length : 0).toBe(paths.length);
  expect(repository.refs('refs/agentrelay')).toEqual([]);
  expect(leftovers(repository)).toEqual([]);
}

describe('a worktree in whose making git was killed', () => {
  async function halfMade(): Promise<{ repository: GitRepository; path: string; worktrees: Worktrees }> {
    const repository = withFiles();
    const path = join(repository.folder, 'lane');
    const args = ['worktree', 'add', '-q', '-B', BRANCH, path, repository.commit()];
    await killWhenWriting(repository, 'middle', () => repository.git.run(args));
    expect(readdirSync(path)).not.toContain('z');
    expect(leftovers(repository)).toEqual(['worktrees/lane/index.lock', 'worktrees/lane/locked']);
    return { repository, path, worktrees: afterwards(repository) };
  }

  test('is made again, on a branch or on none', async () => {
    for (const at of [{ branch: BRANCH }, {}]) {
      const { repository, path, worktrees } = await halfMade();
      await worktrees.add(path, { commit: repository.commit(), ...at });
      expectWhole(repository, path);
      expect(repository.in(path, 'branch', '--show-current')).toBe(at.branch ?? '');
    }
  });

  test('is made again at once by the owner that lives on', async () => {
    const repository = withFiles();
    const path = join(repository.folder, 'lane');
    const snare = new Snare(repository, 'middle', 'kill -KILL 0');
    await snare.around(() => repository.worktrees.add(path, { commit: repository.commit(), branch: BRANCH }));
    expectWhole(repository, path);
  });

  test('is handed over, without anything in it being taken for work', async () => {
    const { repository, path, worktrees } = await halfMade();
    expect(await worktrees.handOver(path, repository.commit(), 1)).toBeNull();
    expectWhole(repository, path);
  });

  test('is no worktree yet, and removed without a trace', async () => {
    const { repository, path, worktrees } = await halfMade();
    expect(await worktrees.status(path)).toBeNull();
    expect(await worktrees.remove(path, 1)).toBeNull();
    expect(existsSync(path)).toBe(false);
    expectNothingElse(repository, []);
  });

  test.each<[string, (path: string, record: string) => void]>([
    ['before it had a folder', (path) => rmSync(path, { recursive: true })],
    [
      'when its folder was empty',
      (path) => {
        rmSync(path, { recursive: true });
        mkdirSync(path);
      },
    ],
    ['when its folder named no record yet', (path) => writeFileSync(join(path, '.git'), '')],
    [
      'before its record was marked',
      (path, record) => {
        rmSync(path, { recursive: true });
        for (const name of readdirSync(record)) rmSync(join(record, name), { recursive: true });
      },
    ],
    [
      'when the mark of its record was not written yet, nor the name of its folder',
      (path, record) => {
        rmSync(path, { recursive: true });
        for (const name of readdirSync(record)) rmSync(join(record, name), { recursive: true });
        for (const name of ['locked', 'gitdir']) writeFileSync(join(record, name), '');
      },
    ],
    ['before it had a HEAD', (_path, record) => rmSync(join(record, 'HEAD'))],
    [
      'before its record named the folder',
      (path, record) => {
        rmSync(path, { recursive: true });
        for (const name of readdirSync(record)) if (name !== 'locked') rmSync(join(record, name), { recursive: true });
      },
    ],
  ])('is made again when git was killed %s', async (_name, change) => {
    const { repository, path, worktrees } = await halfMade();
    change(path, join(repository.commonDir, 'worktrees/lane'));
    await worktrees.add(path, { commit: repository.commit(), branch: BRANCH });
    expectWhole(repository, path);
  });

  test.each([{ after: false }, { after: true }])(
    'is made at once all the same, killed at its end: $after',
    async (how) => {
      const repository = withFiles();
      const path = join(repository.folder, 'lane');
      const toCome = killGitAt(repository, 'add', how);
      await repository.worktrees.add(path, { commit: repository.commit(), branch: BRANCH });
      expect(toCome()).toBe(0);
      expectWhole(repository, path);
    },
  );

  test('is left to a git that is still at it', async () => {
    const repository = withFiles();
    const path = join(repository.folder, 'lane');
    const halt = new Halt(repository);
    const snare = new Snare(repository, 'middle', halt.shell);
    await snare.around(async () => {
      const args = ['worktree', 'add', '-q', '-B', BRANCH, path, 'HEAD'];
      const ended = once(spawn('git', args, { cwd: repository.root, stdio: 'ignore' }), 'exit');
      await halt.begun();
      const added = afterwards(repository).add(path, { commit: repository.commit(), branch: BRANCH });
      for (let look = 0; look < 10; look++) await repository.git.run(['rev-parse', 'HEAD']);
      halt.letGo();
      expect(await ended).toEqual([0, null]);
      await added;
    });
    expectWhole(repository, path);
  });
});

describe('a removal in which git was killed', () => {
  test.each([{ after: false }, { after: true }])('is finished at once, at its end: $after', async (how) => {
    const repository = withFiles();
    const path = repository.worktree();
    const toCome = killGitAt(repository, 'remove', how);
    expect(await repository.worktrees.remove(path, 1)).toBeNull();
    expect(toCome()).toBe(0);
    expect(existsSync(path)).toBe(false);
    expectNothingElse(repository, []);
  });

  test('leaves no record that names no folder any more', async () => {
    const repository = withFiles();
    const path = repository.worktree();
    const worktrees = afterwards(repository);
    rmSync(path, { recursive: true });
    rmSync(join(repository.commonDir, 'worktrees/work/gitdir'));
    expect(await worktrees.remove(path, 1)).toBeNull();
    expectNothingElse(repository, []);
  });

  test('is finished, and saves nothing twice', async () => {
    const repository = withFiles();
    const path = repository.worktree();
    repository.write('work', 'not committed\n', path);
    killGitAt(repository, 'remove', { times: FOR_GOOD });
    await expect(repository.worktrees.remove(path, 1)).rejects.toThrow('did not run');
    expect(existsSync(path)).toBe(false);
    const saved = repository.refs('refs/agentrelay');
    expect(saved).toHaveLength(1);
    expect(await afterwards(repository).remove(path, 1)).toBeNull();
    expect(repository.refs('refs/agentrelay')).toEqual(saved);
    repository.run('update-ref', '-d', saved[0] ?? '');
    expectNothingElse(repository, []);
  });

  test('is no obstacle to a new worktree there', async () => {
    const repository = withFiles();
    const path = join(repository.folder, 'lane');
    await repository.worktrees.add(path, { commit: repository.commit(), branch: BRANCH });
    killGitAt(repository, 'remove', { times: FOR_GOOD });
    await expect(repository.worktrees.remove(path, 1)).rejects.toThrow('did not run');
    const worktrees = afterwards(repository);
    await worktrees.add(path, { commit: repository.commit(), branch: BRANCH });
    expect(repository.listing(path)).toEqual(repository.tree('main'));
    await worktrees.remove(path, 1);
    expectNothingElse(repository, []);
  });
});

test.each([
  ['clean', false],
  ['reset', false],
  ['reset', true],
  ['status', false],
  ['add', false],
  ['write-tree', true],
] as const)('a hand-over goes on where %s was killed, at its end: %s', async (word, after) => {
  const repository = withFiles();
  const path = repository.worktree(BRANCH);
  repository.write('work', 'not committed\n', path);
  repository.write('a', 'changed\n', path);
  const files = repository.listing(path);
  const toCome = killGitAt(repository, word, { after });
  const saved = await repository.worktrees.handOver(path, repository.commit(), 1);
  expect(toCome()).toBe(0);
  expect(repository.refs('refs/agentrelay')).toEqual([saved?.ref]);
  expect(repository.tree(saved?.commit ?? '')).toEqual(files);
  repository.run('update-ref', '-d', saved?.ref ?? '');
  expectWhole(repository, path);
});

test('work that was saved before the end came is not saved once more', async () => {
  const repository = withFiles();
  const path = repository.worktree();
  repository.write('work', 'not committed\n', path);
  killGitAt(repository, 'clean', { times: FOR_GOOD });
  await expect(repository.worktrees.handOver(path, repository.commit(), 1)).rejects.toThrow('did not run');
  const [ref = ''] = repository.refs('refs/agentrelay');
  const saved = await afterwards(repository).handOver(path, repository.commit(), 1);
  expect(saved).toEqual({ ref, commit: repository.commit(ref) });
  expect(repository.refs('refs/agentrelay')).toEqual([ref]);
  expect(repository.tree(ref)).toHaveProperty('work');
  expect(repository.in(path, 'status', '--porcelain')).toBe('');
});

describe('what was deleted by hand', () => {
  test('a folder, whose record has the branch that another worktree is to get', async () => {
    const repository = withFiles();
    const path = join(repository.folder, 'lane');
    const earlier = repository.worktree('agentrelay/graph/task');
    rmSync(earlier, { recursive: true });
    const worktrees = afterwards(repository);
    await worktrees.add(path, { commit: repository.commit(), branch: BRANCH });
    expectWhole(repository, path);
  });

  test('but a record that a person has locked stays: its disk is elsewhere just now', async () => {
    const repository = withFiles();
    const away = repository.worktree(BRANCH);
    repository.run('worktree', 'lock', '--reason', 'on a stick', away);
    renameSync(away, `${away}-away`);
    const added = afterwards(repository).add(join(repository.folder, 'lane'), { commit: 'main', branch: BRANCH });
    await expect(added).rejects.toMatchObject({ code: 'worktree_clash' });
    renameSync(`${away}-away`, away);
    expect(repository.in(away, 'status', '--porcelain')).toBe('');
  });

  test('the branch that is checked out: its commits are kept, and its files are not taken for new work', async () => {
    const repository = withFiles();
    const path = join(repository.folder, 'lane');
    await repository.worktrees.add(path, { commit: repository.commit(), branch: BRANCH });
    repository.write('done', 'committed\n', path);
    repository.in(path, 'add', '-A');
    repository.in(path, 'commit', '-qm', 'work');
    const work = repository.commit(BRANCH);
    repository.run('update-ref', '-d', `refs/heads/${BRANCH}`);
    const saved = await afterwards(repository).handOver(path, repository.commit(), 1);
    expect(saved?.commit).toBe(work);
    expect(repository.refs('refs/agentrelay')).toEqual([saved?.ref]);
    repository.run('update-ref', '-d', saved?.ref ?? '');
    expectWhole(repository, path);
  });

  test('the branch, by a commit that nobody has made anything on', async () => {
    const repository = withFiles();
    const path = join(repository.folder, 'lane');
    await repository.worktrees.add(path, { commit: repository.commit(), branch: BRANCH });
    await repository.git.updateRefs([{ ref: `refs/heads/${BRANCH}`, to: NO_COMMIT, from: repository.commit() }]);
    expect(await afterwards(repository).handOver(path, repository.commit(), 1)).toBeNull();
    expectWhole(repository, path);
  });

  test('half of a folder: what is left is work as it is', async () => {
    const repository = withFiles();
    const path = repository.worktree();
    repository.write('middle', 'changed\n', path);
    rmSync(join(path, 'a'));
    rmSync(join(path, '.git'));
    const saved = await afterwards(repository).remove(path, 1);
    expect(Object.keys(repository.tree(saved?.commit ?? ''))).toEqual(['README.md', 'middle', 'z/z']);
    expect(readFileSync(join(repository.root, 'a'), 'utf8')).toBe('a\n');
  });
});
