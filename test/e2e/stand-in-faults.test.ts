import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { acceptedPrompts } from '../support/agents/install.ts';
import { script, started } from '../support/agents/script.ts';
import { fileWith, type StandInDesk, standInDesk } from '../support/stand-in-desk.ts';

let desk: StandInDesk;
beforeEach(() => {
  desk = standInDesk();
});
afterEach(() => desk.end());

const CLAUDE = ['claude', '--permission-mode', 'manual'];
const SESSION = '11111111-2222-4333-8444-555555555555';
const LIMIT = "You've hit your 5-hour limit · resets 8:41pm (UTC)";
const accepted = (task: string) => acceptedPrompts(desk.folder, task);

function transcriptLines(pattern: string): readonly Record<string, unknown>[] {
  const [path = ''] = globSync(pattern, { cwd: desk.folder });
  const text = readFileSync(join(desk.folder, path), 'utf8');
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

test('what is typed before it reads its terminal waits there, and its Enter is a line break', async () => {
  await desk.start('kept', started({ delayMs: 700 }, script([])), CLAUDE);
  await desk.fact('kept', 'started');
  await desk.type('kept', 'typed too early');
  await desk.keys('kept', 'Enter');
  await desk.shows('kept', /❯.typed too early\n/);
  expect(accepted('kept')).toEqual([]);
  await desk.keys('kept', 'BSpace', 'Enter');
  await desk.fact('kept', 'prompt');
  expect(accepted('kept')).toEqual(['typed too early']);
});

test('what is typed before it reads its terminal can be lost', async () => {
  await desk.start('lost', started({ delayMs: 700, loseEarlyInput: true }, script([])), CLAUDE);
  await desk.fact('lost', 'started');
  await desk.type('lost', 'typed too early');
  expect(await desk.fact('lost', 'lost')).toMatchObject({ text: 'typed too early' });
  await desk.fact('lost', 'ready');
  expect(await desk.shows('lost', /\? for shortcuts/)).not.toContain('typed too early');
});

test('a prompt of the command line can stay in the box, and Enters can do nothing or break the line', async () => {
  const faults = { promptNotSubmitted: true, firstEnterIsNewline: true, swallowEnters: 3 };
  await desk.start('t', started(faults, script([{ say: 'Taken.' }])), [...CLAUDE, 'do it']);
  await desk.shows('t', /❯.do it\n/);
  for (const [at, became] of ['newline', 'nothing', 'nothing'].entries()) {
    await desk.keys('t', 'Enter');
    expect(await desk.fact('t', 'enter', at + 1)).toMatchObject({ became });
  }
  await desk.keys('t', 'BSpace', 'Enter');
  await desk.shows('t', /● Taken\./);
  expect(accepted('t')).toEqual(['do it']);
});

test('a dialog can be drawn twice, and forget what was pressed', async () => {
  await desk.start('t', started({ dialogs: ['trust'], dialogTwiceMs: 700 }, script([])), CLAUDE);
  await desk.shows('t', /❯ No, exit/);
  await desk.keys('t', 'Down', 'Enter');
  expect(await desk.fact('t', 'enter')).toMatchObject({ became: 'nothing' });
  await desk.shows('t', /❯ No, exit/);
  await desk.keys('t', 'Down', 'Enter');
  expect(await desk.fact('t', 'answer')).toMatchObject({ row: 2, bad: false });
});

test('a hundred kilobytes arrive as they are', async () => {
  const long = `${'line of it: \'q\' "d" $(touch ran) `x` \\ ü ✳ 😀\n'.repeat(2_200)}end`;
  await desk.start('t', script([]), CLAUDE);
  await desk.fact('t', 'ready');
  await desk.paste('t', long);
  await desk.shows('t', /\[Pasted text #1 \+2200 lines\]/);
  await desk.keys('t', 'Enter');
  await desk.fact('t', 'prompt');
  expect(accepted('t')).toEqual([long]);
  expect(existsSync(join(desk.work, 'ran'))).toBe(false);
});

test('prompts in the middle of a turn wait for its end, or steer it', async () => {
  const go = join(desk.folder, 'go');
  const plan = script([{ waitFor: go }, { say: 'First.' }], [{ say: 'Second.' }]);
  await desk.start('queued', plan, [...CLAUDE, 'one']);
  await desk.start('steered', plan, ['codex', '--no-daemon', '--', 'one']);
  for (const task of ['queued', 'steered']) {
    await desk.fact(task, 'prompt');
    await desk.type(task, 'two');
    await desk.keys(task, 'Enter');
  }
  await desk.shows('queued', /❯ two\n {2}⎿ {2}Queued.*\n.*❯.Press up to edit queued messages/s);
  expect(await desk.fact('steered', 'prompt', 2)).toMatchObject({ text: 'two', from: 'steered' });
  expect(accepted('queued')).toEqual(['one']);
  await desk.start('opener', script([{ shell: `: >'${go}'` }]), [...CLAUDE, 'open']);
  expect(await desk.fact('queued', 'prompt', 2)).toMatchObject({ text: 'two', from: 'queued', turn: 2 });
  await desk.fact('queued', 'turn_ended', 2);
  await desk.fact('steered', 'turn_ended');
  await desk.shows('steered', /First\..*Second\./s);
  expect(desk.record('steered').filter((fact) => fact.kind === 'turn_ended')).toHaveLength(1);
});

test('a denied tool ends the turn, or goes on in another way', async () => {
  const asked = { tool: 'edit' as const, text: 'a.txt', run: 'touch a.txt' };
  const plan = script(
    [{ permission: asked }, { say: 'Not said.' }],
    [{ permission: { ...asked, denied: [{ say: 'Another way.' }] } }, { say: 'Not said.' }],
  );
  await desk.start('t', plan, [...CLAUDE, 'one']);
  await desk.shows('t', /Do you want to create a\.txt\?/);
  await desk.keys('t', 'Escape');
  expect(await desk.fact('t', 'turn_ended')).toMatchObject({ how: 'denied' });
  await desk.type('t', 'two');
  await desk.keys('t', 'Enter');
  await desk.fact('t', 'prompt', 2);
  await desk.shows('t', /Do you want to create a\.txt\?/);
  await desk.keys('t', '3');
  await desk.shows('t', /● Another way\./);
  expect(await desk.screen('t')).not.toContain('Not said.');
  expect(existsSync(join(desk.work, 'a.txt'))).toBe(false);
});

test('a question is answered by a number, or in words of one’s own', async () => {
  const question = { text: 'Which database?', choices: ['SQLite', 'Postgres'] };
  await desk.start('t', script([{ question }, { question }]), [...CLAUDE, 'one']);
  await desk.shows('t', /Which database\?\n\n❯ 1\. SQLite/);
  await desk.keys('t', '2');
  await desk.fact('t', 'answer');
  await desk.shows('t', /→ Postgres.*❯ 1\. SQLite/s);
  await desk.keys('t', '3');
  await desk.type('t', 'none at all');
  await desk.keys('t', 'Enter');
  expect(await desk.fact('t', 'answer', 2)).toMatchObject({ to: 'question', row: 3, text: 'none at all' });
  await desk.fact('t', 'turn_ended');
});

test('a limit ends the turn, and its rest goes on with the next prompt, also in another process', async () => {
  const plan = script([{ say: 'Before.' }, { limitUntilContinue: LIMIT }, { say: 'After.' }], [{ say: 'Third.' }]);
  await desk.start('t', plan, [...CLAUDE, '--session-id', SESSION, 'one']);
  await desk.shows('t', /5-hour limit · resets 8:41pm.*⚠ Usage limit reached · limit resets 8:41pm/s);
  expect(await desk.fact('t', 'turn_ended')).toMatchObject({ how: 'limit', left: 1 });
  await desk.keys('t', 'C-c', 'C-c');
  expect(await desk.ended('t')).toBe(0);
  const lines = transcriptLines(`home/.claude/projects/*/${SESSION}.jsonl`);
  expect(lines.find((line) => line.isApiErrorMessage === true)).toMatchObject({
    error: 'rate_limit',
    apiErrorStatus: 429,
  });

  await desk.start('again', plan, [...CLAUDE, '--resume', SESSION, 'continue'], { AGENTRELAY_TASK: 't' });
  await desk.shows('again', /● After\./);
  expect(desk.record('t').flatMap((fact) => (fact.kind === 'prompt' ? [[fact.text, fact.turn]] : []))).toEqual([
    ['one', 1],
    ['continue', 1],
  ]);
});

test('it retries, breaks off, crashes, ends and hangs as it is told', async () => {
  const overloaded = { apiError: 'Repeated 529 Overloaded errors.', retries: 2 };
  await desk.start('error', script([overloaded]), [...CLAUDE, 'one']);
  await desk.start('crash', script([{ crash: 3 }]), [...CLAUDE, 'one']);
  await desk.start('exit', script([{ print: 50 }, { exit: 0 }]), [...CLAUDE, 'one']);
  await desk.start('hang', script([{ hang: true }]), [...CLAUDE, 'one']);
  await desk.shows('error', /retrying in 2s · attempt 3\/10/);
  await desk.shows('error', /● API Error: Repeated 529 Overloaded errors\./);
  expect(await desk.ended('crash')).toBe(3);
  await desk.shows('crash', /TypeError: Cannot read properties of undefined/);
  expect(await desk.ended('exit')).toBe(0);
  await desk.shows('hang', /esc to interrupt/);
  expect(await desk.title('hang')).toMatch(/^[◐◑] Claude Code$/);
  await desk.keys('hang', 'Escape');
  expect(await desk.fact('hang', 'turn_ended')).toMatchObject({ how: 'interrupted' });
  await desk.shows('hang', /❯.one\n─+\n {2}⏸ manual mode on$/);
  expect(await desk.title('hang')).toBe('✳ Claude Code');
});

test('what it used is told as the program tells it: with doubled lines, or with sums and differences', async () => {
  const plan = script([{ usage: { input: 10, output: 5 } }, { usage: { input: 20, output: 7, cacheRead: 100 } }]);
  await desk.start('claude', plan, [...CLAUDE, 'one']);
  await desk.start('codex', plan, ['codex', '--no-daemon', 'one']);
  for (const task of ['claude', 'codex']) await desk.fact(task, 'turn_ended');
  const messages = transcriptLines('home/.claude/projects/*/*.jsonl').flatMap(
    (line) => (line.message as { id?: string; usage?: { output_tokens: number } } | undefined) ?? [],
  );
  const told = messages.filter((message) => message.usage !== undefined);
  expect(told.map((message) => message.usage?.output_tokens)).toEqual([5, 5, 7, 7]);
  expect(new Set(told.map((message) => message.id)).size).toBe(2);
  const counts = transcriptLines('home/.codex/sessions/*/*/*/*.jsonl').flatMap((line) => {
    const { type, info } = line.payload as { type?: string; info?: Record<string, { total_tokens: number }> };
    return type === 'token_count'
      ? [[info?.total_token_usage?.total_tokens, info?.last_token_usage?.total_tokens]]
      : [];
  });
  expect(counts).toEqual([
    [15, 15],
    [142, 127],
  ]);
});

test('a stop hook can keep it at work', async () => {
  const command = `test -e '${desk.folder}/kept' || { : >'${desk.folder}/kept'; echo 'open the request first' >&2; exit 2; }`;
  const settings = JSON.stringify({ hooks: { Stop: [{ hooks: [{ type: 'command', command }] }] } });
  const plan = script([{ say: 'Done.' }], [{ say: 'Opened.' }]);
  await desk.start('t', plan, [...CLAUDE, '--settings', settings, 'one']);
  await desk.fact('t', 'turn_ended', 2);
  await desk.shows('t', /● Done\..*● Opened\./s);
  await fileWith(join(desk.folder, 'kept'), /^$/);
});
