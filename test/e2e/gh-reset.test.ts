import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { hang, respond } from '../support/github/faults.ts';
import { type GitHubProject, onGitHub } from '../support/github-run.ts';
import { appears } from '../support/run-fixture.ts';

const LANE = 'agentrelay/g/ws/default';
const WORKS = 'commit $AGENTRELAY_TASK.txt done; agentrelay-complete';
const CLOSE = 'PATCH /repos/:owner/:repo/pulls/:number';

/** Tasks that are merged one after the other into a lane whose own pull request waits for a person. */
async function merged(project: GitHubProject, ...ids: string[]): Promise<string> {
  const before = (id: string) => ids.slice(0, ids.indexOf(id)).slice(-1);
  const tasks = ids.map((id) => project.task(id, WORKS, { dependencies: before(id) }));
  const graph = project.graph({ name: 'g', forge: 'gh', tasks });
  expect(await project.relay(graph)).toMatchObject({ code: 0, stderr: '' });
  return graph;
}

const states = async (project: GitHubProject) =>
  (await project.pulls()).map(({ headBranch, state }) => `${headBranch.replace('agentrelay/g/', '')} ${state}`);
const local = (project: GitHubProject, ref: string) => project.git('rev-parse', '--verify', '-q', ref);

test('a merged task is taken back here and there, undone, taken back again and done once more', () =>
  onGitHub(async (project) => {
    const graph = await merged(project, 'a', 'b', 'c');
    const before = project.branches();
    const tip = before[LANE] ?? '';
    const plan = await project.run('reset-task', 'c', '-n');
    expect(plan).toMatchObject({ code: 0, stderr: '' });
    const back = project.remote('rev-parse', `${tip}^1`);
    expect(plan.stdout).toMatch(
      new RegExp(`branch of origin +from +to\n${LANE} +${tip.slice(0, 8)} +${back.slice(0, 8)}`),
    );
    expect(plan.stdout).toMatch(/pull\/4 +closed\n.*pull\/3 +stays merged/);
    expect(project.branches()).toEqual(before);
    expect(await states(project)).toEqual(['a MERGED', 'b MERGED', 'c MERGED', 'ws/default OPEN']);

    expect(await project.run('reset-task', 'c', '-y')).toMatchObject({ code: 0, stderr: '' });
    expect(project.branches()).toEqual({ ...before, [LANE]: back });
    expect(local(project, LANE)).toBe(back);
    expect(await states(project)).toEqual(['a MERGED', 'b MERGED', 'c MERGED', 'ws/default CLOSED']);
    expect(project.git('for-each-ref', `--contains=${tip}`, 'refs/agentrelay/backup/1/')).not.toBe('');

    expect(await project.run('undo', '-y')).toMatchObject({ code: 0, stderr: '' });
    expect(project.branches()).toEqual(before);
    expect(local(project, LANE)).toBe(tip);
    expect(await states(project)).toEqual(['a MERGED', 'b MERGED', 'c MERGED', 'ws/default OPEN']);

    expect(await project.run('reset-to', '--after', 'b', '-y')).toMatchObject({ code: 0, stderr: '' });
    expect(await project.relay(graph)).toMatchObject({ code: 0, stderr: '' });
    const done = ['a MERGED', 'b MERGED', 'c MERGED', 'ws/default CLOSED', 'c MERGED', 'ws/default OPEN'];
    expect(await states(project)).toEqual(done);
    expect(project.line(LANE).map((subject) => subject.split(':')[0])).toEqual([
      ...['Merge task a', 'Merge task b', 'Merge task c'],
    ]);
    expect(project.branches()[LANE]).toBe(local(project, LANE));
    expect(project.remote('rev-parse', `${LANE}^{tree}`)).toBe(project.remote('rev-parse', `${tip}^{tree}`));
  }));

