import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { never, sh, type TmuxBench, tmuxBench } from '../../support/tmux-bench.ts';

let bench: TmuxBench;

beforeEach(async () => {
  bench = await tmuxBench();
});

afterEach(() => bench.end());

test('text is pasted whole, without what a terminal would take for keys, and submitted', async () => {
  const pane = await bench.environment.launch(
    bench.launchOf('t', sh('while IFS= read -r line; do printf "<%s>\\n" "$line"; done')),
  );
  const text = 'one; #{pane_id} $HOME \'"\\\u0003\u001b[201~\u0004\u009b\u007f\r\n-two\ttab Zürich 🙂\n\n';
  expect(await bench.environment.send(pane, text)).toBe('submitted');
  expect(await bench.environment.send(pane, 'three')).toBe('submitted');
  await bench.shows(pane, '<three>');
  const lines = await bench.environment.capture(pane, { lines: 100 });
  expect(lines.filter((line) => line.startsWith('<'))).toEqual([
    '<one; #{pane_id} $HOME \'"\\[201~>',
    '<-two   tab Zürich 🙂>',
    '<three>',
  ]);
});

test('a program that asked for it sees one paste and then Enter', async () => {
  const launch = bench.launchOf(
    't',
    sh('stty raw -echo; printf "\\033[?2004hready"; exec dd bs=1 count=26 of=got 2>&-'),
  );
  const pane = await bench.launchUntil(launch, 'ready');
  await bench.environment.send(pane, 'line 1\nline 2');
  await bench.ended(pane);
  expect(readFileSync(join(launch.cwd, 'got'), 'latin1')).toBe('\u001b[200~line 1\rline 2\u001b[201~\r');
});

test('100 kB of text arrive, while somebody scrolls in the pane', async () => {
  const text = 'abcdefghi\n'.repeat(10_000);
  const launch = bench.launchOf('t', sh('stty -echo; echo ready; exec head -c 100000 >got'));
  const pane = await bench.launchUntil(launch, 'ready');
  await bench.control.command(['copy-mode', '-t', pane.id]);
  expect(await bench.environment.send(pane, text)).toBe('submitted');
  await bench.ended(pane);
  expect(readFileSync(join(launch.cwd, 'got'), 'utf8')).toBe(text);
});

test('texts for one pane do not mix', async () => {
  const launch = bench.launchOf('t', sh('stty -echo; echo ready; exec head -n 20 >got'));
  const pane = await bench.launchUntil(launch, 'ready');
  const texts = Array.from({ length: 20 }, (_, index) => `${index} ${'x'.repeat(500)}`);
  await Promise.all(texts.map((text) => bench.environment.send(pane, text)));
  await bench.ended(pane);
  expect(readFileSync(join(launch.cwd, 'got'), 'utf8').trimEnd().split('\n')).toEqual(texts);
});

test('nothing is typed where nobody reads', async () => {
  const pane = await bench.environment.launch(bench.launchOf('t', ['true']));
  await bench.environment.waitForExit(pane, never);
  expect(await bench.environment.send(pane, 'hello')).toBe('gone');
  await bench.environment.close(pane, { logFile: join(bench.folder, 'agent.log'), keepPane: false });
  expect(await bench.environment.send(pane, 'hello')).toBe('gone');
  expect(await bench.environment.isAlive(pane)).toBe(false);
  expect(await bench.environment.capture(pane, { lines: 10 })).toEqual([]);
  await bench.environment.waitForExit(pane, never);
});

test('a capture joins wrapped lines and keeps colours when asked', async () => {
  const long = 'y'.repeat(450);
  const pane = await bench.environment.launch(
    bench.launchOf('t', ['printf', '\\033[31mred\\033[0m\\n%s\\n%%end 1 2 1\\n', long]),
  );
  await bench.ended(pane);
  expect(await bench.environment.capture(pane, { lines: 3 })).toEqual(['red', long, '%end 1 2 1']);
  expect(await bench.environment.capture(pane, { lines: 2 })).toEqual([long, '%end 1 2 1']);
  expect((await bench.environment.capture(pane, { lines: 3, colour: true }))[0]).toContain('\u001b[31mred');
});

test('what may have been sent before is sent only where it cannot be seen', async () => {
  const launch = bench.launchOf('t', sh('echo ready; while IFS= read -r line; do echo "$line" >>got; echo ok; done'));
  const pane = await bench.launchUntil(launch, 'ready');
  const long = `read ${'all of it '.repeat(40)}and go on`;
  const send = (text: string) => bench.environment.send(pane, text, { unlessShown: true });
  expect(await send(long)).toBe('submitted');
  await bench.shows(pane, 'ok');
  expect(await send(long)).toBe('submitted');
  expect(await send(`${long} with more`)).toBe('submitted');
  const got = () => readFileSync(join(launch.cwd, 'got'), 'utf8').trimEnd().split('\n');
  await vi.waitFor(() => expect(got()).toEqual([long, `${long} with more`]));
  expect(await bench.environment.send(pane, long)).toBe('submitted');
  await vi.waitFor(() => expect(got()).toHaveLength(3));
});
