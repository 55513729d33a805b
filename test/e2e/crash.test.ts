import { spawn } from 'node:child_process';
import { appendFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { exec } from '../../src/steps/tools/exec.ts';
import { crashAt, crashAtRandom } from '../support/sweep/crash-cases.ts';
import { gitHarmed } from '../support/sweep/git-cases.ts';
import type { GitHarm } from '../support/sweep/git-wrapper.ts';
import { go } from '../support/sweep/go.ts';
import { judge } from '../support/sweep/judge.ts';
import { makeSweepPlace } from '../support/sweep/place.ts';
import { copyProgram, type SweptProgram } from '../support/sweep/program.ts';
import { type Baseline, baselineOf, type SweepCase, sweep } from '../support/sweep/sweep.ts';
import { tmuxGoneAt } from '../support/sweep/tmux-cases.ts';

// Short forms of `npm run sweep:crash`, `sweep:tmux` and `sweep:git`. What a run is measured by is in judge.ts.

const SEED = 1;

let swept: SweptProgram;
let baseline: Baseline;
beforeAll(async () => {
  swept = copyProgram();
  baseline = await baselineOf(swept);
});
afterAll(() => rmSync(swept.folder, { recursive: true, force: true }));

/** All are as the unkilled run, and what they are for did happen in `hits` of them at least. */
async function expectNoDeviation(cases: readonly SweepCase[], hits: number): Promise<void> {
  const results = await sweep(cases, { swept, expected: baseline.world, jobs: 3, maxKept: 3 }, () => {});
  expect(results.filter(({ deviations }) => deviations.length > 0)).toEqual([]);
  expect(results.filter(({ hit }) => hit).length).toBeGreaterThanOrEqual(hits);
}

/** `count` numbers of events, from the first to the last of the unkilled run; another may have one fewer. */
function spread(count: number): number[] {
  const last = baseline.events;
  return Array.from({ length: count }, (_, at) => 1 + Math.floor((at * (last - 1)) / (count - 1)));
}

test('the measure sees what it is to see', async () => {
  const place = await makeSweepPlace(swept);
  try {
    const { journals } = await go(place, []);
    const measure = { expected: baseline.world, mayRetry: false, journals };
    expect((await judge(place, measure)).deviations).toEqual([]);
    const [launch = []] = place.launches();
    appendFileSync(join(place.directory, 'launches'), `${launch.join(' ')}\n`);
    writeFileSync(join(place.repository, '.git/index.lock'), '');
    place.git('branch', 'agentrelay/shop/cart-code');
    const merge = await exec(
      'git',
      ['commit-tree', 'main^{tree}', '-p', 'main', '-m', 'Merge workstream cart into main'],
      {
        cwd: place.repository,
        env: { GIT_COMMITTER_NAME: 'x', GIT_COMMITTER_EMAIL: 'x@y', GIT_AUTHOR_NAME: 'x', GIT_AUTHOR_EMAIL: 'x@y' },
      },
    );
    place.git('update-ref', 'refs/heads/main', merge.stdout);
    const left = spawn('sleep', ['60'], { cwd: place.directory, stdio: 'ignore' });
    const { deviations } = await judge(place, { ...measure, journals: [...journals, 'x\n'] });
    left.kill();
    const [task, attempt] = launch;
    expect(deviations).toEqual([
      'branches: with agentrelay/shop/cart-code',
      'merges: main with Merge workstream cart into main',
      expect.stringContaining('commits: main with Merge workstream cart into main'),
      `launches: with ${task} ${attempt}`,
      `launched again: ${task} ${attempt}`,
      'merged twice into main: Merge workstream cart into main',
      'lock left: .git/index.lock',
      `process left: ${left.pid} sleep 60`,
      'the journal has lost lines that were there after owner 2',
    ]);
  } finally {
    place.remove();
  }
});

test('an owner that is killed at an event is gone on with as if nothing had been', async () => {
  const modes = ['torn', 'before'] as const;
  await expectNoDeviation(
    spread(5)
      .filter((_, at) => at % 2 === 1)
      .map((seq, at) => crashAt(seq, modes[at] ?? 'after', SEED)),
    2,
  );
});

test('so is one that is killed again and again, at random times', async () => {
  await expectNoDeviation([crashAtRandom(1, SEED, baseline.duration)], 1);
});

test('a tmux server that is gone costs the work of its agents, and nothing else', async () => {
  const [middle = 0] = spread(3).slice(1);
  await expectNoDeviation([tmuxGoneAt(middle, true, SEED)], 1);
});

test('a git that is killed, or finds a lock of one that was, costs no work', async () => {
  const harm = { after: 6, group: false } as const;
  const harms: GitHarm[] = [
    { ...harm, kind: 'worktree add', count: 2, how: 'during', group: true },
    { ...harm, kind: 'merge', count: 1, how: 'lock' },
  ];
  await expectNoDeviation(harms.map(gitHarmed), 2);
});
