import { chmodSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { GhBranches } from '../../../src/steps/forges/gh-branches.ts';
import { RemoteGit } from '../../../src/steps/github/remote-git.ts';
import { REAL_CLOCK } from '../../../src/steps/tools/clock.ts';
import { GitRepository } from '../../support/git-repository.ts';

/** A repository whose origin is a bare one beside it. */
function scene() {
  const repository = new GitRepository();
  repository.run('init', '-q', '--bare', '../origin.git');
  repository.run('remote', 'add', 'origin', '../origin.git');
  const bare = join(repository.folder, 'origin.git');
  const remote = new RemoteGit({ git: repository.git, remote: 'origin', clock: REAL_CLOCK });
  const there = () => repository.in(bare, 'for-each-ref', '--format=%(refname)').split('\n');
  return { repository, bare, remote, there };
}

test('nothing but the branch goes there, whatever the person has set for pushes', async () => {
  const { repository, remote, there } = scene();
  repository.run('tag', '-a', 'v1', '-m', 'one');
  repository.run('config', 'push.followTags', 'true');
  const to = repository.commit();
  expect(await remote.push('agentrelay/g/ws/a', { from: null, to })).toBe(true);
  const ref = 'refs/heads/agentrelay/g/ws/b';
  expect(await remote.moveAll([{ ref, from: null, to }])).toBe(true);
  expect(there()).toEqual(['refs/heads/agentrelay/g/ws/a', ref]);
});

test('a refusal is no remote that cannot be reached, and who asks again is not told the old one', async () => {
  const { repository, bare, remote, there } = scene();
  const commit = repository.commit();
  await remote.push('agentrelay/g/a', { from: null, to: commit });
  repository.write('hooks/pre-receive', '#!/bin/sh\necho "rule 7 forbids it" >&2\nexit 1\n', bare);
  chmodSync(join(bare, 'hooks/pre-receive'), 0o755);
  const branches = new GhBranches({ git: repository.git, remote });
  const refusal = branches.deleteMerged('agentrelay/g/a', commit);
  await expect(refusal).rejects.toMatchObject({
    code: 'remote_failed',
    message: expect.stringMatching(/^git push is refused by origin, or cannot be done: [\s\S]*rule 7 forbids it/),
  });
  rmSync(join(bare, 'hooks/pre-receive'));
  await branches.deleteMerged('agentrelay/g/a', commit);
  expect(there()).toEqual(['']);
});

test('who is called off waits for no remote', async () => {
  const { remote } = scene();
  const off = AbortSignal.abort('call_off');
  await expect(new GhBranches({ git: new GitRepository().git, remote }).tip('main', off)).rejects.toBe('call_off');
});
