import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type PaneChange, TmuxControl } from '../../../src/steps/tools/tmux-control.ts';
import { TmuxError } from '../../../src/steps/tools/tmux-error.ts';
import { serverArguments } from '../../../src/steps/tools/tmux-session.ts';
import { type PrivateTmux, privateTmux } from '../../support/tmux-server.ts';

let tmux: PrivateTmux;
let control: TmuxControl;
let folder: string;

beforeEach(async () => {
  tmux = privateTmux();
  folder = mkdtempSync(join(tmpdir(), 'agentrelay-tmux-'));
  control = await TmuxControl.connect({ socket: tmux.socket, session: 'work' });
});

afterEach(async () => {
  await control.disconnect();
  await tmux.end();
  rmSync(folder, { recursive: true });
});

/** What tmux understood, byte for byte. */
async function roundTrip(text: string): Promise<string> {
  const file = join(folder, 'buffer');
  await control.sequence(['set-buffer', '-b', 'b', '--', text], ['save-buffer', '-b', 'b', file]);
  return readFileSync(file, 'utf8');
}

function nextChange(wanted: (change: PaneChange) => boolean): Promise<PaneChange> {
  return new Promise((resolve) => {
    const forget = control.onPaneChange((change) => {
      if (!wanted(change)) return;
      forget();
      resolve(change);
    });
  });
}

test('every character but NUL arrives as it is, alone and amid others', async () => {
  const characters = Array.from({ length: 255 }, (_, index) => String.fromCharCode(index + 1));
  for (const character of characters) expect(await roundTrip(character)).toBe(character);
  for (const character of characters) {
    const text = `${character}a${character}${character}b ${character}`;
    expect(await roundTrip(text)).toBe(text);
  }
  expect(await roundTrip(characters.join(''))).toBe(characters.join(''));
});

test.each([
  'a;',
  ';',
  '; kill-server',
  '\\;',
  '$HOME ${HOME} ~ ~root',
  '#{pane_id} #(touch x) # comment',
  '{ a } %if %begin 1 2 1',
  'it\'s "quoted" \\" \\n \\101 \\u0041',
  '-L',
  'FOO=bar',
  'Zürich 日本 🙂 \u{10ffff}',
  'a\nb\r\n\tc\n',
])('hostile text %j arrives as it is', async (text) => {
  expect(await roundTrip(text)).toBe(text);
});

test('a name with every trick in it becomes a window name and nothing else', async () => {
  const name = 'a"; kill-server; #\' $HOME {x} ~ \\';
  await control.command(['new-window', '-d', '-n', name.replaceAll('#', '##'), 'cat']);
  const names = await control.command(['list-windows', '-F', '#{window_name}']);
  // tmux itself shows a backslash doubled.
  expect(names.at(-1)?.replaceAll('\\\\', '\\')).toBe(name);
});

test('100 kB and 1,000 commands at once come back whole and in order', async () => {
  const text = "x'\n".repeat(34_000);
  expect(await roundTrip(text)).toBe(text);
  const answers = await Promise.all(
    Array.from({ length: 1_000 }, (_, index) => control.command(['display-message', '-p', `n${index}`])),
  );
  expect(answers).toEqual(Array.from({ length: 1_000 }, (_, index) => [`n${index}`]));
});

test('a sequence answers for each command, and its first failure ends it alone', async () => {
  const show = (text: string) => ['display-message', '-p', text];
  const good = control.sequence(show('a'), ['set-buffer', 'x'], show('b'));
  const bad = control.sequence(show('c'), ['kill-window', '-t', '@999'], show('d'));
  const unknown = control.sequence(show('e'), ['no-such-command'], show('f'));
  const after = control.command(show('g'));
  expect(await good).toEqual([['a'], [], ['b']]);
  await expect(bad).rejects.toMatchObject({ name: 'TmuxError', code: 'command_failed', replies: [['c']] });
  await expect(unknown).rejects.toMatchObject({ code: 'command_failed', replies: [] });
  expect(await after).toEqual(['g']);
});

test('replies and events of others are not taken for ours', async () => {
  await tmux.run('set-hook', '-g', 'after-set-buffer', 'display-message -p hooked');
  expect(await control.sequence(['set-buffer', 'x'], ['display-message', '-p', 'mine'])).toEqual([[], ['mine']]);
});

