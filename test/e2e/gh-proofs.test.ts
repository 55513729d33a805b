import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { ProofName } from '../../src/core/proofs.ts';
import { type GitHubProject, onGitHub } from '../support/github-run.ts';
import { appears } from '../support/run-fixture.ts';

const LANE = 'agentrelay/g/ws/default';
const HERE = 'https://github.com/acme/widgets/pull';

/** A task whose agent pushes its branch by itself, and signals what it is told to. */
interface Lie {
  /** Makes the pull request, and says what is signalled. */
  readonly signals: (project: GitHubProject, branch: string) => Promise<string>;
  /** Once the signal was taken, before anything was proved. */
  readonly after?: (project: GitHubProject, branch: string) => unknown;
  /** In the agent's shell, before it pushes. */
  readonly work?: string;
  /** After that. */
  readonly more?: string;
  /** Null where the signal itself is refused. */
  readonly proof: ProofName | null;
  readonly code: string;
  readonly error: RegExp;
}

const open = async ({ hosted }: GitHubProject, head: string, base = LANE, draft = false) =>
  await hosted.openPr({ head, base, draft });
const honest = async (project: GitHubProject, branch: string) => `${HERE}/${await open(project, branch)}`;

const LIES: Readonly<Record<string, Lie>> = {
  no_url: {
    signals: async () => 'I have done it; see my pull request',
    ...{ proof: 'repository', code: 'pr_wrong_repository' },
    error: /expected a pull request of acme\/widgets, found I have done it; see my pull request/,
  },
  another_repository: {
    async signals(project, branch) {
      const number = await open(project, branch);
      return `https://github.com/acme/other/pull/${number}`;
    },
    ...{ proof: 'repository', code: 'pr_wrong_repository' },
    error: /expected a pull request of acme\/widgets, found acme\/other/,
  },
  another_host: {
    signals: async (project, branch) => `https://ghe.test/acme/widgets/pull/${await open(project, branch)}`,
    ...{ proof: 'repository', code: 'pr_wrong_repository' },
    error: /found ghe\.test\/acme\/widgets/,
  },
  not_there: {
    signals: async () => `${HERE}/999`,
    ...{ proof: 'open', code: 'pr_not_found', error: /found it missing/ },
  },
  closed: {
    async signals(project, branch) {
      const number = await open(project, branch);
      await project.hosted.closePr(number);
      return `${HERE}/${number}`;
    },
    ...{ proof: 'open', code: 'pr_closed', error: /found it closed/ },
  },
  // GitHub closes what has nothing in it any more.
  emptied: {
    async signals(project, branch) {
      const number = await open(project, branch);
      project.remote('update-ref', `refs/heads/${branch}`, 'main');
      return `${HERE}/${number}`;
    },
    ...{ proof: 'open', code: 'pr_closed', error: /found it closed/ },
  },
  draft: {
    signals: async (project, branch) => `${HERE}/${await open(project, branch, LANE, true)}`,
    ...{ proof: 'open', code: 'pr_draft', error: /found it draft; mark it as ready/ },
  },
  // Of a person, with work that nobody has gated.
  another_open_one: {
    signals: async (project) => `${HERE}/${await open(project, 'feature')}`,
    ...{ proof: 'head', code: 'pr_head_mismatch', error: /found acme:feature@/ },
  },
  a_fork: {
    async signals(project, branch) {
      const commit = project.remote('rev-parse', branch);
      return `${HERE}/${await project.hosted.openForkPr({ head: branch, base: LANE, commit })}`;
    },
    ...{ proof: 'head', code: 'pr_head_mismatch', error: /found mallory\/widgets:agentrelay\/g\/a_fork@/ },
  },
  head_moved: {
    signals: honest,
    after: (project, branch) => project.box.commit(branch, { 'late.txt': 'unseen\n' }, { message: 'Slip in' }),
    ...{ proof: 'head', code: 'head_moved', error: /someone pushed to the branch after the signal/ },
  },
  not_pushed: {
    signals: honest,
    more: 'commit later.txt later',
    ...{ proof: 'head', code: 'head_moved', error: /expected the head [0-9a-f]{40}, found [0-9a-f]{40}/ },
  },
  another_base: {
    signals: async (project, branch) => `${HERE}/${await open(project, branch, 'main')}`,
    ...{
      proof: 'base',
      code: 'pr_wrong_base',
      error: /expected the base branch agentrelay\/g\/ws\/default, found main/,
    },
  },
  no_commits: {
    work: 'true',
    signals: async () => `${HERE}/1`,
    ...{ proof: null, code: 'no_commits', error: /the branch has no commits/ },
  },
};

test('a signal that names another pull request than its own, or one that is not as it must be, merges nothing', () =>
  onGitHub(async (project) => {
    project.box.commit('feature', { 'feature.txt': 'of a person\n' });
    const ids = Object.keys(LIES);
    const graph = project.graph({
      name: 'g',
      forge: 'gh',
      max_concurrency: ids.length,
      workstreams: [{ id: 'default', parallel: true, auto_merge: true }],
      tasks: ids.map((id) => project.task(id, scriptOf(LIES[id]), { completion_gate: gateOf(id) })),
    });
    const live = project.relayLive(graph);
    await Promise.all(ids.map((id) => lie(project, id, live)));
    const { code, stderr } = await live.ended;
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' });

    for (const [id, { code: expected, error, proof }] of Object.entries(LIES)) {
      const failed = project.told('task_failed', id);
      expect(failed, id).toMatchObject([{ code: expected, error: expect.stringMatching(error) }]);
      if (proof !== null) expect(failed[0]?.error).toContain(`proof "${proof}" of `);
      // What follows from it may not hold either.
      const [broken] = project.told('task_pr_proof', id).filter(({ holds }) => holds === false);
      expect(broken?.proof ?? null, id).toBe(proof);
    }
    expect(project.told('workstream_failed')).toMatchObject([{ workstream: 'default', code: 'task_failed' }]);
    expect(project.api.counts().PullRequestMerge).toBeUndefined();
    expect((await project.pulls()).filter(({ state }) => state === 'MERGED')).toEqual([]);
    const begin = project.git('rev-parse', 'main');
    expect(project.branches()).toMatchObject({ main: begin, [LANE]: begin });
  }));

function scriptOf({ work = 'commit $AGENTRELAY_TASK.txt done', more = '' }: Partial<Lie> = {}): string {
  return `${work}; git push -q origin HEAD; : >"$HOME/$AGENTRELAY_TASK.pushed"
${more}
wait_for "$HOME/$AGENTRELAY_TASK.url"
signal done "$(cat "$HOME/$AGENTRELAY_TASK.url")"
exec sleep 1000`;
}

const gateOf = (id: string) => `until [ -e "$HOME/${id}.gate" ]; do sleep 0.02; done`;

async function lie(project: GitHubProject, id: string, live: ReturnType<GitHubProject['relayLive']>): Promise<void> {
  const { signals, after } = LIES[id] as Lie;
  const branch = `agentrelay/g/${id}`;
  await appears(join(project.folder, `${id}.pushed`));
  project.release(`${id}.url`, await signals(project, branch));
  await live.event('task_signalled', ({ task }) => task === id);
  await after?.(project, branch);
  project.release(`${id}.gate`);
}
