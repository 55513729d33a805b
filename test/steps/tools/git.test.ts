import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { NO_COMMIT } from '../../../src/steps/tools/git.ts';
import { GitRepository } from '../../support/git-repository.ts';
import { killGitAt, leftovers } from '../../support/killed-git.ts';

/** Kills the git that stays and answers such questions; the tests of a file run one after the other. */
function kill(command: string): void {
  const pids = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        const parent = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ')[1];
        return Number(parent) === process.pid && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(command);
      } catch {
        return false;
      }
    });
  expect(pids).not.toEqual([]);
  for (const pid of pids) process.kill(Number(pid), 'SIGKILL');
}

describe('resolve', () => {
  test('names what is there and nothing else, whatever is asked, and never mixes answers up', async () => {
    const { git } = new GitRepository();
    const commit = await git.resolve('HEAD');
    expect(commit).toMatch(/^[0-9a-f]{40}$/);
    const odd: [string, string | null][] = [
      ['no such thing', null],
      ['', null],
      [' ', null],
      ['HEAD\nHEAD', null],
      ['HEAD\n', null],
      ['HEAD\rHEAD', null],
      ['HEAD\u2028HEAD', null],
      [NO_COMMIT, null],
      ['f'.repeat(40), null],
      [`${'f'.repeat(40)} commit`, null],
      [`${commit} blob`, null],
      ['refs/heads/main', commit],
      ['HEAD^{tree}', await git.resolve('main^{tree}')],
      ['--help', null],
      ['-', null],
      ['"main"', null],
      ['HEAD missing', null],
      ['HEAD:README.md', await git.resolve('main:README.md')],
      ['x'.repeat(100_000), null],
      ['HEAD', commit],
    ];
    const answers = await Promise.all(odd.map(([revision]) => git.resolve(revision)));
    expect(answers).toEqual(odd.map(([, answer]) => answer));
  });

  test('sees what another git has changed since', async () => {
    const repository = new GitRepository();
    expect(await repository.git.branch('late')).toBeNull();
    repository.run('branch', 'late');
    expect(await repository.git.branch('late')).toBe(repository.commit());
    repository.run('pack-refs', '--all');
    repository.run('commit', '-q', '--allow-empty', '-m', 'next');
    expect(await repository.git.branch('main')).toBe(repository.commit());
    repository.run('branch', '-D', 'late');
    expect(await repository.git.branch('late')).toBeNull();
  });

  test('goes on when its process was killed', async () => {
    const { git } = new GitRepository();
    const commit = await git.resolve('HEAD');
    kill('cat-file');
    expect(await git.resolve('HEAD')).toBe(commit);
  });

  test('refuses after close, and says so', async () => {
    const { git } = new GitRepository();
    await git.resolve('HEAD');
    git.close();
    await expect(git.resolve('HEAD')).rejects.toThrow('git cat-file --batch-check');
    await expect(git.resolve('HEAD')).rejects.toThrow('it was closed');
    git.close();
  });

  test('throws where there is no repository', async () => {
    const { git, root } = new GitRepository();
    rmSync(join(root, '.git'), { recursive: true });
    await expect(git.resolve('HEAD')).rejects.toMatchObject({ name: 'ToolError', exitCode: 128 });
  });
});

describe('straightAhead', () => {
  test('counts a straight line, and says null to anything else', async () => {
    const repository = new GitRepository();
    const { git } = repository;
    const base = repository.commit();
    expect(await git.straightAhead(base, base)).toBe(0);
    let tip = base;
    const tips = Array.from({ length: 10 }, (_, n) => (tip = repository.commitFiles(tip, { [`f${n}`]: 'x' })));
    expect(await git.straightAhead(base, tips[0] ?? '')).toBe(1);
    expect(await git.straightAhead(base, tips[7] ?? '')).toBe(8);
    expect([null, 9]).toContain(await git.straightAhead(base, tips[8] ?? ''));
    expect(await git.straightAhead(tips[0] ?? '', base)).toBeNull();
    const side = repository.commitFiles(base, { side: 'x' });
    const tree = repository.run('rev-parse', `${side}^{tree}`);
    const merge = repository.run('commit-tree', tree, '-p', tips[0] ?? '', '-p', side, '-m', 'merge');
    expect(await git.straightAhead(base, merge)).toBeNull();
    expect(await git.straightAhead(base, repository.commitFiles(null, { own: 'x' }))).toBeNull();
  });
});