test('a command without an answer is given up in time, and its late answer is not taken for the next one', async () => {
  await control.command(['wait-for', 'go']);
  await expect(control.command(['display-message', '-p', 'late'], 50)).rejects.toMatchObject({ code: 'timed_out' });
  await tmux.run('wait-for', '-S', 'go');
  expect(await control.command(['display-message', '-p', 'next'])).toEqual(['next']);
});

test('windows that close and panes that die are told', async () => {
  await control.sequence(
    ['new-window', '-d', '-n', 'a', 'cat'],
    ['set-option', '-w', '-t', '=work:a', 'remain-on-exit', 'on'],
  );
  const [line = ''] = await control.command(['display-message', '-p', '-t', '=work:a', '#{window_id} #{pane_id}']);
  const [window, pane] = line.split(' ');
  const dead = nextChange((change) => change.kind === 'pane_dead');
  await control.command(['send-keys', '-t', '=work:a', 'C-d']);
  expect(await dead).toEqual({ kind: 'pane_dead', pane });
  const closed = nextChange((change) => change.kind === 'window_closed');
  await tmux.run('kill-window', '-t', '=work:a');
  expect(await closed).toEqual({ kind: 'window_closed', window });
});

test('the session is made once, by whoever comes first, and found by its exact name', async () => {
  expect(control.madeSession).toBe(true);
  const others = await Promise.all(
    Array.from({ length: 4 }, () => TmuxControl.connect({ socket: tmux.socket, session: 'wor' })),
  );
  expect(others.filter((other) => other.madeSession)).toHaveLength(1);
  expect((await tmux.run('list-sessions', '-F', '#{session_name}')).split('\n')).toEqual(['wor', 'work']);
  await Promise.all(others.map((other) => other.disconnect()));
});

test('who only looks joins a session by its name or its id, and makes none', async () => {
  const [id = ''] = await control.command(['display-message', '-p', '#{session_id}']);
  const server = serverArguments(tmux.socket);
  for (const session of ['work', id]) {
    const joined = await TmuxControl.join(server, session);
    expect(await joined.command(['display-message', '-p', '#{session_name}'])).toEqual(['work']);
    await joined.disconnect();
  }
  const lost = { name: 'TmuxError', code: 'disconnected' };
  await expect(TmuxControl.join(server, 'other')).rejects.toMatchObject(lost);
  expect(await tmux.run('list-sessions', '-F', '#{session_name}')).toBe('work');
  await tmux.run('kill-server');
  await expect(TmuxControl.join(server, 'work')).rejects.toMatchObject(lost);
  expect(await tmux.run('list-sessions')).toBe('');
});

test('options are set on our session and nowhere else', async () => {
  expect(await tmux.run('show-options', '-t', '=work:', 'history-limit')).toBe('history-limit 20000');
  expect(await tmux.run('show-options', '-g', 'history-limit')).toBe('history-limit 2000');
});

test('a session name with a meaning in targets is refused', async () => {
  for (const session of ['a:b', 'a.b', '', '-x', '=a', 'a b']) {
    await expect(TmuxControl.connect({ socket: tmux.socket, session })).rejects.toMatchObject({ name: 'UserError' });
  }
});

test('a client that somebody detaches comes back', async () => {
  const back = nextChange((change) => change.kind === 'reattached');
  await tmux.run('detach-client', '-s', '=work');
  await back;
  expect(await control.command(['display-message', '-p', 'here'])).toEqual(['here']);
});

test('a server that dies rejects what waits and what comes, at once', async () => {
  const [pid] = await control.command(['display-message', '-p', '#{pid}']);
  await control.command(['wait-for', 'never']);
  const waiting = Array.from({ length: 5 }, () => control.command(['list-panes'], 60_000));
  const outcomes = Promise.allSettled(waiting);
  process.kill(Number(pid), 'SIGKILL');
  for (const outcome of await outcomes) {
    expect(outcome).toMatchObject({ status: 'rejected', reason: { name: 'TmuxError', code: 'disconnected' } });
  }
  expect(await control.closed).toBeInstanceOf(TmuxError);
  await expect(control.command(['list-panes'])).rejects.toMatchObject({ code: 'disconnected' });
});

test('a session that is ended rejects too', async () => {
  await tmux.run('new-session', '-d', '-s', 'other', 'cat');
  await tmux.run('kill-session', '-t', '=work');
  expect(await control.closed).toMatchObject({ code: 'disconnected' });
  await expect(control.command(['list-panes'])).rejects.toMatchObject({ code: 'disconnected' });
});
