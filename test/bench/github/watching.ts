import { setImmediate as nextTurn } from 'node:timers/promises';
import { judge, settled } from '../../../src/steps/forges/gh-verdict.ts';
import { Gh } from '../../../src/steps/github/gh.ts';
import { PullRequestWatch } from '../../../src/steps/github/pull-request-watch.ts';
import { type GitHubSandbox, githubSandbox } from '../../support/github/sandbox.ts';
import { SimulatedClock } from '../../support/simulated-clock.ts';
import type { Figure } from '../figures.ts';

const TASKS = 20;
const MINUTES = 30;
const REPOSITORY = { host: 'github.com', owner: 'acme', name: 'widgets' };
const BASE = 'agentrelay/bench/ws/default';

/** What it costs that 20 tasks wait half an hour for their checks: real requests of the real gh, in simulated time. */
export async function watching(): Promise<Figure[]> {
  const box = await githubSandbox({});
  const before = process.env;
  process.env = { ...before, ...box.env };
  try {
    const heads = await openPullRequests(box);
    const { looks, requests, points } = await waitForChecks(box, heads);
    return [
      { name: '20 PRs, 30 min: looks (ticks)', ours: String(looks) },
      {
        name: '  GraphQL requests',
        ours: String(requests),
        baseline: `${looks * TASKS} (one for each PR and tick)`,
        ratio: (requests / (looks * TASKS)).toFixed(2),
        target: '≤ 1 a tick',
        ok: requests <= looks,
      },
      { name: '  points of 5,000 an hour', ours: String(points) },
    ];
  } finally {
    process.env = before;
    await box.close();
  }
}

async function openPullRequests(box: GitHubSandbox): Promise<{ number: number; head: string; commit: string }[]> {
  const repo = box.api.repo('acme/widgets');
  await box.commit(BASE, { 'begin.txt': 'begin\n' }, { from: 'main' });
  repo.requireChecks(['build']);
  const opened: { number: number; head: string; commit: string }[] = [];
  for (let n = 1; n <= TASKS; n++) {
    const head = `agentrelay/bench/t${n}`;
    const commit = await box.commit(head, { [`t${n}.txt`]: 'done\n' }, { from: BASE });
    await repo.setCheck(commit, { name: 'build', status: 'IN_PROGRESS' });
    opened.push({ number: await repo.openPr({ head, base: BASE }), head, commit });
  }
  return opened;
}

/** Everybody waits; the checks pass one after the other in the last minutes. */
async function waitForChecks(
  box: GitHubSandbox,
  heads: Awaited<ReturnType<typeof openPullRequests>>,
): Promise<{ looks: number; requests: number; points: number }> {
  const clock = new SimulatedClock(Date.now());
  const gh = new Gh({ repository: REPOSITORY, cacheFolder: `${box.folder}/gh-cache` });
  const times = new Set<number>();
  let [asking, points] = [0, 0];
  const watch = new PullRequestWatch({
    ask: async (query, variables, how) => {
      asking++;
      times.add(clock.now());
      return await gh.graphql(query, variables, { ...how, allowErrors: true }).finally(() => {
        asking--;
      });
    },
    repository: REPOSITORY,
    clock,
    onBudget: ({ spent }) => {
      points = spent;
    },
    onLimited: () => {},
  });
  const all = Promise.all(
    heads.map(async ({ number, head, commit }) => {
      const prUrl = `https://github.com/acme/widgets/pull/${number}`;
      const judging = { target: { repository: REPOSITORY, head, commit, base: BASE }, prUrl, onProof: () => {} };
      return await watch.until(number, (pr) => settled(judge(pr, judging)), { pace: 'brisk', limit: null });
    }),
  );
  let isOver = false;
  void all.finally(() => {
    isOver = true;
  });
  const begin = clock.now();
  for (let passed = false; !isOver; ) {
    // Time stands still while a request is under way.
    while (asking > 0) await nextTurn();
    if (!passed && clock.now() - begin >= MINUTES * 60_000) {
      passed = true;
      const repo = box.api.repo('acme/widgets');
      for (const { commit } of heads) await repo.setCheck(commit, { name: 'build', conclusion: 'SUCCESS' });
    }
    await clock.advance(1_000);
  }
  watch.close();
  return { looks: times.size, requests: box.api.counts().PullRequests ?? 0, points };
}