describe('updateRefs', () => {
  test('moves all or none', async () => {
    const repository = new GitRepository();
    const { git } = repository;
    const old = repository.commit();
    const next = repository.commitFiles(old, { a: 'a' });
    const make = (name: string, from = NO_COMMIT) => ({ ref: `refs/heads/${name}`, to: next, from });
    expect(await git.updateRefs([make('one'), make('two')])).toBe(true);
    expect(await git.updateRefs([make('three'), make('one')])).toBe(false);
    expect(await git.branch('three')).toBeNull();
    expect(await git.updateRefs([make('main', next), make('four')])).toBe(false);
    expect(await git.branch('four')).toBeNull();
    expect(await git.branch('main')).toBe(old);
    expect(await git.updateRefs([{ ref: 'refs/heads/one', to: NO_COMMIT, from: old }])).toBe(false);
    expect(await git.updateRefs([{ ref: 'refs/heads/one', to: NO_COMMIT, from: next }, make('main', old)])).toBe(true);
    expect([await git.branch('one'), await git.branch('main')]).toEqual([null, next]);
    expect(await git.updateRefs([])).toBe(true);
  });

  test('throws for what is wrong in itself, and goes on afterwards', async () => {
    const repository = new GitRepository();
    const { git } = repository;
    const commit = repository.commit();
    const update = (ref: string, to = commit) => git.updateRefs([{ ref, to, from: NO_COMMIT }]);
    await expect(update('refs/heads/main/below')).rejects.toMatchObject({ name: 'ToolError' });
    await expect(update('refs/heads/a..b')).rejects.toMatchObject({ name: 'ToolError' });
    await expect(update('refs/heads/missing', 'f'.repeat(40))).rejects.toMatchObject({ name: 'ToolError' });
    expect(await update('refs/heads/fine')).toBe(true);
  });

  test('waits for a lock that another git holds', async () => {
    const repository = new GitRepository();
    const lock = join(repository.commonDir, 'refs/heads/busy.lock');
    writeFileSync(lock, '');
    const moved = repository.git.updateRefs([{ ref: 'refs/heads/busy', to: repository.commit(), from: NO_COMMIT }]);
    expect(await Promise.race([moved, repository.git.run(['gc', '-q'])])).toHaveProperty('exitCode');
    rmSync(lock);
    expect(await moved).toBe(true);
    expect(repository.commit('busy')).toBe(repository.commit());
  });

  test('goes on when its process was killed', async () => {
    const repository = new GitRepository();
    const { git } = repository;
    const to = repository.commit();
    expect(await git.updateRefs([{ ref: 'refs/heads/one', to, from: NO_COMMIT }])).toBe(true);
    kill('update-ref');
    expect(await git.updateRefs([{ ref: 'refs/heads/two', to, from: NO_COMMIT }])).toBe(true);
    expect(repository.refs('refs/heads')).toEqual(['refs/heads/main', 'refs/heads/one', 'refs/heads/two']);
  });

  test('leaves no lock of a git that was killed when it had done it', async () => {
    const repository = new GitRepository();
    const { git } = repository;
    repository.run('branch', 'old');
    const locks = ['refs/heads/old', 'packed-refs', 'HEAD'].map((name) => `.git/${name}.lock`).join(' ');
    const toCome = killGitAt(repository, 'update-ref', { after: `git update-ref -d refs/heads/old; touch ${locks}` });
    const from = repository.commit();
    expect(await git.updateRefs([{ ref: 'refs/heads/old', to: NO_COMMIT, from }])).toBe(true);
    expect(toCome()).toBe(0);
    expect(leftovers(repository)).toEqual([]);
  });

  test('lets one of many through who want the same', async () => {
    const repository = new GitRepository();
    const from = repository.commit();
    const commits = Array.from({ length: 20 }, (_, n) => repository.run('commit-tree', 'HEAD^{tree}', '-m', `${n}`));
    const results = await Promise.all(
      commits.map((to) => repository.git.updateRefs([{ ref: 'refs/heads/main', to, from }])),
    );
    expect(results.filter((moved) => moved)).toHaveLength(1);
    expect(repository.commit('main')).toBe(commits[results.indexOf(true)]);
  });
});

describe('run', () => {
  test.each([
    [['rev-list', '--count', 'HEAD']],
    [['worktree', 'list']],
    [['-c', 'color.ui=never', 'status', '--porcelain']],
    [['commit-tree', 'HEAD^{tree}', '-m', 'made']],
  ])('asks again when git was killed: %s', async (args) => {
    const repository = new GitRepository();
    const word = args.find((one) => /^(rev-list|list|status|commit-tree)$/.test(one)) ?? '';
    const toCome = killGitAt(repository, word, { times: 2 });
    expect(await repository.git.run(args)).toMatchObject({ exitCode: 0 });
    expect(toCome()).toBe(0);
  });

  test('gives up where every git is killed', async () => {
    const repository = new GitRepository();
    const toCome = killGitAt(repository, 'rev-list', { times: 9 });
    await expect(repository.git.run(['rev-list', 'HEAD'])).rejects.toMatchObject({ exitCode: null });
    expect(toCome()).toBe(6);
  });

  test('never does a second time what changes something', async () => {
    const repository = new GitRepository();
    const toCome = killGitAt(repository, 'branch', { times: 2, after: true });
    await expect(repository.git.run(['branch', 'made'])).rejects.toMatchObject({ exitCode: null });
    expect(toCome()).toBe(1);
  });

  test('takes no repository from the environment', async () => {
    const { git, root } = new GitRepository();
    const other = new GitRepository();
    const names = ['GIT_DIR', 'GIT_WORK_TREE', 'GIT_INDEX_FILE', 'GIT_OBJECT_DIRECTORY', 'GIT_COMMON_DIR'];
    try {
      for (const name of names) process.env[name] = join(other.root, '.git');
      expect((await git.run(['rev-parse', '--show-toplevel'])).stdout).toBe(root);
      expect(await git.resolve('HEAD')).not.toBeNull();
    } finally {
      for (const name of names) delete process.env[name];
    }
  });

  test('says what failed, in the words that a person would type', async () => {
    const { git } = new GitRepository();
    const failed = git.run(['rev-parse', '--verify', 'no-such-branch']);
    await expect(failed).rejects.toThrow(/^git rev-parse --verify exited 128: fatal/);
    expect((await git.run(['rev-parse', '-q', '--verify', 'none'], { accept: [1] })).exitCode).toBe(1);
  });
});

test('the processes that stay do not outlive a process that does not close them', async () => {
  const { root } = new GitRepository();
  const source = `
    const { Git } = await import(${JSON.stringify(new URL('../../../src/steps/tools/git.ts', import.meta.url).href)});
    const git = new Git(${JSON.stringify(root)});
    console.log(await git.resolve('HEAD'));
    git.close();`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', source], { stdio: 'ignore' });
  const [code] = (await once(child, 'exit')) as [number | null];
  expect(code).toBe(0);
});
