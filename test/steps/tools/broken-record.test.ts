import { mkdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { brokenRecordIn } from '../../../src/steps/tools/broken-record.ts';
import { GitRepository } from '../../support/git-repository.ts';

function broken(whole: boolean) {
  const repository = new GitRepository();
  const path = join(repository.root, '.worktrees/g/lane');
  repository.run('worktree', 'add', '-q', '--detach', path, 'HEAD');
  const record = join(repository.root, '.git/worktrees/lane');
  if (whole) truncateSync(join(record, 'commondir'));
  else {
    rmSync(record, { recursive: true });
    mkdirSync(record);
    writeFileSync(join(record, 'locked'), 'initializing\n');
    writeFileSync(join(record, 'gitdir'), `${path}/.git\n`);
    writeFileSync(join(record, 'commondir'), '');
  }
  return { repository, git: repository.git, path };
}

test.each([true, false])(
  'a record without its commondir is completed, and git goes on (a whole one: %s)',
  async (whole) => {
    const { repository, git, path } = broken(whole);
    expect(() => repository.run('worktree', 'list')).toThrow(/commondir/);
    const { stdout } = await git.run(['worktree', 'list', '--porcelain']);
    expect(stdout).toContain(`worktree ${path}`);
    if (whole) expect(repository.in(path, 'rev-parse', 'HEAD')).toBe(repository.commit());
  },
);

test('only records of worktrees are taken for one', () => {
  expect(brokenRecordIn('fatal: failed to read .git/worktrees/a/commondir: Success', '/r')).toBe('/r/.git/worktrees/a');
  expect(brokenRecordIn('fatal: failed to read /etc/commondir: Success', '/r')).toBeNull();
  expect(brokenRecordIn('fatal: not a git repository', '/r')).toBeNull();
});
