import { appendFileSync, mkdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { createDetails } from '../../../../src/commands/tui/details/details.ts';
import type { EventLog } from '../../../../src/core/event-log.ts';
import type { Fact, RunEvent } from '../../../../src/core/events.ts';
import { attemptRef } from '../../../../src/core/names.ts';
import { hashOf } from '../../../../src/steps/attempt-tokens.ts';
import type { Detail, Tab } from '../../../../src/ui/ports.ts';
import { temporaryFolder } from '../../../support/git-repository.ts';
import { RecordedRuns } from '../../../support/recorded-runs.ts';
import { sh, type TmuxBench, tmuxBench } from '../../../support/tmux-bench.ts';

type Answer = Detail | { readonly failed: string };
type Of<T extends Tab> = Extract<Detail, { tab: T }>;

/** A run of graph `g`, whose tasks are `b` and `a`, that goes on while it is looked at. */
class WatchedRun {
  readonly runs = new RecordedRuns();
  readonly log: EventLog;
  readonly details: ReturnType<typeof createDetails>;
  readonly repository = this.runs.repository;
  #journalFile: string;
  readonly listeners = new Set<(event: RunEvent | null) => void>();

  constructor({ facts = [], tmux = null }: { facts?: readonly Fact[]; tmux?: string | null } = {}) {
    const { store, journal } = this.runs.record('g', 1, facts);
    this.log = journal.open();
    this.#journalFile = store.journalFile(1);
    this.details = createDetails({
      store,
      run: 1,
      graph: 'g',
      repositoryRoot: this.repository.root,
      state: () => this.log.state,
      subscribe: (listener) => {
        this.listeners.add(listener);
        return () => this.listeners.delete(listener);
      },
      paces: { screen: 20, fullLog: 50, event: 5, print: 20 },
      tmuxSocket: tmux ?? 'agentrelay-test-nobody',
    });
    onTestFinished(() => this.details.close());
  }

  happen(...facts: readonly Fact[]): void {
    for (const fact of facts) {
      const event = this.log.append(fact);
      appendFileSync(this.#journalFile, `${JSON.stringify(event)}\n`);
      for (const listener of this.listeners) listener(event);
    }
  }

  /** All answers so far, and one that waits for the next which fits. */
  open<T extends Tab>(tab: T, task = 'b', rows = 20) {
    const answers: Answer[] = [];
    let look = () => {};
    const close = this.details.open({ tab, task, columns: 80, rows }, (answer) => {
      answers.push(answer);
      look();
    });
    const until = (fits: (answer: Of<T>) => boolean): Promise<Of<T>> =>
      new Promise((resolve) => {
        look = () => {
          const last = answers.at(-1);
          if (last !== undefined && 'tab' in last && fits(last as Of<T>)) resolve(last as Of<T>);
        };
        look();
      });
    return { answers, until, close, first: () => until(() => true) };
  }
}

const TOKEN = 'token-b';
const started = (attempt = 1): Fact => ({ task: 'b', attempt, kind: 'task_started', token_hash: hashOf(TOKEN) });
const failed = (attempt = 1): Fact => {
  return { task: 'b', attempt, kind: 'task_failed', code: 'c', error: 'no luck', failure_class: null };
};
const retrying = (attempt = 1): Fact => ({ task: 'b', attempt, kind: 'task_retrying', of: 3 });
const launched = (attempt = 1): Fact => ({ task: 'b', attempt, kind: 'task_launched', agent: 'place:1' });
const tornDown = (attempt = 1): Fact => ({ task: 'b', attempt, kind: 'task_torn_down' });

function prepared(place: { base?: string; worktree?: string; folder?: string; attempt?: number } = {}): Fact {
  const { base = 'c', worktree = '/nowhere', folder = '/nowhere', attempt = 1 } = place;
  const at = { base_commit: base, worktree, signal_dir: folder };
  return { task: 'b', attempt, kind: 'task_prepared', branch: 'work', ...at };
}

async function tmuxOf(): Promise<TmuxBench> {
  const bench = await tmuxBench();
  onTestFinished(() => bench.end());
  return bench;
}

/** Task `b` with an agent that runs this script. */
async function withAgent(script: string): Promise<{ bench: TmuxBench; run: WatchedRun; folder: string }> {
  const bench = await tmuxOf();
  const launch = bench.launchOf('b', sh(script));
  const folder = launch.cwd;
  const run = new WatchedRun({ tmux: bench.tmux.socket, facts: [started(), prepared({ folder })] });
  await bench.launchUntil(launch, 'ready');
  run.happen(launched());
  return { bench, run, folder };
}

const type = (bench: TmuxBench, text: string) => bench.tmux.run('send-keys', '-t', '=work:b', text, 'Enter');

test('the output of an agent is its pane as it is now, until it ends, and then its log', async () => {
  const { bench, run, folder } = await withAgent(
    "printf '\\033[31mready\\n'; read x; printf 'said %s\\n' $x; read y; exit 2",
  );
  const { until, answers } = run.open('output');
  expect((await until(({ live }) => live)).lines).toEqual(['\u001b[31mready']);
  await type(bench, 'hello');
  expect((await until(({ lines }) => lines.length > 2)).lines.at(-1)).toBe('\u001b[31msaid hello');
  await type(bench, '');
  expect(await until(({ live }) => !live)).toMatchObject({ note: 'its agent has ended' });
  writeFileSync(join(folder, 'agent.log'), 'the text\n\u0007of it\n');
  run.happen(failed(), tornDown());
  expect(await until(({ note }) => note === null)).toMatchObject({ live: false, lines: ['the text', 'of it'] });
  expect(answers.every((answer) => 'tab' in answer)).toBe(true);
});

test('nothing of what an agent prints fast is lost, and nothing is told twice', async () => {
  const { bench, run } = await withAgent(
    'echo ready; read x; i=0; while [ $i -lt 500 ]; do i=$((i+1)); echo $i; done; exec cat',
  );
  const { until, answers } = run.open('output');
  await until(({ live }) => live);
  await type(bench, 'go');
  await until(({ lines }) => lines.at(-1) === '500');
  const texts = answers.map((answer) => JSON.stringify(answer));
  expect(texts.filter((text, at) => text === texts[at - 1])).toEqual([]);
});

test('one whose log is full is still looked at', async () => {
  const { bench, run, folder } = await withAgent("trap '' HUP; echo ready; read x; echo later; exec cat");
  // As after 32 MiB of output: tmux tells nobody of what comes then.
  await bench.tmux.run('pipe-pane', '-t', '=work:b');
  truncateSync(join(folder, 'agent.raw.log'), 32 * 1024 * 1024);
  const { until } = run.open('output');
  await until(({ live }) => live);
  await type(bench, 'x');
  expect((await until(({ lines }) => lines.includes('later'))).live).toBe(true);
});

test('the pane of another run is not shown, and one that is killed leaves what it has printed', async () => {
  const { bench, run } = await withAgent('echo ready; exec cat');
  const { until } = run.open('output');
  await until(({ live }) => live);
  await bench.tmux.run('kill-server');
  const left = await until(({ live }) => !live);
  expect(left).toMatchObject({ lines: ['ready'], note: 'its window is gone; this is what it has printed' });
  const other = await tmuxOf();
  const launch = other.launchOf('b', sh('echo ready; exec cat'));
  await other.launchUntil({ ...launch, tag: { ...launch.tag, token: 'foreign' } }, 'ready');
  const foreign = new WatchedRun({ tmux: other.tmux.socket, facts: [started(), prepared(), launched()] });
  expect(await foreign.open('output').first()).toMatchObject({ lines: [], note: 'its agent has no window' });
});

test('the next attempt is shown as soon as it is there', async () => {
  const { bench, run, folder } = await withAgent('echo ready first; exec cat');
  const { until } = run.open('output');
  await until(({ live }) => live);
  const second = bench.launchOf('second', sh('echo ready second; exec cat'));
  const tag = { ...second.tag, task: 'b', attempt: 2, token: TOKEN };
  await bench.launchUntil({ ...second, tag }, 'second');
  run.happen(failed(), retrying(), started(2), prepared({ folder, attempt: 2 }), launched(2));
  expect((await until(({ lines }) => lines.includes('ready second'))).live).toBe(true);
});

test('says why there is no output', async () => {
  const run = new WatchedRun();
  const { until } = run.open('output');
  expect(await until(() => true)).toEqual({ tab: 'output', lines: [], live: false, note: 'it has not started yet' });
  run.happen(started());
  await until(({ note }) => note === 'its agent is not started yet (step prepare)');
  run.happen(failed());
  await until(({ note }) => note === 'its agent was never started: no luck');
  const { answers } = run.open('output', 'nobody');
  await vi.waitFor(() => expect(answers).toEqual([{ failed: 'run 1 of g has no task nobody' }]), { interval: 5 });
});

test('nothing is looked at, listened to or kept once a detail is closed', async () => {
  const { bench, run } = await withAgent('echo ready; exec cat');
  const closed = run.open('output');
  closed.close();
  const { until, close, answers } = run.open('output');
  await until(({ live }) => live);
  const told = answers.length;
  close();
  await type(bench, 'more');
  await run.open('output').until(({ lines }) => lines.includes('more'));
  expect([closed.answers.length, answers.length]).toEqual([0, told]);
  await run.details.close();
  expect(run.listeners.size).toBe(0);
  expect((await bench.tmux.run('list-clients')).split('\n')).toHaveLength(1);
  const late = run.open('output');
  await bench.tmux.run('list-clients');
  expect(late.answers).toEqual([]);
});

test('the difference is that of the worktree while the task runs, then that of its commits', async () => {
  const run = new WatchedRun();
  const { repository } = run;
  const base = repository.commit();
  const folder = temporaryFolder();
  const { until } = run.open('diff');
  await until(({ note }) => note === 'it has not started yet');
  const worktree = repository.worktree('work');
  run.happen(started(), prepared({ base, worktree, folder }), launched());
  expect(await until(({ base }) => base !== null)).toMatchObject({
    tip: null,
    files: [],
    note: 'nothing is changed yet',
  });
  repository.write('new file', 'x\n', worktree);
  writeFileSync(join(folder, 'agent.raw.log'), 'I have written a file\n');
  const open = await until(({ uncommitted }) => uncommitted);
  expect(open).toMatchObject({ base, tip: null, files: [{ path: 'new file', added: 1, removed: 0 }], omitted: 0 });
  const tip = repository.commitFiles(base, { 'done.txt': 'x\n' });
  run.happen(failed(), { task: 'b', attempt: 1, kind: 'task_work_saved', ref: attemptRef(1, 'b', 1), commit: tip });
  expect(await until((diff) => diff.tip === tip)).toMatchObject({
    uncommitted: false,
    files: [{ path: 'done.txt', added: 1, removed: 0 }],
    note: null,
  });
});

test('a git that fails is told, and is no end', async () => {
  const run = new WatchedRun();
  const worktree = run.repository.worktree('work');
  run.happen(started(), prepared({ base: 'f'.repeat(40), worktree }));
  run.repository.write('x', 'x', worktree);
  const { answers, until } = run.open('diff');
  await vi.waitFor(() => expect(answers).toEqual([{ failed: expect.stringContaining('git diff') }]), { interval: 5 });
  run.happen(failed());
  expect((await until(() => true)).note).toBe('it has no commits');
  run.happen(retrying(), started(2), prepared({ attempt: 2, base: run.repository.commit(), worktree }));
  rmSync(run.repository.root, { recursive: true });
  await vi.waitFor(() => expect(answers.at(-1)).toMatchObject({ failed: expect.any(String) }), { interval: 5 });
});

/** Two attempts, of one commit each. */
function twoAttempts(run: WatchedRun, texts: readonly [string, string]): readonly [string, string] {
  const base = run.repository.commit();
  const [one, two] = texts.map((text) => run.repository.commitFiles(base, { 'a.txt': text }, 'write a'));
  const ref = (attempt: number) => attemptRef(1, 'b', attempt);
  run.happen(started(), prepared({ base }), failed());
  run.happen({ task: 'b', attempt: 1, kind: 'task_work_saved', ref: ref(1), commit: one ?? '' }, retrying());
  run.happen(started(2), prepared({ base, attempt: 2 }), failed(2));
  run.happen({ task: 'b', attempt: 2, kind: 'task_work_saved', ref: ref(2), commit: two ?? '' });
  return [one ?? '', two ?? ''];
}

test('attempts stand beside each other, each with what it has done differently', async () => {
  const run = new WatchedRun();
  const { until } = run.open('attempts');
  expect(await until(() => true)).toEqual({ tab: 'attempts', attempts: [] });
  const [one, two] = twoAttempts(run, ['a\nb\n', 'a\nc\nd\n']);
  const { attempts } = await until(({ attempts }) => attempts[1]?.tip === two);
  expect(attempts[0]).toEqual({
    ...{ attempt: 1, commits: 1, tip: one, files: 1, added: 2, removed: 0 },
    ...{ difference: [], missing: null },
  });
  expect(attempts[1]).toMatchObject({ attempt: 2, commits: 1, files: 1, added: 3, removed: 0, missing: null });
  expect(attempts[1]?.difference.map((line) => line.trim())).toEqual(expect.arrayContaining(['-+b', '++c']));
  run.happen(retrying(2), started(3));
  const { attempts: three } = await until((detail) => detail.attempts.length === 3);
  expect(three[2]).toMatchObject({ commits: null, tip: null, files: null, missing: 'attempt 3 has no commits' });
});

test('a long difference between attempts is cut', async () => {
  const run = new WatchedRun();
  const text = (word: string) => Array.from({ length: 500 }, (_, at) => `${word} ${at}\n`).join('');
  twoAttempts(run, [text('one'), text('two')]);
  const [, note] = (await run.open('attempts').first()).attempts;
  expect(note?.difference).toHaveLength(401);
  expect(note?.difference.at(-1)).toMatch(/^… \d+ more lines$/);
});

test('events are those of the task, in order, and go on as they come, each once', async () => {
  const run = new WatchedRun({ facts: [started(), failed()] });
  const { until } = run.open('events');
  // Before the journal is read.
  run.happen(retrying());
  await until(({ events }) => events.length === 3);
  run.happen({ kind: 'run_paused' }, started(2));
  const { events, omitted } = await until((detail) => detail.events.length === 4);
  expect(events.map(({ kind }) => kind)).toEqual(['task_started', 'task_failed', 'task_retrying', 'task_started']);
  expect(omitted).toBe(0);
});

test('a replay that goes back shows what had happened then', async () => {
  const run = new WatchedRun({ facts: [started(), failed(), retrying()] });
  const { until } = run.open('events');
  await until(({ events }) => events.length === 3);
  run.log.state.seq = 3;
  for (const listener of run.listeners) listener(null);
  expect((await until(({ events }) => events.length < 3)).events.map(({ seq }) => seq)).toEqual([2, 3]);
});

test('a thousand events are enough', async () => {
  const waiting = Array.from({ length: 1_200 }, (): Fact => ({ task: 'b', attempt: 1, kind: 'task_waiting' }));
  const run = new WatchedRun({ facts: [started(), prepared(), launched(), ...waiting] });
  const { until } = run.open('events');
  expect(await until(() => true)).toMatchObject({ omitted: 203 });
  run.happen({ task: 'b', attempt: 1, kind: 'agent_exited', exit_code: 1 });
  const { events, omitted } = await until((detail) => detail.omitted > 203);
  expect([events.length, omitted, events.at(-1)?.kind]).toEqual([1_000, 204, 'agent_exited']);
});

test('the prompt is what the agent was given', async () => {
  const run = new WatchedRun();
  const { until } = run.open('prompt');
  await until(({ note }) => note === 'they are written when it starts');
  const folder = temporaryFolder();
  run.happen(started());
  await until(({ note }) => note === 'they are not written yet');
  writeFileSync(join(folder, 'instructions.md'), '# Task\n\nDo it.\n');
  run.happen(prepared({ folder }));
  const path = join(folder, 'instructions.md');
  expect(await until(({ note }) => note === null)).toEqual({
    tab: 'prompt',
    path,
    lines: ['# Task', '', 'Do it.'],
    note: null,
  });
  rmSync(path);
  mkdirSync(path);
  run.happen(launched());
  expect((await until(({ note }) => note !== null)).note).toBe('it is not a file');
});

test('evidence is the commits and what the agent says of them', async () => {
  const run = new WatchedRun();
  const { until } = run.open('evidence');
  expect(await until(() => true)).toEqual({ tab: 'evidence', commits: [], omitted: 0, summary: null });
  const base = run.repository.commit();
  const folder = temporaryFolder();
  let tip = base;
  for (let at = 1; at <= 103; at++) {
    tip = run.repository.run('commit-tree', `${base}^{tree}`, '-p', tip, '-m', `number ${at}`);
  }
  writeFileSync(join(folder, 'summary.md'), 'All is *well*.\n');
  run.happen(started(), prepared({ base, folder }), launched());
  run.happen({ task: 'b', attempt: 1, kind: 'task_signalled', outcome: 'done', commit: tip, commits_ahead: 103 });
  const { commits, omitted, summary } = await until((detail) => detail.commits.length > 0);
  expect([commits.length, omitted, summary]).toEqual([100, 3, 'All is *well*.']);
  expect(commits[0]).toMatchObject({ id: tip, subject: 'number 103', author: 'Tester' });
});

test('while the commands before an agent run, and where one of them failed, what they print is shown', async () => {
  const run = new WatchedRun({ facts: [started()] });
  const folder = join(run.runs.record('g', 2, []).store.runDirectory(1), 'signals/b/attempt-1');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'agent.raw.log'), '');
  const output = run.open('output');
  await output.until(({ note }) => note === 'its agent is not started yet (step prepare)');
  const command = { task: 'b', attempt: 1, phase: 'setup', number: 1 } as const;
  writeFileSync(join(folder, 'setup.log'), '$ npm ci\n');
  run.happen({ ...command, kind: 'task_command_started', of: 1, command: 'npm ci' });
  expect((await output.until(({ lines }) => lines.length === 1)).lines).toEqual(['$ npm ci']);
  appendFileSync(join(folder, 'setup.log'), 'added 7 packages\n');
  await output.until(({ lines }) => lines.at(-1) === 'added 7 packages');
  run.happen(failed());
  const last = await output.until(({ note }) => note === 'its agent was never started: no luck');
  expect(last.lines).toHaveLength(2);
  output.close();
});
