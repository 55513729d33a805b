import { readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { gitView, makeGitView } from '../../../src/steps/isolation/git-view.ts';
import { gitDirOf } from '../../../src/steps/worktree-status.ts';
import { GitRepository } from '../../support/git-repository.ts';

test('a folder that can be locked leads to the real one, and mounts bring what is written to', () => {
  const repository = new GitRepository();
  const worktree = repository.worktree('agentrelay/g/one');
  const { commonDir } = repository;
  const view = gitView({ graph: 'g', worktree, gitDir: gitDirOf(worktree), commonDir }, commonDir);
  expect(view.mounts.map(({ path, access }) => `${access} ${path}`)).toEqual(
    expect.arrayContaining([
      `ro ${commonDir}`,
      `ro ${join(commonDir, 'refs')}`,
      `rw ${join(commonDir, 'objects')}`,
      `ro ${join(worktree, '.git')}`,
    ]),
  );

  const made = join(repository.root, 'made');
  makeGitView(view, made);
  // Such as what an agent has put there.
  rmSync(join(made, 'packed-refs.1'));
  writeFileSync(join(made, 'packed-refs.1'), 'something else');
  makeGitView(view, made);
  expect(readFileSync(join(made, 'config'), 'utf8')).toBe(readFileSync(join(commonDir, 'config'), 'utf8'));
  repository.run('pack-refs', '--all');
  expect(readFileSync(join(made, 'packed-refs'), 'utf8')).toContain('refs/heads/agentrelay/g/one');
  // Git itself follows five.
  let lock = join(made, 'packed-refs');
  for (let depth = 0; depth < 5; depth++) lock = join(made, readlinkSync(lock));
  expect(lock).toBe(join(made, 'packed-refs.5'));
});
