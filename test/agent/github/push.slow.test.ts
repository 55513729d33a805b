import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { pushBranch } from '../../../src/agent/github/push.ts';
import { notePushBegun } from '../../../src/agent/github/push-notes.ts';
import { RemoteCommands } from '../../../src/agent/github/remote.ts';
import { Refusal } from '../../../src/agent/refusal.ts';
import { BRANCH, INTEGRATION_BRANCH } from '../attempt-fixture.ts';
import { RemoteFixture } from './remote-fixture.ts';

test('a new branch is pushed, and what was pushed is noted', async () => {
  const fixture = new RemoteFixture();
  const commit = fixture.commit();
  expect(await fixture.push(commit)).toEqual({ isNew: true });
  expect(fixture.remoteTip()).toBe(commit);
  expect(fixture.read('.pushed')).toBe(`${commit}\n`);
  expect(fixture.remoteRefs()).toEqual([`refs/heads/${BRANCH}`, `refs/heads/${INTEGRATION_BRANCH}`]);
});

test('a second push moves what the first left, also when the commits were rewritten', async () => {
  const fixture = new RemoteFixture();
  await fixture.push(fixture.commit());
  const more = fixture.commit('more.txt');
  expect(await fixture.push(more)).toEqual({ isNew: false });
  const rewritten = fixture.amend('Say it better');
  expect(await fixture.push(rewritten)).toEqual({ isNew: false });
  expect(fixture.remoteTip()).toBe(rewritten);
  expect(fixture.read('.pushed')).toBe(`${rewritten}\n`);
});

test('a push that was done and not noted is found to be there', async () => {
  const fixture = new RemoteFixture();
  const commit = fixture.commit();
  await fixture.push(commit);
  rmSync(join(fixture.signalDir, '.pushed'));
  expect(await fixture.push(commit)).toEqual({ isNew: false });
  expect(fixture.read('.pushed')).toBe(`${commit}\n`);
});

test('after a push that was not noted, later and rewritten commits are pushed over it', async () => {
  const fixture = new RemoteFixture();
  await fixture.push(fixture.commit());
  rmSync(join(fixture.signalDir, '.pushed'));
  const later = fixture.commit('more.txt');
  await fixture.push(later);
  expect(fixture.remoteTip()).toBe(later);
  rmSync(join(fixture.signalDir, '.pushed'));
  const rewritten = fixture.amend('Say it better');
  await fixture.push(rewritten);
  expect(fixture.remoteTip()).toBe(rewritten);
});

test('a push that was begun and never done leaves nothing in the way', async () => {
  const fixture = new RemoteFixture();
  notePushBegun(fixture.attempt, fixture.commit());
  const rewritten = fixture.amend('Say it better');
  expect(await fixture.push(rewritten)).toEqual({ isNew: true });
});

test('the next attempt pushes over the earlier one, by its note or by its kept ref', async () => {
  const fixture = new RemoteFixture();
  const earlier = { ...fixture.attempt, attempt: 1, signalDir: fixture.signalDirOf(1) };
  const first = fixture.commit();
  await fixture.push(first, earlier);
  fixture.git(['reset', '-q', '--hard', INTEGRATION_BRANCH]);
  const second = fixture.commit('anew.txt');
  await fixture.push(second);
  expect(fixture.remoteTip()).toBe(second);

  // As if the notes of both had been lost, and the owner had kept the tip.
  for (const at of [earlier, fixture.attempt]) {
    for (const name of ['.pushed', '.pushing']) rmSync(join(at.signalDir, name));
  }
  fixture.git(['update-ref', 'refs/agentrelay/attempts/1/write-parser/2', second]);
  fixture.git(['reset', '-q', '--hard', INTEGRATION_BRANCH]);
  const third = fixture.commit('third.txt');
  await fixture.push(third);
  expect(fixture.remoteTip()).toBe(third);
});

test('a branch that was deleted on the remote is pushed anew', async () => {
  const fixture = new RemoteFixture();
  await fixture.push(fixture.commit());
  fixture.remote('update-ref', '-d', `refs/heads/${BRANCH}`);
  expect(await fixture.push(fixture.commit('more.txt'))).toEqual({ isNew: true });
});

test('a commit of somebody else is never pushed over; taken in, it is', async () => {
  const fixture = new RemoteFixture();
  const ours = fixture.commit();
  await fixture.push(ours);
  const theirs = fixture.commitOnRemote(BRANCH, { subject: 'Mend\u001b[31m it', parents: [ours] });
  const more = fixture.commit('more.txt');
  const refusal = await fixture.refusal(more);
  expect(refusal.exitCode).toBe(1);
  expect(refusal.message).toContain(`${theirs} (Somebody: Mend it)`);
  expect(refusal.message).toContain(`git fetch origin ${BRANCH}\n  git merge ${theirs}`);
  expect(fixture.remoteTip()).toBe(theirs);
  expect(fixture.read('.pushed')).toBe(`${ours}\n`);
  expect(fixture.git(['for-each-ref', 'refs/remotes'])).toBe('');

  fixture.git(['fetch', '-q', 'origin', BRANCH]);
  fixture.git(['merge', '-q', '-m', 'Take it in', theirs]);
  const merged = fixture.git(['rev-parse', 'HEAD']);
  await fixture.push(merged);
  expect(fixture.remoteTip()).toBe(merged);
});

