import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { gemini } from '../../../src/steps/frameworks/gemini.ts';
import { invocationOf } from '../../support/invocation.ts';

const INVOCATION = invocationOf({ session: '22222222-2222-4333-8444-555555555555', bin: '/bin dir' });

describe('the command line of gemini', () => {
  it('has a session of ours, and leaves the first prompt to who types it', () => {
    expect(gemini.argv(INVOCATION)).toEqual([
      'gemini',
      '--approval-mode',
      'default',
      '--session-id',
      '22222222-2222-4333-8444-555555555555',
    ]);
    expect(gemini.kickoff).toBe('typed');
  });

  it('trusts a folder only where approvals are skipped', () => {
    const argv = gemini.argv({ ...INVOCATION, approvals: 'skip', model: 'gemini-2.5-pro' });
    expect(argv.slice(1, 6)).toEqual(['--approval-mode', 'yolo', '--skip-trust', '--model', 'gemini-2.5-pro']);
  });

  it('goes on with a session, under its own name', () => {
    const argv = gemini.resume?.(INVOCATION, 'theirs') ?? [];
    expect(argv.slice(-2)).toEqual(['--resume', 'theirs']);
    expect(argv).not.toContain('--session-id');
  });
});

const SAID = { session_id: 's', transcript_path: '/t' };

describe('the hooks of gemini', () => {
  it.each([
    { event: 'SessionStart', data: {}, expected: { report: { state: 'idle' } } },
    { event: 'BeforeAgent', data: { prompt: 'go' }, expected: { prompt: 'go', report: { state: 'working' } } },
    { event: 'AfterAgent', data: { prompt: 'go' }, expected: { report: { state: 'idle' } } },
    { event: 'BeforeTool', data: { tool_name: 'run_shell_command' }, expected: { report: { state: 'working' } } },
    {
      event: 'Notification',
      data: { notification_type: 'ToolPermission', details: { type: 'exec', command: 'npm test' } },
      expected: { report: { state: 'waiting_permission', question: 'npm test' } },
    },
    {
      event: 'Notification',
      data: { notification_type: 'ToolPermission', details: { type: 'ask_user' } },
      expected: { report: { state: 'waiting_input' } },
    },
  ])('$event tells $expected.report.state', ({ event, data, expected }) => {
    const told = gemini.readHook?.({ at: 5, event, data: { ...SAID, ...data } });
    expect(told).toMatchObject({ at: 5, session: 's', transcript: '/t', ...expected });
    if (event !== 'BeforeAgent') expect(told?.prompt).toBeUndefined();
  });

  it('tell nothing of what they do not know', () => {
    expect(gemini.readHook?.({ at: 5, event: 'PreCompress', data: SAID })?.report).toBeUndefined();
    expect(gemini.readHook?.({ at: 5, event: 'AfterAgent', data: null })).toBeNull();
  });
});

describe('the transcript of gemini', () => {
  let home: string;
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'gemini-'));
  });
  afterEach(() => rmSync(home, { recursive: true, force: true }));

  const find = (env: Record<string, string> = {}) =>
    gemini.transcript?.find({ worktree: '/w', session: INVOCATION.session, told: null, since: 0, env, home });

  function chats(folder: string, files: readonly string[]): string {
    const path = join(folder, '.gemini', 'tmp', 'main-2', 'chats');
    mkdirSync(path, { recursive: true });
    writeFileSync(join(folder, '.gemini', 'projects.json'), JSON.stringify({ projects: { '/w': 'main-2' } }));
    for (const file of files) writeFileSync(join(path, file), '');
    return path;
  }

  it('is the last file of its session in the folder that is named for the worktree', () => {
    expect(find()).toBeNull();
    const path = chats(home, [
      'session-2026-11-21T18-42-22222222.jsonl',
      'session-2026-11-21T19-02-22222222.jsonl',
      'session-2026-11-21T20-02-33333333.jsonl',
    ]);
    expect(find()).toBe(join(path, 'session-2026-11-21T19-02-22222222.jsonl'));
  });

  it('is below the folder that the environment names', () => {
    const path = chats(join(home, 'other'), ['session-2026-11-21T18-42-22222222.jsonl']);
    expect(find({ GEMINI_CLI_HOME: join(home, 'other') })).toBe(join(path, 'session-2026-11-21T18-42-22222222.jsonl'));
  });
});

it('asks nothing any more while it starts anew with the trust that it was given', () => {
  const trust = ['Do you trust the files in this folder?', '● 1. Trust folder (w)', "  3. Don't trust"];
  const restarting = [...trust, '', ' Gemini CLI is restarting to apply the trust changes...'];
  const read = (lines: readonly string[]) => gemini.terminal?.read({ lines, title: '◇  Ready (w)' }, 0);
  expect(read(trust)).toMatchObject({ dialog: 'trust' });
  expect(read(restarting)).toMatchObject({ dialog: null, report: null });
  expect(read([...restarting, ' >   Type your message or @path/to/file'])).toMatchObject({
    dialog: null,
    input: '',
  });
});

describe('the dialog of a limit', () => {
  it('holds the input, and is answered before more is typed', () => {
    const lines = ['Usage limit reached for gemini-2.5-pro.', '', '● 1. Keep trying', '  2. Stop'];
    const reading = gemini.terminal?.read({ lines, title: '✦  Working… (w)' }, 0);
    expect(reading).toMatchObject({ dialog: 'usage_limit', report: { state: 'usage_limited', until: null } });
    const dialog = gemini.terminal?.dialogs.find(({ name }) => name === reading?.dialog);
    expect(dialog).toMatchObject({ keys: ['Down', 'Enter'], when: 'always' });
  });
});
