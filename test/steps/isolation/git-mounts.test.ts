import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { gitMounts, makeGitFolders } from '../../../src/steps/isolation/git-mounts.ts';
import { gitDirOf } from '../../../src/steps/worktree-status.ts';
import { GitRepository } from '../../support/git-repository.ts';

const PLACE = { graph: 'g', worktree: '/w', gitDir: '/r/.git/worktrees/w', commonDir: '/r/.git' };

test('what git believes is read-only, over what an agent commits with', () => {
  expect(gitMounts(PLACE, () => true).map(({ path, access }) => `${access} ${path}`)).toEqual([
    'ro /r/.git',
    'rw /r/.git/objects',
    'rw /r/.git/lfs',
    'rw /r/.git/reftable',
    'rw /r/.git/refs/heads/agentrelay/g',
    'rw /r/.git/refs/remotes',
    'rw /r/.git/worktrees/w',
    'ro /r/.git/objects/info',
    'ro /r/.git/refs/heads/agentrelay/g/ws',
    'ro /r/.git/worktrees/w/commondir',
    'ro /r/.git/worktrees/w/gitdir',
    'ro /r/.git/worktrees/w/config.worktree',
    'ro /w/.git',
  ]);
});

test('the folder of the graph stays when git packs its last branch, and git does not mind', () => {
  const repository = new GitRepository();
  const worktree = repository.worktree('agentrelay/g/one');
  const place = { graph: 'g', worktree, gitDir: gitDirOf(worktree), commonDir: repository.commonDir };
  makeGitFolders(place);
  const before = repository.refs('refs');
  repository.run('pack-refs', '--all', '--prune');
  expect(readFileSync(join(repository.commonDir, 'packed-refs'), 'utf8')).toContain('refs/heads/agentrelay/g/one');
  expect(existsSync(join(repository.commonDir, 'refs/heads/agentrelay/g'))).toBe(true);
  expect(repository.refs('refs')).toEqual(before);
  expect(repository.run('fsck')).toBe('');
  expect(existsSync(join(place.gitDir, 'config.worktree'))).toBe(false);
  repository.run('config', 'extensions.worktreeConfig', 'true');
  makeGitFolders(place);
  expect(existsSync(join(place.gitDir, 'config.worktree'))).toBe(true);
});
