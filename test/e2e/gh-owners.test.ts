import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { hang, heldUntil } from '../support/github/faults.ts';
import type { SandboxOptions } from '../support/github/sandbox.ts';
import { expectLane, expectProved } from '../support/github-merged.ts';
import { type GitHubProject, onGitHub } from '../support/github-run.ts';
import type { Live } from '../support/run-fixture.ts';

const LANE = 'agentrelay/g/ws/default';
const POST = 'POST /repos/:owner/:repo/pulls';
const WORK = 'commit $AGENTRELAY_TASK.txt done; agentrelay-complete';

const simple = (project: GitHubProject, more: object = {}) =>
  project.graph({
    name: 'g',
    workstreams: [{ id: 'default', auto_merge: true }],
    tasks: [project.task('a', WORK), project.task('b', WORK, { dependencies: ['a'] })],
    ...more,
  });

async function kill(live: Live): Promise<void> {
  live.kill('SIGKILL');
  expect(await live.ended).toMatchObject({ code: null });
}

test('owners that are killed at the worst moments: the next one finds what is done, and does nothing twice', () =>
  onGitHub(async (project) => {
    const { api, hosted, told } = project;
    const graph = simple(project, { forge: 'gh' });
    const pulls = async (head: string) => (await project.pulls()).filter(({ headBranch }) => headBranch === head);
    const merged = async (head: string) =>
      await expect.poll(async () => (await pulls(head))[0]?.state, { timeout: 20_000, interval: 20 }).toBe('MERGED');

    // The agent has pushed, and its pull request is not there yet.
    const going = Promise.withResolvers<void>();
    api.inject({ match: POST, action: heldUntil(going.promise) });
    const posted = api.arrives(POST);
    const first = project.relayLive(graph);
    await posted;
    await kill(first);
    expect(await pulls('agentrelay/g/a')).toEqual([]);

    // GitHub has merged, and nobody was told.
    api.inject({ match: 'PullRequestMerge', when: 'after', action: hang });
    const second = project.relayLive(graph);
    await second.event('task_adopted');
    going.resolve();
    await merged('agentrelay/g/a');
    await kill(second);
    expect(told('task_succeeded')).toEqual([]);

    // Its checks run; the owner leaves of its own accord.
    hosted.requireChecks(['build']);
    const third = project.relayLive(graph);
    await third.event(
      'task_pr_proof',
      ({ task, proof, holds }) => task === 'b' && proof === 'checks' && holds === null,
    );
    third.kill('SIGTERM');
    expect(await third.ended).toMatchObject({ code: 130, stderr: '' });
    const [b] = await pulls('agentrelay/g/b');
    await hosted.setCheck(b?.head ?? '', { name: 'build', conclusion: 'SUCCESS' });
    hosted.requireChecks([]);

    // The lane's pull request is open, and nobody was told.
    const isOfLane = (call: { op: string; body: string }) => call.op === POST && call.body.includes(LANE);
    api.inject({ match: isOfLane, when: 'after', action: hang });
    const fourth = project.relayLive(graph);
    await expect.poll(async () => (await pulls(LANE)).length, { timeout: 20_000, interval: 20 }).toBe(1);
    await kill(fourth);

    // And the last merge is made, and nobody was told.
    api.inject({ match: 'PullRequestMerge', when: 'after', action: hang });
    const fifth = project.relayLive(graph);
    await merged(LANE);
    await kill(fifth);

    expect(await project.relay(graph)).toMatchObject({ code: 0, stderr: '' });
    await expectLane(project, { id: 'default', tasks: ['a', 'b'] });
    expect((await project.pulls()).map(({ number, state, headBranch }) => [number, state, headBranch])).toEqual([
      [1, 'MERGED', 'agentrelay/g/a'],
      [2, 'MERGED', 'agentrelay/g/b'],
      [3, 'MERGED', LANE],
    ]);
    expect(api.counts().PullRequestMerge).toBe(3);
    expect(project.line('main')).toEqual(['Merge workstream default into main (#3)']);
    expect(Object.keys(project.branches())).toEqual([LANE, 'main']);
    expect(told('task_launched')).toHaveLength(2);
    expect(told('workstream_merged')).toMatchObject([{ by: 'agentrelay' }]);
    expect(project.tmux('list-panes', '-a')).toBeNull();
  }));

const PLACES: readonly [string, SandboxOptions][] = [
  ['an Enterprise host, logged in as gh does it', { host: 'ghe.test', login: 'file' }],
  ['an https remote', { remote: 'https' }],
];