test('a lane begins anew, also when it is killed after each step and a push is not answered', () =>
  onGitHub(async (project) => {
    const graph = await merged(project, 'a', 'b');
    const before = project.branches();
    // Closed, with the answer lost: its process is killed then.
    project.api.inject({ match: CLOSE, when: 'after', action: hang });
    const closing = project.api.arrives(CLOSE);
    const killed = project.start('reset-workstream', 'default', '-y');
    await closing;
    killed.kill('SIGKILL');
    await killed.ended;
    expect(project.branches()).toEqual(before);
    expect(local(project, LANE)).toBe(before[LANE]);

    // Pushed, with nothing done here: the next one is killed then, and the one after it gets no answer to its push.
    const [stop, pushed] = [join(project.folder, 'stop'), join(project.folder, 'pushed')];
    const hook = `#!/bin/sh\n[ -e '${stop}' ] || exit 0\n: >'${pushed}'\nwhile [ -e '${stop}' ]; do sleep 0.02; done\n`;
    writeFileSync(join(project.box.bare, 'hooks/post-update'), hook, { mode: 0o755 });
    writeFileSync(stop, '');
    const second = project.start('reset-workstream', 'default', '-n');
    await appears(pushed);
    second.kill('SIGKILL');
    await second.ended;
    rmSync(stop);
    expect(project.branches()).toEqual({ main: before.main });
    expect(local(project, LANE)).toBe(before[LANE]);
    project.remote('update-ref', `refs/heads/${LANE}`, before[LANE] ?? '');
    project.box.loseNextPush();
    const { code, stderr } = await project.run('reset-workstream', 'default', '-n');
    expect({ code, stderr }).toEqual({ code: 0, stderr: 'agentrelay: reset 1 was cut short, and is done now\n' });
    expect(project.branches()).toEqual({ main: before.main });
    expect(project.git('branch', '--list', 'agentrelay/*')).toBe('');
    expect((await states(project)).at(-1)).toBe('ws/default CLOSED');

    // Undone, where GitHub does not open the pull request again: the next run opens another.
    project.api.inject({ match: CLOSE, times: 2, action: respond(422, { message: 'state cannot be changed' }) });
    const undone = await project.run('undo', '-y');
    expect(undone).toMatchObject({ code: 0, stderr: expect.stringMatching(/pull\/3 stays closed: /) });
    expect(project.branches()).toEqual(before);
    expect(await project.relay(graph)).toMatchObject({ code: 0, stderr: '' });
    expect(await states(project)).toEqual(['a MERGED', 'b MERGED', 'ws/default CLOSED', 'ws/default OPEN']);
    expect(project.told('task_started')).toHaveLength(2);
  }));

test('what others have pushed or merged there is named, and nothing is changed', () =>
  onGitHub(async (project) => {
    await merged(project, 'a', 'b');
    const tip = project.branches()[LANE] ?? '';
    const foreign = project.box.commit(LANE, { 'more.txt': 'more' }, { message: 'One more thing' });
    const before = project.branches();
    const refused = await project.run('reset-task', 'b', '-y');
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain(`${LANE} of origin holds 1 commit that no task of this run has made`);
    expect(refused.stderr).toContain(`${foreign.slice(0, 8)} One more thing`);
    expect(project.branches()).toEqual(before);
    expect(local(project, LANE)).toBe(tip);

    // As the message says.
    project.git('push', '-q', `--force-with-lease=${LANE}:${foreign}`, 'origin', `${tip}:refs/heads/${LANE}`);
    const number = (await project.pullOf(LANE)).number;
    const merge = await project.hosted.mergePr(number);
    const late = await project.run('reset-workstream', 'default', '-y');
    expect(late.code).toBe(2);
    expect(late.stderr).toContain('lane default is merged into main, which is never rewritten');
    expect(late.stderr).toContain(
      `git checkout main && git pull --ff-only origin main && git revert -m 1 ${merge} && git push origin main`,
    );
    expect(project.branches()).toMatchObject({ main: merge, [LANE]: tip });
  }));

test('without GitHub nothing is begun, and what is decided is done later', () =>
  onGitHub(async (project) => {
    await merged(project, 'a', 'b');
    const before = project.branches();
    project.api.inject({ match: 'BranchPullRequests', action: respond(403, { message: 'SAML enforcement' }) });
    const planned = await project.run('reset', '-y');
    expect(planned).toMatchObject({ code: 2, stderr: expect.stringContaining('nothing was changed') });
    expect(project.told('run_reset')).toEqual([]);

    project.box.refusePushes('ERROR: Permission to acme/widgets.git denied to octocat.');
    const decided = await project.run('reset', '-y');
    expect(decided.code).toBe(2);
    expect(decided.stderr).toMatch(/reset 1 is decided, and not done to its end: .*denied to octocat/s);
    expect(decided.stderr).toContain('goes on with it');
    expect(project.branches()).toEqual(before);
    expect(local(project, LANE)).toBe(before[LANE]);
    project.box.refusePushes(null);
    const undone = await project.run('undo', '-y');
    expect(undone).toMatchObject({ code: 0, stderr: 'agentrelay: reset 1 was cut short, and is done now\n' });
    expect(project.branches()).toEqual(before);
    expect((await states(project)).at(-1)).toBe('ws/default OPEN');
  }));

