import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { dropForeignFiles, dropPointer } from '../../src/steps/own-git-files.ts';
import { Git, NO_COMMIT } from '../../src/steps/tools/git.ts';
import { gitDirOf } from '../../src/steps/worktree-status.ts';
import { GitRepository } from '../support/git-repository.ts';

const BRANCH = 'agentrelay/g/one';

test('links and pipes go, and what git has made itself stays', () => {
  const repository = new GitRepository();
  const gitDir = gitDirOf(repository.worktree(BRANCH));
  const [index, log] = [join(gitDir, 'index'), join(gitDir, 'logs/HEAD')];
  dropForeignFiles(gitDir, repository.commonDir);
  expect([index, log].map((path) => existsSync(path))).toEqual([true, true]);
  for (const path of [index, log]) rmSync(path);
  symlinkSync(join(repository.root, 'README.md'), log);
  execFileSync('mkfifo', [index]);
  dropForeignFiles(gitDir, repository.commonDir);
  expect([index, log].map((path) => existsSync(path))).toEqual([false, false]);
});

test('a branch that points to another one is moved and deleted by itself', async () => {
  const repository = new GitRepository();
  repository.worktree(BRANCH);
  const path = join(repository.commonDir, 'refs/heads', BRANCH);
  const main = repository.run('rev-parse', 'main');
  dropPointer(BRANCH, repository.commonDir);
  expect(readFileSync(path, 'utf8').trim()).toMatch(/^[0-9a-f]{40}$/);
  writeFileSync(path, 'ref: refs/heads/main\n');
  const git = new Git(repository.root);
  try {
    const ref = `refs/heads/${BRANCH}`;
    expect(await git.updateRefs([{ ref, to: NO_COMMIT, from: main }])).toBe(true);
  } finally {
    git.close();
  }
  expect(existsSync(path)).toBe(false);
  expect(repository.run('rev-parse', 'main')).toBe(main);
  // Git takes the folder away with its last branch.
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, 'ref: refs/heads/main\n');
  dropPointer(BRANCH, repository.commonDir);
  expect(existsSync(path)).toBe(false);
});
