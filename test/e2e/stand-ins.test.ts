import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { acceptedPrompts, STAND_INS, type StandInName } from '../support/agents/install.ts';
import { script, started } from '../support/agents/script.ts';
import { fileWith, type StandInDesk, standInDesk } from '../support/stand-in-desk.ts';

let desk: StandInDesk;
beforeEach(() => {
  desk = standInDesk();
});
afterEach(() => desk.end());

/** Writes a file below the desk's folder; its path. */
function put(name: string, text: string): string {
  const path = join(desk.folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  return path;
}

/** A command that appends its name and what it is given to `hooks.log`. */
function hookCommand(): string {
  const log = join(desk.folder, 'hooks.log');
  const text = `#!/bin/sh\nif [ $# -gt 1 ]; then data=$2; else data=$(cat); fi\nprintf '%s %s\\n' "$1" "$data" >>'${log}'\n`;
  const path = put('hook.sh', text);
  chmodSync(path, 0o755);
  return path;
}

function hooksOf(events: readonly string[], entry: (command: string) => object): object {
  const command = hookCommand();
  return Object.fromEntries(events.map((event) => [event, [entry(`${command} ${event}`)]]));
}

interface Kind {
  readonly executable: string;
  /** The command line, with this prompt. */
  argv(prompt: string): readonly string[];
  env?(): Readonly<Record<string, string>>;
  /** A dialog of the start: what it shows, a key that is none of its own, and the keys that answer it. */
  readonly dialog: { name: string; shows: RegExp; wrong: string; keys: readonly string[] };
  readonly idle: RegExp;
  readonly busy: RegExp;
  readonly permission: RegExp;
  readonly allow: readonly string[];
  /** Its transcript, below the desk's folder. */
  readonly transcript: string | null;
  /** What hooks have told by then. */
  readonly hooks: RegExp;
}

const CONFIRMED = (command: string) => ({ hooks: [{ type: 'command', command }] });
const PROMPT = "it's the “first” prompt: $(touch ran) `x` #{pane_id} ; done";

const KINDS: Readonly<Record<StandInName, Kind>> = {
  claude_code: {
    executable: 'claude',
    argv(prompt) {
      const hooks = hooksOf(['SessionStart', 'UserPromptSubmit', 'PermissionRequest', 'Stop'], CONFIRMED);
      const settings = put('settings.json', JSON.stringify({ hooks }));
      return ['--permission-mode', 'manual', '--settings', settings, prompt];
    },
    dialog: { name: 'trust', shows: /❯ No, exit\n {3}Yes, I trust this folder/, wrong: 'y', keys: ['Down', 'Enter'] },
    idle: /❯\u00a0?\n─+\n {2}⏸ manual mode on · \? for shortcuts/,
    busy: /Percolating….*\n─+\n❯\u00a0?\n─+\n.*esc to interrupt$/s,
    permission: /Do you want to proceed\?\n ❯ 1\. Yes/,
    allow: ['1'],
    transcript: 'home/.claude/projects/*/*.jsonl',
    hooks: /^SessionStart .*^UserPromptSubmit .*^PermissionRequest .*^Stop /ms,
  },
  codex: {
    executable: 'codex',
    argv(prompt) {
      const command = hookCommand();
      const hooks = ['UserPromptSubmit', 'PermissionRequest', 'Stop'].flatMap((event) => [
        '-c',
        `hooks.${event}=[{hooks=[{type="command",command="${command} ${event}",timeout=10}]}]`,
      ]);
      return [...hooks, '-c', `notify=["${command}","notify"]`, '--dangerously-bypass-hook-trust', '--', prompt];
    },
    dialog: { name: 'update', shows: /› 1\. Update now .*\n {2}2\. Skip\n/, wrong: 'x', keys: ['3'] },
    idle: /Worked for .*› Ask Codex to do anything/s,
    busy: /Working \(\d+s • esc to interrupt\)/,
    permission: /Would you like to run the following command\?.*› 1\. Yes, proceed \(y\)/s,
    allow: ['y'],
    transcript: 'home/.codex/sessions/*/*/*/rollout-*.jsonl',
    hooks: /^UserPromptSubmit .*^PermissionRequest .*^Stop .*^notify \{"type":"agent-turn-complete"/ms,
  },
  gemini: {
    executable: 'gemini',
    argv(prompt) {
      const hooks = hooksOf(['SessionStart', 'BeforeAgent', 'Notification', 'AfterAgent'], CONFIRMED);
      put('gemini/.gemini/settings.json', JSON.stringify({ hooks }));
      return ['-i', prompt];
    },
    env: () => ({ GEMINI_CLI_HOME: join(desk.folder, 'gemini') }),
    dialog: { name: 'login', shows: /● 1\. Sign in with Google/, wrong: 'y', keys: [] },
    idle: / > {3}Type your message/,
    busy: /Thinking\.\.\. \(esc to cancel, \d+s\)/,
    permission: /Allow execution of \[Shell\]\?.*● 1\. Allow once/s,
    allow: ['Enter'],
    transcript: 'gemini/.gemini/tmp/work/chats/session-*.jsonl',
    hooks: /^SessionStart .*^BeforeAgent .*^Notification .*"type":"exec".*^AfterAgent /ms,
  },
  opencode: {
    executable: 'opencode',
    argv: (prompt) => ['--prompt', prompt],
    env() {
      const log = JSON.stringify(join(desk.folder, 'hooks.log'));
      const text = `import { appendFileSync } from 'node:fs';
const tell = (name, data) => appendFileSync(${log}, name + ' ' + JSON.stringify(data) + '\\n');
export const Told = async () => ({
  event: async ({ event }) => tell(event.type, event.properties),
  'chat.message': async (_, { parts }) => tell('chat.message', parts),
});
`;
      const plugin = pathToFileURL(put('told.mjs', text)).href;
      return { OPENCODE_CONFIG_CONTENT: JSON.stringify({ plugin: [plugin], permission: { bash: 'ask' } }) };
    },
    dialog: { name: 'login', shows: /Connect a provider/, wrong: 'y', keys: [] },
    idle: /▣ .* · \d.*ctrl\+p commands/s,
    busy: /esc interrupt .*ctrl\+p commands/,
    permission: /△ Permission required.*Allow once {3}Allow always {3}Reject/s,
    allow: ['Enter'],
    transcript: null,
    hooks: /^chat\.message .*^session\.status .*"busy".*^permission\.asked .*^permission\.replied .*^session\.idle /ms,
  },
  aider: {
    executable: 'aider',
    argv: () => ['--notifications', '--notifications-command', `${hookCommand()} waits </dev/null`],
    dialog: {
      name: 'docs',
      shows: /Open documentation url for more info\? .*\[Yes\]:$/,
      wrong: 'Up',
      keys: ['d', 'Enter'],
    },
    idle: /\n─+\n>$/,
    busy: /Waiting for gpt-5$/,
    permission: /Run shell command\? .*\[Yes\]:$/,
    allow: ['y', 'Enter'],
    transcript: 'work/.aider.chat.history.md',
    hooks: /^waits .*^waits /ms,
  },
  cursor: {
    executable: 'cursor-agent',
    argv(prompt) {
      const hooks = hooksOf(['beforeSubmitPrompt', 'stop'], (command) => ({ command }));
      put('home/.cursor/hooks.json', JSON.stringify({ version: 1, hooks }));
      return ['--', prompt];
    },
    dialog: { name: 'trust', shows: /▶ \[a\] Trust this workspace/, wrong: 'y', keys: ['a'] },
    idle: /→ Add a follow-up\n.*\n {2}Composer .* · 3\.5%\n/,
    busy: /Generating.*ctrl\+c to stop/s,
    permission: /Run this command\?.*→ Run \(once\) \(y\)/s,
    allow: ['y'],
    transcript: null,
    hooks: /^beforeSubmitPrompt .*^stop .*"completed"/ms,
  },
  copilot: {
    executable: 'copilot',
    argv(prompt) {
      const events = ['sessionStart', 'userPromptSubmitted', 'permissionRequest', 'agentStop'];
      const hooks = hooksOf(events, (bash) => ({ type: 'command', bash }));
      put('plugin/hooks.json', JSON.stringify({ version: 1, hooks }));
      put('plugin/plugin.json', JSON.stringify({ name: 'told', hooks: 'hooks.json' }));
      return ['--plugin-dir', join(desk.folder, 'plugin'), '-i', prompt];
    },
    dialog: {
      name: 'trust',
      shows: /Do you trust the files in this folder\?.*❯ 1\. Yes/s,
      wrong: 'y',
      keys: ['Enter'],
    },
    idle: /❯\n─+\n ← open sidebar/,
    busy: /Working.* esc esc /,
    permission: /Do you want to run this command\?.*❯ 1\. Yes/s,
    allow: ['1'],
    transcript: 'home/.copilot/session-state/*/events.jsonl',
    hooks: /^sessionStart .*^userPromptSubmitted .*^permissionRequest .*^agentStop /ms,
  },
};

describe.each(STAND_INS)('%s', (name) => {
  const kind = KINDS[name];

  test('tells its flags and its version, and refuses a flag that it does not know', () => {
    const call = (flag: string) =>
      execFileSync(join(desk.bin, kind.executable), [flag], { encoding: 'utf8', stdio: 'pipe' });
    expect(call('--help')).toMatch(/--help/);
    expect(call('--version')).toMatch(/\d+\.\d+/);
    expect(() => call('--no-such-flag')).toThrow(expect.objectContaining({ status: expect.any(Number) }));
    expect(existsSync(join(desk.folder, 'stand-in-record'))).toBe(false);
  });

  test('shows a dialog that takes only its own keys', async () => {
    const { dialog } = kind;
    await desk.start('t', started({ dialogs: [dialog.name] }, script()), [kind.executable]);
    await desk.shows('t', dialog.shows);
    await desk.keys('t', dialog.wrong);
    expect(await desk.fact('t', 'mistake', name === 'codex' ? 2 : 1)).toMatchObject({
      key: dialog.wrong,
      where: dialog.name,
    });
    expect(acceptedPrompts(desk.folder, 't')).toEqual([]);
    if (dialog.keys.length === 0) return;
    await desk.keys('t', ...dialog.keys);
    expect(await desk.fact('t', 'answer')).toMatchObject({ to: dialog.name, bad: false });
    await desk.fact('t', 'ready');
  });

  test('takes a prompt, asks, works and waits, and takes another that is pasted', async () => {
    const go = join(desk.folder, 'go');
    const first = [
      { say: 'I begin.' },
      { permission: { tool: 'shell' as const, text: 'git status', run: 'echo ran >ran' } },
    ];
    const plan = script([...first, { waitFor: go }, { say: 'It is done.' }], [{ say: 'Again.' }]);
    await desk.start('t', plan, [kind.executable, ...kind.argv(PROMPT)], kind.env?.());
    if (name === 'aider') {
      await desk.shows('t', kind.idle);
      await desk.paste('t', PROMPT);
      await desk.keys('t', 'Enter');
    }
    await desk.shows('t', kind.permission);
    expect(existsSync(join(desk.work, 'ran'))).toBe(false);
    await desk.keys('t', ...kind.allow);
    expect(await desk.fact('t', 'answer')).toMatchObject({ to: 'permission', row: 1, bad: false });
    expect(await desk.fact('t', 'shell')).toMatchObject({ command: 'echo ran >ran', code: 0 });
    await desk.shows('t', kind.busy);
    put('go', '');
    await desk.fact('t', 'turn_ended');
    await desk.shows('t', kind.idle);

    const long = `${PROMPT}\n\ttabbed\n${'many lines of it\n'.repeat(40)}the end`;
    await desk.paste('t', long);
    await desk.shows('t', /the end|[Pp]aste/);
    await desk.keys('t', 'Enter');
    await desk.fact('t', 'turn_ended', 2);
    expect(acceptedPrompts(desk.folder, 't')).toEqual([PROMPT, long]);
    const { transcript } = kind;
    if (transcript !== null) {
      const [path = ''] = globSync(transcript, { cwd: desk.folder });
      const text = readFileSync(join(desk.folder, path), 'utf8');
      expect(text).toContain(
        JSON.stringify(PROMPT)
          .slice(1, -1)
          .replaceAll(name === 'aider' ? '\\' : '\0', ''),
      );
      expect(text).toContain('It is done.');
    }
    await fileWith(join(desk.folder, 'hooks.log'), kind.hooks);
    expect(desk.record('t').filter((fact) => fact.kind === 'mistake' && fact.where !== 'start')).toEqual([]);
  });
});
