import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import type { Io } from '../../src/commands/io.ts';
import { type LogsOptions, logs } from '../../src/commands/logs.ts';
import type { Fact } from '../../src/core/events.ts';
import { attemptDirectory } from '../../src/core/names.ts';
import { ownIdentity } from '../../src/steps/tools/process-identity.ts';
import { temporaryFolder } from '../support/git-repository.ts';
import { RecordedRuns } from '../support/recorded-runs.ts';

const OPTIONS: Omit<LogsOptions, 'graph' | 'targetRepo' | 'run'> = {
  task: 'b',
  attempt: null,
  follow: false,
  lines: null,
  raw: null,
};
const NOBODY = 'agentrelay: nobody runs this run now; Ctrl-C ends the wait for more';

const started = (attempt = 1): Fact => ({ task: 'b', attempt, kind: 'task_started', token_hash: 'h' });

function launched(folder: string, attempt = 1): Fact[] {
  return [
    started(attempt),
    { task: 'b', attempt, kind: 'task_prepared', branch: 'x', base_commit: 'c', worktree: 'w', signal_dir: folder },
    { task: 'b', attempt, kind: 'task_launched', agent: 'place:1' },
  ];
}

function failed(attempt = 1): Fact {
  return { task: 'b', attempt, kind: 'task_failed', code: 'c', error: 'no luck', failure_class: null };
}

function folderWith(files: Record<string, string>): string {
  const folder = temporaryFolder();
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  return folder;
}

test('an ended attempt shows its screen, of any attempt that there was', async () => {
  const runs = new RecordedRuns();
  const [one, two] = [
    folderWith({ 'agent.log': 'first\n' }),
    folderWith({ 'agent.log': 'second\n', 'agent.raw.log': 'x' }),
  ];
  const retrying: Fact = { task: 'b', attempt: 1, kind: 'task_retrying', of: 2 };
  runs.record('shop', 1, [...launched(one), failed(), retrying, ...launched(two, 2), failed(2)]);
  expect(await runs.ask(logs, OPTIONS)).toEqual({ code: 0, out: ['second'], err: [] });
  expect(await runs.ask(logs, { ...OPTIONS, attempt: 1 })).toMatchObject({ out: ['first'] });
  // There is nothing to wait for.
  expect(await runs.ask(logs, { ...OPTIONS, follow: true })).toEqual({ code: 0, out: ['second'], err: [] });
  await expect(runs.ask(logs, { ...OPTIONS, attempt: 3 })).rejects.toMatchObject({ hint: 'the last one is attempt 2' });
});

test('an ended attempt without a screen shows what was streamed', async () => {
  const runs = new RecordedRuns();
  runs.record('shop', 1, [...launched(folderWith({ 'agent.raw.log': '\u001b[1ma\u001b[0m\r\n$ ' })), failed()]);
  expect((await runs.ask(logs, OPTIONS)).out).toEqual(['a', '$']);
});

test('shows the last lines, and says where the others are', async () => {
  const runs = new RecordedRuns();
  const text = Array.from({ length: 300 }, (_, at) => `line ${at}\n`).join('');
  const folder = folderWith({ 'agent.log': text });
  runs.record('shop', 1, [...launched(folder), failed()]);
  const usual = await runs.ask(logs, OPTIONS);
  expect([usual.out.length, usual.out[0]]).toEqual([200, 'line 100']);
  expect(usual.err).toEqual([`agentrelay: only the end is shown; all of it is in ${join(folder, 'agent.log')}`]);
  expect(await runs.ask(logs, { ...OPTIONS, lines: 2 })).toEqual({ code: 0, out: ['line 298', 'line 299'], err: [] });
  expect((await runs.ask(logs, { ...OPTIONS, lines: 500 })).out).toHaveLength(300);
});

test('raw gives the bytes as they are', async () => {
  const runs = new RecordedRuns();
  const bytes = '\u001b[31mred\u001b[0m\r\nhalf';
  runs.record('shop', 1, [...launched(folderWith({ 'agent.raw.log': bytes, 'agent.log': 'red\n' })), failed()]);
  const chunks: Uint8Array[] = [];
  const raw = (chunk: Uint8Array) => void chunks.push(chunk);
  expect((await runs.ask(logs, { ...OPTIONS, raw })).out).toEqual([]);
  expect(Buffer.concat(chunks).toString()).toBe(bytes);
});