test('a task that is tried again takes its pull request over, and gc tells what is left of the run there', () =>
  onGitHub(async (project) => {
    const graph = project.graph({
      ...{ name: 'g', forge: 'gh', max_gate_attempts: 1 },
      workstreams: [{ id: 'default', auto_merge: true }],
      tasks: [project.task('a', WORKS, { completion_gate: 'test -e "$HOME/good"' })],
    });
    expect(await project.relay(graph)).toMatchObject({ code: 1 });
    const [first] = await project.pulls();
    expect(first).toMatchObject({ state: 'OPEN', body: expect.stringContaining('attempt 1') });
    expect((await project.run('gc', '--remote')).stdout).toContain('nothing is left that no run here needs');
    const plan = await project.run('retry', 'a', '-y');
    expect(plan).toMatchObject({ code: 0, stdout: expect.stringMatching(/pull request .*pull\/1/) });
    project.release('good');
    expect(await project.relay(graph)).toMatchObject({ code: 0, stderr: '' });
    const pulls = await project.pulls();
    expect(pulls.map(({ state }) => state)).toEqual(['MERGED', 'MERGED']);
    expect(pulls[0]?.body).toContain('attempt 2');

    project.box.commit('agentrelay/other/task', { z: 'z' });
    const { code, stdout } = await project.run('gc', '--remote', '-d');
    expect(code).toBe(0);
    expect(stdout).toMatch(/branch +agentrelay\/g\/ws\/default +merged into origin\/main/);
    expect(stdout).toContain(`to delete them: git push origin --delete ${LANE}\n`);
    expect(stdout).toContain('1 more of graphs that were last run elsewhere');
    const json = await project.run('gc', '--remote', '--json');
    expect(JSON.parse(json.stdout)).toMatchObject({ remote: [{ remote: 'origin', branch: LANE }] });
  }));

describe('a failed task', () => {
  const FAILS = 'commit x.txt half; git push -q origin "HEAD:refs/heads/$branch"; signal failed no';

  test('has its branch deleted there, unless somebody else has pushed to it', () =>
    onGitHub(async (project) => {
      const graph = project.graph({
        ...{ name: 'g', forge: 'gh' },
        tasks: [project.task('a', WORKS), project.task('b', FAILS, { dependencies: ['a'] })],
      });
      expect(await project.relay(graph)).toMatchObject({ code: 1 });
      const mine = project.branches()['agentrelay/g/b'] ?? '';
      await project.hosted.openPr({ head: 'agentrelay/g/b', base: LANE });
      const foreign = project.box.commit('agentrelay/g/b', { y: 'y' });
      const refused = await project.run('reset-task', 'b', '-y');
      expect(refused.code).toBe(2);
      expect(refused.stderr).toContain(
        `agentrelay/g/b of origin is at ${foreign.slice(0, 8)}, which no attempt of its task has pushed`,
      );
      project.git('push', '-q', '--force', 'origin', `${mine}:refs/heads/agentrelay/g/b`);
      expect(await project.run('reset-task', 'b', '-y')).toMatchObject({ code: 0, stderr: '' });
      expect(Object.keys(project.branches())).toEqual([LANE, 'main']);
      expect((await project.pullOf('agentrelay/g/b')).state).toBe('CLOSED');
    }));
});

test('a new run puts away what is left there, of its own last run and of one without records', () =>
  onGitHub(async (project) => {
    const graph = await merged(project, 'a');
    const tip = project.branches()[LANE] ?? '';
    const own = await project.relay(graph, '--new-run');
    expect(own).toMatchObject({
      code: 0,
      stderr: 'agentrelay: 1 branch was deleted on origin, with which their open pull requests are closed\n',
    });
    expect(local(project, 'refs/agentrelay/archive/1/ws/default')).toBe(tip);
    expect((await states(project))[1]).toBe('ws/default CLOSED');

    rmSync(join(project.repo, '.workflow'), { recursive: true });
    rmSync(join(project.repo, '.worktrees'), { recursive: true, force: true });
    project.git('worktree', 'prune');
    project.git('branch', '-D', LANE);
    const theirs = project.box.commit('agentrelay/g/b', { z: 'z' });
    const refused = await project.relay(graph);
    expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining('--new-run keeps such branches') });
    const again = await project.relay(graph, '--new-run');
    expect(again).toMatchObject({ code: 0 });
    expect(again.stderr).toContain('2 branches were deleted on origin');
    expect(local(project, 'refs/agentrelay/archive/0/@origin/b')).toBe(theirs);
    expect(Object.keys(project.branches())).toEqual([LANE, 'main']);
    expect((await project.pulls()).filter(({ state }) => state === 'OPEN')).toHaveLength(1);
  }));