test.each(PLACES)('a run on %s, found from the remote', (_, options) =>
  onGitHub(async (project) => {
    const { code, stdout, stderr } = await project.relay(simple(project));
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const { host } = project.api;
    expect(stdout).toContain(`https://${host}/acme/widgets/pull/1\n`);
    await expectLane(project, { id: 'default', tasks: ['a', 'b'] });
    expectProved(project.told('workstream_pr_proof'), `https://${host}/acme/widgets/pull/3`);
    expect(project.line('main')).toEqual(['Merge workstream default into main (#3)']);
  }, options),
);

test('what GitHub knows a moment later than it should is waited for', () =>
  onGitHub(async (project) => {
    const { hosted, told, task } = project;
    Object.assign(hosted.settings, { mergeableUnknownReads: 1, headLagReads: 5 });
    const mends = `${WORK}; read -r prompt; commit mended.txt yes; agentrelay-complete; exec sleep 1000`;
    const graph = project.graph({ name: 'g', tasks: [task('a', mends, { completion_gate: 'test -e mended.txt' })] });
    expect(await project.relay(graph)).toMatchObject({ code: 0, stderr: '' });
    await expectLane(project, { id: 'default', tasks: ['a'] });
    expect(told('task_gate_failed')).toHaveLength(1);
  }));

test('--forge local merges here, and asks GitHub nothing', () =>
  onGitHub(async (project) => {
    expect(await project.relay(simple(project), '--forge', 'local')).toMatchObject({ code: 0, stderr: '' });
    expect(project.git('ls-tree', '--name-only', 'main').split('\n')).toEqual(['README.md', 'a.txt', 'b.txt']);
    expect(project.api.calls).toEqual([]);
    expect(Object.keys(project.branches())).toEqual(['main']);
  }));

describe('what is refused before anything is made', () => {
  interface Refusal {
    readonly options?: SandboxOptions;
    readonly prepare?: (project: GitHubProject) => unknown;
    readonly stderr: RegExp;
  }
  const REFUSALS: Readonly<Record<string, Refusal>> = {
    'gh is missing': {
      prepare: (project) => withPrograms(project, ['git', 'sh', 'tmux']),
      stderr: /gh is not installed; agentrelay needs gh 2\.23 or newer.*apt-get install gh/s,
    },
    'nobody is logged in': {
      options: { token: null },
      stderr: /gh is not logged in to github\.com.*gh auth login --hostname github\.com/s,
    },
    'no permission': {
      prepare: (project) => Object.assign(project.hosted.settings, { viewerPermission: 'READ' }),
      stderr: /octocat may not push to github\.com\/acme\/widgets.*ask its owner for write access/s,
    },
    'a merge method that is not allowed': {
      prepare: (project) => Object.assign(project.hosted.settings, { allowMerge: false }),
      stderr: /does not allow merge_method merge.*merge_method: squash/s,
    },
    'branches of a run that has no records here': {
      prepare: (project) => project.box.commit('agentrelay/g/a', { 'old.txt': 'old\n' }),
      stderr: /branch agentrelay\/g\/a of origin is left from a run that has no records here/,
    },
  };

  test.each(Object.keys(REFUSALS))('%s', (name) => {
    const { options = {}, prepare, stderr } = REFUSALS[name] as Refusal;
    return onGitHub(async (project) => {
      const graph = simple(project, { forge: 'gh' });
      await prepare?.(project);
      const before = project.branches();
      const refused = await project.relay(graph);
      expect(refused).toMatchObject({ code: 2, stdout: '', stderr: expect.stringMatching(stderr) });
      expect(project.branches()).toEqual(before);
      expect(existsSync(join(project.repo, '.workflow/g/runs'))).toBe(false);
      expect(project.git('branch', '--list', 'agentrelay/*')).toBe('');
      expect(await project.pulls()).toEqual([]);
      expect(project.tmux('list-sessions')).toBeNull();
    }, options);
  });
});

/** From now on only these are found on the PATH. */
function withPrograms(project: GitHubProject, names: readonly string[]): void {
  const bin = join(project.folder, 'only');
  mkdirSync(bin);
  for (const name of names) {
    const path = execFileSync('sh', ['-c', 'command -v "$1"', 'sh', name], { encoding: 'utf8' }).trim();
    symlinkSync(path, join(bin, name));
  }
  project.env.PATH = bin;
}
