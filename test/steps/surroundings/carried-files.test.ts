import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { carryFiles } from '../../../src/steps/surroundings/carried-files.ts';
import { GitRepository } from '../../support/git-repository.ts';

function ready(files: Record<string, string> = {}) {
  const repository = new GitRepository();
  for (const [path, text] of Object.entries(files)) repository.write(path, text);
  const worktree = repository.worktree();
  const carry = (copy: string[], link: string[] = []) =>
    carryFiles(repository.git, { copy, link, worktree, commonDir: repository.commonDir });
  const read = (path: string) => readFileSync(join(worktree, path), 'utf8');
  const dirty = () => repository.in(worktree, 'status', '--porcelain');
  return { repository, worktree, carry, read, dirty };
}

test('copies files and folders, links others, and git shows none of them', async () => {
  const { carry, read, dirty, worktree, repository } = ready({
    '.env': 'A=1\n',
    'local/deep/x': 'x',
    'node_modules/p/index.js': 'p',
  });
  repository.write('.gitignore', 'node_modules/\n', worktree);
  repository.in(worktree, 'add', '.gitignore');
  repository.in(worktree, 'commit', '-qm', 'ignore');
  await carry(['.env', 'local'], ['node_modules']);
  expect([read('.env'), read('local/deep/x'), read('node_modules/p/index.js')]).toEqual(['A=1\n', 'x', 'p']);
  expect(readlinkSync(join(worktree, 'node_modules'))).toBe(join(repository.root, 'node_modules'));
  expect(lstatSync(join(worktree, '.env')).isFile()).toBe(true);
  expect(dirty()).toBe('');
});

test('a second time brings what is there now, and adds nothing to the excludes', async () => {
  const { carry, read, repository } = ready({ '.env': 'A=1', dep: 'd' });
  await carry(['.env'], ['dep']);
  repository.write('.env', 'A=2');
  await carry(['.env'], ['dep']);
  expect(read('.env')).toBe('A=2');
  const excludes = readFileSync(join(repository.commonDir, 'info/exclude'), 'utf8').split('\n');
  expect(excludes.filter((line) => line === '/.env' || line === '/dep')).toEqual(['/.env', '/dep']);
});

test('a name with a pattern in it excludes that file alone', async () => {
  const { carry, dirty, worktree } = ready({ 'a[b]*': 'x' });
  await carry(['a[b]*']);
  expect(dirty()).toBe('');
  writeFileSync(join(worktree, 'ab'), 'an agent made this');
  expect(dirty()).toBe('?? ab');
});

test.each([
  ['is missing', ['nowhere'], 'carried_missing', /has no such file/],
  ['is in git', ['README.md'], 'carried_tracked', /README\.md is in git/],
])('one that %s is refused, and nothing is placed', async (_name, paths, code, message) => {
  const { carry, worktree } = ready({ '.env': 'A' });
  await expect(carry(['.env', ...paths])).rejects.toMatchObject({ name: 'WorkspaceError', code });
  await expect(carry(paths)).rejects.toThrow(message);
  expect(existsSync(join(worktree, '.env'))).toBe(false);
});

test('never through a link that leads out of the worktree', async () => {
  const { carry, worktree, repository } = ready({ 'config/.env': 'secret' });
  const outside = join(repository.folder, 'outside');
  mkdirSync(outside);
  symlinkSync(outside, join(worktree, 'config'));
  await expect(carry(['config/.env'])).rejects.toMatchObject({ code: 'carried_outside' });
  repository.write('config/deep/er/.env', 'secret');
  await expect(carry(['config/deep/er/.env'])).rejects.toMatchObject({ code: 'carried_outside' });
  expect(readdirSync(outside)).toEqual([]);
});