test('follows an attempt to its end, by whole lines, and leaves no handlers', async () => {
  const runs = new RecordedRuns();
  const folder = folderWith({ 'agent.raw.log': 'one\ntw' });
  const { store, journal } = runs.record('shop', 1, launched(folder));
  const before = process.listenerCount('SIGINT');
  const add = (text: string) => appendFileSync(join(folder, 'agent.raw.log'), text);
  const steps: Record<string, () => void> = {
    one: () => add('o\nthr'),
    two: () => add('ee\nfou'),
    three: () => {
      add('r');
      journal.open().append(failed());
      appendFileSync(store.journalFile(1), journal.lines.at(-1) ?? '');
    },
  };
  const { code, out, err } = await runs.ask(logs, { ...OPTIONS, follow: true }, (line) => steps[line]?.());
  expect({ code, out, err }).toEqual({ code: 0, out: ['one', 'two', 'three', 'four'], err: [NOBODY] });
  expect(process.listenerCount('SIGINT')).toBe(before);
});

test('follows a task that is still to start, once its owner starts it', async () => {
  const runs = new RecordedRuns();
  const { store, journal } = runs.record('shop', 1, []);
  writeFileSync(store.lockFile, JSON.stringify(ownIdentity()));
  const file = join(store.runDirectory(1), attemptDirectory('b', 1), 'agent.raw.log');
  const log = journal.open();
  const write = (facts: Fact[]) => {
    for (const fact of facts) log.append(fact);
    appendFileSync(store.journalFile(1), journal.lines.splice(-facts.length).join(''));
  };
  const told: string[] = [];
  const io: Io = {
    colour: false,
    err(line) {
      told.push(line);
      mkdirSync(dirname(file), { recursive: true });
      write(launched(dirname(file)));
      writeFileSync(file, 'hello\n');
    },
    out(line) {
      told.push(line);
      write([failed()]);
    },
  };
  const place = { graph: null, targetRepo: runs.repository.root, run: null };
  expect(await logs({ ...OPTIONS, ...place, follow: true }, io)).toBe(0);
  expect(told).toEqual(['agentrelay: task b has no log: it has not started (pending); waiting for it', 'hello']);
});

test('stops following at Ctrl-C', async () => {
  const runs = new RecordedRuns();
  runs.record('shop', 1, launched(folderWith({ 'agent.raw.log': 'one\n' })));
  const { code, out } = await runs.ask(logs, { ...OPTIONS, follow: true }, () => void process.emit('SIGINT'));
  expect({ code, out }).toEqual({ code: 0, out: ['one'] });
});

test.each<[string, Fact[], string]>([
  ['has not started', [], 'task b has no log: it has not started (pending)'],
  [
    'failed before its agent was started',
    [started(), failed()],
    'attempt 1 of b has no log: it failed before its agent was started: no luck',
  ],
  ['is still being prepared', [started()], 'attempt 1 of b has no log: its agent is not started yet (step prepare)'],
  [
    'has lost its files',
    [...launched('/nowhere'), failed()],
    'attempt 1 of b has no log: there is no agent.log and no agent.raw.log in /nowhere',
  ],
])('says why there is no log of a task that %s', async (_, facts, message) => {
  const runs = new RecordedRuns();
  runs.record('shop', 1, facts);
  const refused = { name: 'UserError', message, hint: 'agentrelay why b tells more' };
  await expect(runs.ask(logs, OPTIONS)).rejects.toMatchObject(refused);
});

test('where the agent was not started, what was run before it is shown', async () => {
  const runs = new RecordedRuns();
  const { store } = runs.record('shop', 1, [started(), failed()]);
  const folder = join(store.runDirectory(1), attemptDirectory('b', 1));
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'setup.log'), '$ npm ci\nno such package\n');
  expect(await runs.ask(logs, OPTIONS)).toEqual({
    code: 0,
    out: ['$ npm ci', 'no such package'],
    err: [`agentrelay: its agent was not started; this is ${join(folder, 'setup.log')}`],
  });
});
