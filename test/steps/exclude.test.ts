import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { excludeOurFolders } from '../../src/steps/exclude.ts';
import { GitRepository } from '../support/git-repository.ts';

const OURS = '/.worktrees/\n/.workflow/\n';

test.each<[string, string | null, string]>([
  ['a new file', null, OURS],
  ['an empty one', '', OURS],
  ['what the user has', '*.log\n', `*.log\n${OURS}`],
  ['a last line without its end', '*.log', `*.log\n${OURS}`],
  ['one line of ours', '/.workflow/\n', '/.workflow/\n/.worktrees/\n'],
  ['both', `a\n${OURS}b`, `a\n${OURS}b`],
])('adds what is missing to %s, once', (_name, before, after) => {
  const { commonDir } = new GitRepository();
  const path = join(commonDir, 'info/exclude');
  if (before === null) rmSync(join(commonDir, 'info'), { recursive: true, force: true });
  else {
    mkdirSync(join(commonDir, 'info'), { recursive: true });
    writeFileSync(path, before);
  }
  excludeOurFolders(commonDir);
  expect(readFileSync(path, 'utf8')).toBe(after);
  excludeOurFolders(commonDir);
  expect(readFileSync(path, 'utf8')).toBe(after);
});

test('git does not see our folders then, and sees others of the name', () => {
  const repository = new GitRepository();
  for (const name of ['.workflow/a', '.worktrees/b', 'sub/.workflow/c']) repository.write(name, '');
  excludeOurFolders(repository.commonDir);
  expect(repository.run('status', '--porcelain', '-uall')).toBe('?? sub/.workflow/c');
  expect(existsSync(join(repository.root, '.gitignore'))).toBe(false);
});
