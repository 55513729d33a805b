import { afterEach, expect, test } from 'vitest';
import { type DashboardDesk, openDesk } from '../support/dashboard-desk.ts';
import { makeProject, type Project, SOCKET } from '../support/run-fixture.ts';

let project: Project | null = null;
let desk: DashboardDesk | null = null;
afterEach(() => {
  desk?.close();
  project?.remove();
  [project, desk] = [null, null];
});

/** Letters of all kinds, and bytes that are none. */
const LETTERS = Buffer.concat([
  Buffer.from(
    '\u202egnorw\u2066\u200f\u200b 漢字 👩🏽‍🚀🇩🇪1️⃣ e\u0301\u0302\u0303\u0304 กำ क्ष שלום \u009b2J\u0090q\u009c',
  ),
  Buffer.from([0xff, 0xfe, 0xc0, 0x80, 0xed, 0xa0, 0x80, 0x9b, 0x32, 0x4a, 0x9d, 0x30, 0x3b, 0x78, 0x9c]),
  Buffer.from(' the end'),
]);
/** Titles, the clipboard, a bell, modes, moves; in a file of its own, for a shell has its own ideas of some of these. */
const HOSTILE = Buffer.concat([
  Buffer.from('\x1b]0;owned\x07\x1b]2;owned\x1b\\\x1bkowned\x1b\\\x1b]52;c;b3duZWQ=\x07\x07'),
  Buffer.from('\x1b[?1049l\x1b[?25h\x1b[?1000h\x1b[?7l\x1b[20h\x1b[2;4r\x1b[H\x1b[999;999H\x1b[6n\x1b[A\b\b\b'),
  LETTERS,
]);

const SAY = 'say=$(tr -d "\\000" <"$HOME/hostile")';
/** The agent's own window goes wild from it, too; then it begins anew, and shows what can be seen of all that. */
const PRINTS = `cat "$HOME/hostile"; head -c 1000000 /dev/zero | tr '\\0' x
printf '\\033c'; cat "$HOME/letters"; echo; echo ready; wait_for "$HOME/go"`;
const ASKS = `${SAY}; agentrelay-attention waiting_input --question "$say" --choice "$say" --choice "b $say"; wait_for "$HOME/go"`;
const FAILS = `${SAY}
printf '%s' "$say" >"file $(printf '\\033[31m\\007\\t漢字')"; printf '%s\\n' "$say" >>README.md
git add -A; git commit -qm "$say"
agentrelay-concern --message "$say"; agentrelay-summary --message "$say"; agentrelay-failed --reason "$say"`;

/** A terminal as wide as a dialog: whatever is wider than it was counted for pushes its frame out. */
const [COLUMNS, ROWS] = [84, 30];

function open(): DashboardDesk {
  const made = makeProject();
  project = made;
  made.write('hostile', HOSTILE);
  made.write('letters', LETTERS);
  const config = made.write('config.yaml', 'notify: { bell: false, osc9: false }\n');
  const scripts = { asks: ASKS, fails: FAILS, prints: PRINTS };
  const tasks = Object.entries(scripts).map(([id, script]) => ({
    id,
    workstream_id: 'web',
    // Control characters are refused there.
    description: HOSTILE.toString().replaceAll(/\p{Cc}/gu, ' '),
    primary_agent: { framework: 'command', command: made.agent(id, script) },
  }));
  const file = made.graph({ name: 'g', max_concurrency: 3, workstreams: [{ id: 'web', parallel: true }], tasks });
  const opened = openDesk(made, ['tui', file, '-t', made.repo, '-L', SOCKET, '-a', '1'], {
    columns: COLUMNS,
    rows: ROWS,
    env: { AGENTRELAY_CONFIG: config },
  });
  opened.tmux('set-option', '-g', 'set-clipboard', 'on');
  opened.tmux('set-option', '-g', 'allow-rename', 'on');
  return opened;
}

function expectUntouched(desk: DashboardDesk, title: string): void {
  const lines = desk.screen().split('\n');
  expect(lines.length).toBeLessThan(ROWS);
  expect(lines[0]).toMatch(/^( agentrelay · g · run 1 |╭─ )/);
  const from = lines.findIndex((text) => text.startsWith('╭'));
  const to = lines.findIndex((text) => text.startsWith('╰'));
  expect(from < 0).toBe(to < 0);
  for (const text of lines.slice(from + 1, Math.max(0, to))) expect(text).toMatch(/^│.*│$/);
  expect(desk.tmux('display-message', '-p', '-t', 'desk', '#{pane_title} #{window_name}')).toBe(title);
  expect(desk.tmux('list-buffers')).toBe('');
  expect(desk.modes()).toMatchObject({ alternate: true, cursor: false, mouse: false });
}

test('what agents print, ask, commit and fail with stays in its cells, in a real terminal', async () => {
  const opened = open();
  desk = opened;
  await opened.see(/✖ fails .*漢字/);
  await opened.see(/! asks .*漢字/);
  const title = opened.tmux('display-message', '-p', '-t', 'desk', '#{pane_title} #{window_name}');
  const look = async (key: string, fits: RegExp) => {
    opened.press(key);
    await opened.see(fits);
    expectUntouched(opened, title);
  };
  await look('a', /asks asks ─[\s\S]*1 {2}.*漢字[\s\S]*2 {2}b .*漢字/);
  await look('Escape', /❯ ! asks[\s\S]*d diff/);
  await look('n', /❯ ✖ fails/);
  for (const tab of [/diff ├[\s\S]*漢字/, /attempts ├[\s\S]*cause/, /events ├[\s\S]*failed/, /prompt ├[\s\S]*# Task/]) {
    await look('Tab', tab);
  }
  await look('Tab', /evidence ├[\s\S]*漢字/);
  await look('v', /┤ evidence ├/);
  await look('v', /❯ ✖ fails/);
  await look('w', /Why ─[\s\S]*漢字/);
  await look('Escape', /❯ ✖ fails[\s\S]*d diff/);
  await look('r', /Retry fails ─/);
  await look('Escape', /❯ ✖ fails[\s\S]*d diff/);
  await look('g', /critical path/);
  await look('g', /❯ ✖ fails/);
  await look('j', /❯ ● prints/);
  await look('Tab', /output ├[\s\S]*漢字[\s\S]*ready/);
  await look('v', /ready/);
  await look('C-l', /ready/);
}, 60_000);