test('a branch that was there before the task is not taken for its own', async () => {
  const fixture = new RemoteFixture();
  const theirs = fixture.commitOnRemote(BRANCH, { subject: 'Mine', parents: [] });
  expect((await fixture.refusal(fixture.commit())).message).toContain(theirs);
  expect(fixture.remoteTip()).toBe(theirs);
});

test('what GitHub brought up to date is the task’s own; what a person merged by hand is not', async () => {
  const fixture = new RemoteFixture();
  const ours = fixture.commit();
  await fixture.push(ours);
  const base = fixture.commitOnRemote(INTEGRATION_BRANCH, { subject: 'Other work', files: { 'other.txt': 'x' } });
  const tree = fixture.remote('merge-tree', '--write-tree', base, ours);
  const update = fixture.commitOnRemote(BRANCH, { subject: 'Update', parents: [ours, base], tree });
  const more = fixture.commit('more.txt');
  await fixture.push(more);
  expect(fixture.remoteTip()).toBe(more);

  const byHand = fixture.commitOnRemote(BRANCH, { subject: 'By hand', parents: [more, base], tree });
  expect((await fixture.refusal(fixture.commit('third.txt'))).message).toContain(byHand);
  expect(update).not.toBe(byHand);
});

test('a refusal of the server is told in its words, without secrets', async () => {
  const fixture = new RemoteFixture();
  fixture.remoteHook(
    'pre-receive',
    'echo "GH006: Protected branch update failed ghp_abcdefghijklmnopqrst" >&2; exit 1',
  );
  const refusal = await fixture.refusal(fixture.commit());
  expect(refusal.message).toContain('pre-receive hook declined');
  expect(refusal.message).toContain('GH006: Protected branch update failed ***');
  expect(refusal.message).toContain('agentrelay-failed');
  expect(fixture.files()).not.toContain('.pushed');
});

test('hooks of the repository run, and one that refuses is told', async () => {
  const fixture = new RemoteFixture();
  const commit = fixture.commit();
  const hook = join(fixture.repository, '.git/hooks/pre-push');
  writeFileSync(hook, '#!/bin/sh\necho "lint: parser.txt is not clean"\nexit 1\n', { mode: 0o755 });
  const refusal = await fixture.refusal(commit);
  expect(refusal.message).toContain('lint: parser.txt is not clean');
  expect(refusal.exitCode).toBe(1);
  writeFileSync(hook, `#!/bin/sh\ncat >'${fixture.root}/hooked'\n`, { mode: 0o755 });
  await fixture.push(commit);
  expect(fixture.readAt('hooked')).toContain(`${commit} refs/heads/${BRANCH}`);
});

test('a line that fails is tried again, a closed door is not', async () => {
  const fixture = new RemoteFixture();
  const commit = fixture.commit();
  fixture.throughSsh([
    'ssh: connect to host github.com port 22: Connection timed out',
    'kex_exchange_identification: x',
  ]);
  await fixture.push(commit);
  expect(fixture.remoteTip()).toBe(commit);
  expect(fixture.waits).toHaveLength(2);

  const more = fixture.commit('more.txt');
  fixture.throughSsh(['ERROR: Permission to acme/widgets.git denied to octocat.']);
  const refusal = await fixture.refusal(more);
  expect(refusal.exitCode).toBe(2);
  expect(refusal.message).toContain('Permission to acme/widgets.git denied to octocat.');
  expect(fixture.waits).toHaveLength(2);

  fixture.throughSsh(Array.from({ length: 4 }, () => 'ssh: Could not resolve hostname github.com: no'));
  const late = await fixture.refusal(more);
  expect(late.exitCode).toBe(1);
  expect(late.message).toContain('Run agentrelay-complete again in a minute');
  expect(fixture.waits).toHaveLength(5);
});

test('a push of the same moment by another call of the task does not make it fail', async () => {
  const fixture = new RemoteFixture();
  const commit = fixture.commit();
  const all = await Promise.all([1, 2, 3].map(async () => await fixture.push(commit)));
  expect(all.filter(({ isNew }) => isNew).length).toBeLessThanOrEqual(1);
  expect(fixture.remoteTip()).toBe(commit);
});

test('nothing of the person’s own settings is pushed besides', async () => {
  const fixture = new RemoteFixture();
  fixture.git(['config', 'push.followTags', 'true']);
  fixture.git(['tag', '-a', '-m', 'v1', 'v1']);
  const commit = fixture.commit();
  fixture.git(['tag', '-a', '-m', 'v2', 'v2']);
  await fixture.push(commit);
  expect(fixture.remoteRefs()).toEqual([`refs/heads/${BRANCH}`, `refs/heads/${INTEGRATION_BRANCH}`]);
});

test('a git that cannot be started is told, and not taken for a line that fails', async () => {
  const fixture = new RemoteFixture();
  const git = new RemoteCommands({ remote: 'origin', cwd: join(fixture.root, 'nowhere'), clock: fixture.clock });
  const outcome = await pushBranch(fixture.attempt, fixture.commit(), git).catch((error: unknown) => error);
  expect(outcome).toBeInstanceOf(Refusal);
  expect(outcome).toMatchObject({ exitCode: 2, message: expect.stringContaining('ENOENT') });
  expect(fixture.waits).toEqual([]);
});
