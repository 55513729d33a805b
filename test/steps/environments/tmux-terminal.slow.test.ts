import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { TmuxPane } from '../../../src/steps/environments/tmux-pane.ts';
import { hostileText } from '../../support/hostile-text.ts';
import { type TmuxBench, tmuxBench } from '../../support/tmux-bench.ts';

let bench: TmuxBench;

beforeEach(async () => {
  bench = await tmuxBench();
});

afterEach(() => bench.end());

const [BEGIN, END] = ['\u001b[200~', '\u001b[201~'];

/** Keeps what it reads in `got`, byte for byte; `p` in its arguments asks for pastes to be told apart. */
const RECORDER = `
import { appendFileSync, writeFileSync } from 'node:fs';
process.stdin.setRawMode(true);
writeFileSync('got', '');
process.stdout.write((process.argv[2] === 'p' ? '\\x1b[?2004h' : '') + 'ready');
process.stdin.on('data', (bytes) => appendFileSync('got', bytes));`;

async function recorder(bracketed = true) {
  writeFileSync(join(bench.folder, 'recorder.mjs'), RECORDER);
  const argv = [process.execPath, join(bench.folder, 'recorder.mjs'), bracketed ? 'p' : '-'];
  const launch = bench.launchOf('t', argv);
  const pane = await bench.launchUntil(launch, 'ready');
  return { pane, got: () => readFileSync(join(launch.cwd, 'got'), 'utf8'), cwd: launch.cwd };
}

/** What it got last, between the marks of a paste. */
async function pasted(pane: TmuxPane, got: () => string, text: string): Promise<string> {
  const before = got().length;
  expect(await bench.environment.terminal(pane).paste(text)).toBe(true);
  return await vi.waitFor(
    () => {
      const paste = got().slice(before);
      if (!paste.startsWith(BEGIN) || !paste.endsWith(END)) throw new Error(`of it has come: ${paste.length}`);
      return paste.slice(BEGIN.length, -END.length);
    },
    { interval: 5, timeout: 20_000 },
  );
}

function withoutControls(text: string): string {
  const plain = text.toWellFormed().replace(/\r\n?/g, '\n');
  return plain.replace(/[^\P{Cc}\n\t]/gu, '').replace(/\n+$/, '');
}

test('hostile texts arrive byte for byte, as one paste, and run nothing', async () => {
  const { pane, got, cwd } = await recorder();
  const texts = [
    'it\'s "quoted" \\ and\nof two lines\n\n  with a gap\ttab; trailing ;',
    '$(touch owned) `touch owned` ${HOME} $HOME ~ ! # * ? | & > owned',
    '#{pane_id} #(touch owned) #[fg=red] %H:%M %1 -t %0 {end} --',
    '\u001b[201~\u0003\u001b:touch owned\u0004\u0090q\u009c\u009b2J\u007f done',
    '-n "-" ; kill-server ; \n%end 1 2 1\n%exit\n',
    '\u202egnorw\u2066\u200f\u200b 漢字 👩🏽‍🚀🇩🇪1️⃣ e\u0301\u0302 קמ\ufeff',
    `${'line of the middle of it, é漢👍🏽 $(touch owned)\n'.repeat(2_000)}end`,
    `${'x'.repeat(100_000)}end`,
  ];
  for (const text of texts) expect(await pasted(pane, got, text)).toBe(withoutControls(text));
  expect(existsSync(join(cwd, 'owned'))).toBe(false);
  expect(await bench.tmux.run('list-buffers')).toBe('');
});

test('so does whatever else there is', async () => {
  const { pane, got } = await recorder();
  const check = fc.asyncProperty(hostileText, async (text) => {
    const wanted = withoutControls(text);
    if (wanted !== '') expect(await pasted(pane, got, text)).toBe(wanted);
  });
  await fc.assert(check, { numRuns: 60 });
});

test('nothing is submitted by a paste, also while somebody scrolls in the pane', async () => {
  const { pane, got } = await recorder();
  await bench.control.command(['copy-mode', '-t', pane.id]);
  expect(await pasted(pane, got, 'one\ntwo')).toBe('one\ntwo');
  await bench.control.command(['copy-mode', '-t', pane.id]);
  expect(await bench.environment.terminal(pane).press(['Down', '1', 'Escape', 'Enter'])).toBe(true);
  await vi.waitFor(() => expect(got().replaceAll('\u001b', '^')).toMatch(/two\^\[201~\^(\[|O)B1\^\r$/));
});

test('a program that tells no pastes apart gets the line breaks as they are', async () => {
  const { pane, got } = await recorder(false);
  await bench.environment.terminal(pane).paste('one\ntwo');
  await vi.waitFor(() => expect(got()).toMatch(/^one(\n| ⏎ )two$/));
});

test('its screen is what stands there, with the title, and nothing of either is expanded', async () => {
  const title = '#(touch owned) #{pane_id} %H ✳ Working';
  const drawn = 'a\u00a0b \\033[31mred\\033[0m   \\n%%end 1 2 1\\n\\n';
  const launch = bench.launchOf('t', [
    'sh',
    '-c',
    `printf '\\033]2;%s\\033\\\\' '${title}'; printf '${drawn}'; exec cat`,
  ]);
  const pane = await bench.launchUntil(launch, 'red');
  const terminal = bench.environment.terminal(pane);
  expect(await terminal.screen()).toEqual({ lines: ['a b red', '%end 1 2 1'], title });
  expect(existsSync(join(launch.cwd, 'owned'))).toBe(false);
  await bench.control.command(['copy-mode', '-t', pane.id]);
  expect((await terminal.screen())?.lines).toEqual(['a b red', '%end 1 2 1']);
});

test('where nobody is, there is no screen, and nothing is typed', async () => {
  const ended = await bench.environment.launch(bench.launchOf('t', ['true']));
  await bench.ended(ended);
  const other = { ...ended, tag: { ...ended.tag, token: 'another' } };
  for (const pane of [ended, other, { ...ended, id: '%99' }, { ...ended, id: '%none' }]) {
    const terminal = bench.environment.terminal(pane);
    expect(await terminal.screen()).toBeNull();
    expect(await terminal.paste('hello')).toBe(false);
    expect(await terminal.press(['Enter'])).toBe(false);
  }
  expect(await bench.tmux.run('list-buffers')).toBe('');
  await bench.tmux.run('kill-server');
  await bench.control.closed;
  expect(await bench.environment.terminal(ended).screen()).toBeNull();
  expect(await bench.environment.terminal(ended).press(['Enter'])).toBe(false);
});

test('who has a terminal to himself is not interrupted, whoever asks', async () => {
  const { pane, got } = await recorder();
  const order: string[] = [];
  const first = bench.environment.terminal(pane).exclusively(async () => {
    await bench.environment.terminal(pane).paste('first');
    await bench.environment.terminal(pane).press(['Enter']);
    order.push('first');
  });
  const second = bench.environment.send(pane, 'second').then(() => order.push('second'));
  await Promise.all([first, second]);
  expect(order).toEqual(['first', 'second']);
  await vi.waitFor(() => expect(got()).toBe(`${BEGIN}first${END}\r${BEGIN}second${END}\r`));
});
