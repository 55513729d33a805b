import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { replay } from '../../src/core/reduce.ts';
import type { RunState } from '../../src/core/run-state.ts';
import { type DashboardDesk, type DeskOptions, openDesk } from '../support/dashboard-desk.ts';
import { eventsIn, makeProject, type Project, startProgram } from '../support/run-fixture.ts';

const projects: Place[] = [];
const desks: DashboardDesk[] = [];
afterEach(() => {
  for (const desk of desks.splice(0)) desk.close();
  for (const project of projects.splice(0)) {
    endTmux(project);
    project.remove();
  }
});

/** A project whose folder is where demos are made; its own repository is not needed. */
type Place = Project & { readonly tmp: string };

/** One that was left in the background has a tmux that goes on. */
function endTmux({ tmp, env }: Place): void {
  for (const name of readdirSync(tmp)) {
    spawnSync('tmux', ['-L', name, '-f', '/dev/null', 'kill-server'], { env, stdio: 'ignore' });
  }
}

function newPlace(): Place {
  const project = makeProject();
  const tmp = join(project.folder, 'tmp');
  mkdirSync(tmp);
  const place = { ...project, tmp, env: { ...project.env, TMPDIR: tmp } };
  projects.push(place);
  return place;
}

function open(project: Project, args: readonly string[], options: DeskOptions = {}): DashboardDesk {
  const desk = openDesk(project, args, options);
  desks.push(desk);
  return desk;
}

function demoIn({ tmp }: { readonly tmp: string }): string {
  const [name = ''] = readdirSync(tmp).filter((entry) => entry.startsWith('agentrelay-demo-'));
  return join(tmp, name);
}

function stateOf(demo: string): RunState {
  return replay(eventsIn(readFileSync(join(demo, 'shop/.workflow/shop/runs/1/events.jsonl'), 'utf8')));
}

const BRISK = { env: { AGENTRELAY_DEMO_PACE: '0.03' } };

test('demo --tui: a person answers, tries again what has failed, sees it succeed, and plays it once more', async () => {
  const project = newPlace();
  const desk = open(project, ['demo', '--tui'], BRISK);
  await desk.see(/coupons will ask: n, then a · shipping will fail: r tries again · \? every key/);
  await desk.see(/! coupons .*needs you.*May a customer use two coupons at once\?/);
  await desk.see(/✖ shipping .*failed.*fractions do not add up/);
  desk.press('n');
  await desk.see(/❯ ! coupons/);
  desk.press('a');
  await desk.see(/coupons asks[\s\S]*May a customer use two coupons at once\?[\s\S]*1 {2}one coupon a sale/);
  desk.press('Down', 'Enter');
  await desk.see(/✔ coupons .*merged/);
  desk.press('n');
  await desk.see(/❯ ✖ shipping/);
  desk.press('r');
  await desk.see(/Retry shipping/);
  desk.press('Enter');
  await desk.see(/✔ shipping #2 .*merged/);
  await desk.see(/succeeded .*✔ 9/);
  desk.press('q');
  expect(await desk.exitCode()).toBe(0);
  const left = (await desk.left()).join('\n');
  expect(left).toMatch(/retry +shipping: attempt 1 failed/);
  expect(left).toContain('How to look');

  const demo = demoIn(project);
  expect(left).toContain(`rm -rf ${demo}`);
  expect(existsSync(join(project.env.TMUX_TMPDIR ?? '', `tmux-${process.getuid?.()}`, basename(demo)))).toBe(false);
  expect(stateOf(demo)).toMatchObject({ outcome: 'succeeded' });
  expect(
    stateOf(demo)
      .tasks.get('shipping')
      ?.attempts.map(({ status }) => status),
  ).toEqual(['failed', 'pr_merged']);
  const summary = join(demo, 'shop/.workflow/shop/runs/1/signals/coupons/attempt-1/summary.md');
  expect(readFileSync(summary, 'utf8')).toContain('Two at once: as many as they have.');

  const again = open(project, ['replay', '-t', join(demo, 'shop'), '--speed', '1024x']);
  await again.see(/replay ended {2}succeeded .*✔ 9/);
  again.press('G', 'k', 'd');
  await again.see(/not replayed: what this attempt has changed in the end/);
  again.press(',');
  await again.see(/replay halted [\s\S]*event \d+ of \d+/);
  again.press('r');
  await again.see(/a replay changes nothing/);
  again.press('q');
  expect(await again.exitCode()).toBe(0);
  expect(await again.deviations()).toEqual([]);
});

test('demo --tui left in the background goes on, and is come back to as it says', async () => {
  const project = newPlace();
  const desk = open(project, ['demo', '--tui'], BRISK);
  await desk.see(/! coupons .*needs you/);
  desk.press('q');
  await desk.see(/leave it running/);
  desk.press('Enter');
  expect(await desk.exitCode()).toBe(0);
  const left = (await desk.left()).join('\n');
  const demo = demoIn(project);
  expect(left).toContain(`tmux -L ${basename(demo)} kill-server; rm -rf ${demo}`);
  const comeBack = `cd ${demo} && ./agentrelay tui graph.yaml -t shop -L ${basename(demo)}`;
  // Wider than the terminal.
  expect(left.replaceAll('\n', '')).toContain(comeBack);

  const joined = open(project, [], { command: ['sh', '-c', comeBack] });
  await joined.see(/joined: process \d+ runs it/);
  await joined.see(/! coupons .*needs you/);
  joined.press('n');
  await joined.see(/❯ ! coupons/);
  joined.press('a');
  await joined.see(/coupons asks/);
  joined.press('Enter');
  await joined.see(/✔ coupons .*merged/);
  joined.press('q');
  expect(await joined.exitCode()).toBe(0);
});

test('without a terminal, demo --tui runs as the demo does, and replay says what to do instead', async () => {
  const project = newPlace();
  const { env, folder: cwd } = project;
  const live = startProgram(['demo', '--tui'], { cwd, env });
  await live.line((line) => /shipping +working/.test(line));
  live.interrupt();
  live.interrupt();
  const { stderr } = await live.ended;
  expect(stderr).toContain('agentrelay: the output is no terminal, so there is no dashboard: the demo runs without it');
  const demo = demoIn(project);
  expect(readFileSync(join(demo, 'graph.yaml'), 'utf8')).toContain('max_task_attempts: 2');
  const { code, stderr: said } = await startProgram(['replay', '-t', join(demo, 'shop')], { cwd, env }).ended;
  expect(code).toBe(2);
  expect(said).toBe(`agentrelay: the output is no terminal, so there is no screen to play it on
  → agentrelay events prints what has happened
`);
});
