import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { claudeCode } from '../../../src/steps/frameworks/claude-code.ts';
import { CLAUDE_SETTINGS } from '../../../src/steps/frameworks/claude-hooks.ts';
import type { AgentInvocation, Told } from '../../../src/steps/frameworks/framework.ts';

const AT = Date.parse('2026-11-21T19:00:00Z');
const SESSION = '11111111-2222-4333-8444-555555555555';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function temporary(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'agentrelay-claude-')));
  folders.push(folder);
  return folder;
}

function invocation(given: Partial<AgentInvocation> = {}): AgentInvocation {
  return {
    prompt: 'Read /i and follow it.',
    instructions: '/i',
    model: null,
    task: 'build',
    attempt: 1,
    command: null,
    approvals: 'ask',
    session: SESSION,
    folder: '/run/a b',
    bin: '/run/bin',
    worktree: '/worktree',
    ...given,
  };
}

function settings(given: Partial<AgentInvocation> = {}): Record<string, unknown> {
  const files = claudeCode.files?.(invocation(given)) ?? {};
  expect(Object.keys(files)).toEqual([CLAUDE_SETTINGS]);
  return JSON.parse(files[CLAUDE_SETTINGS] ?? '');
}

/** Each command that the settings hold, with the event that it stands for. */
function commands(given: Partial<AgentInvocation> = {}): [string, string][] {
  const { hooks } = settings(given) as { hooks: Record<string, { hooks: { command: string }[] }[]> };
  return Object.entries(hooks).flatMap(([event, list]) =>
    list.flatMap((entry) => entry.hooks.map(({ command }): [string, string] => [event, command])),
  );
}

function hook(event: string, data: Record<string, unknown>): Told | null | undefined {
  return claudeCode.readHook?.({ at: AT, event, data: { session_id: SESSION, transcript_path: '/t.jsonl', ...data } });
}

function reported(event: string, data: Record<string, unknown> = {}) {
  return hook(event, data)?.report;
}

describe('the command line', () => {
  it('asks, and names its session and its settings', () => {
    const settingsPath = `/run/a b/${CLAUDE_SETTINGS}`;
    expect(claudeCode.argv(invocation())).toEqual([
      ...['claude', '--permission-mode', 'default', '--session-id', SESSION, '--settings', settingsPath],
      'Read /i and follow it.',
    ]);
    expect(claudeCode.resume?.(invocation({ model: 'opus', approvals: 'skip' }), 'other')).toEqual([
      ...['claude', '--dangerously-skip-permissions', '--model', 'opus', '--settings', settingsPath],
      ...['--resume', 'other', 'Read /i and follow it.'],
    ]);
    expect(claudeCode.kickoff).toBe('argv');
  });

  it('never says by itself that it is in a sandbox', () => {
    const { env } = claudeCode;
    const given = typeof env === 'function' ? env(invocation({ approvals: 'skip' })) : (env ?? {});
    expect(Object.keys(given).filter((name) => name.includes('SANDBOX'))).toEqual([]);
  });
});

describe('the settings', () => {
  it('call the hook for each event, from any path', () => {
    const bin = join(temporary(), `it's "a" $(b) \`c\``);
    mkdirSync(bin);
    writeFileSync(join(bin, 'agentrelay-hook'), '#!/bin/sh\nprintf %s "$#:$1"\n');
    chmodSync(join(bin, 'agentrelay-hook'), 0o755);
    const all = commands({ bin });
    expect(all.map(([event]) => event)).toEqual(
      expect.arrayContaining([
        'SessionStart',
        'UserPromptSubmit',
        'PreToolUse',
        'PermissionRequest',
        'Stop',
        'StopFailure',
      ]),
    );
    const [event, command] = all.at(-1) ?? ['', ''];
    expect(execFileSync('sh', ['-c', command], { encoding: 'utf8' })).toBe(`1:${event}`);
    expect(new Set(all.map(([name, text]) => text.replace(name, '')))).toHaveLength(1);
  });

  it('ask for the cost, and take the warning away only where approvals are skipped', () => {
    expect(settings().statusLine).toMatchObject({ command: "'/run/bin/agentrelay-hook' StatusLine" });
    expect(settings()).not.toHaveProperty('skipDangerousModePermissionPrompt');
    expect(settings({ approvals: 'skip' }).skipDangerousModePermissionPrompt).toBe(true);
  });
});

describe('a hook', () => {
  it('tells the session, its transcript and what was taken', () => {
    expect(hook('UserPromptSubmit', { prompt: 'do it' })).toEqual({
      at: AT,
      session: SESSION,
      transcript: '/t.jsonl',
      prompt: 'do it',
      report: { state: 'working', question: null, choices: [], until: null },
    });
    const pasted = '\n\n<pasted_content id="cf4c">\none\n  two\n</pasted_content>';
    expect(hook('UserPromptSubmit', { prompt: pasted })?.prompt).toBe('one\n  two');
    expect(hook('UserPromptSubmit', { prompt: `see ${pasted}\nand go` })?.prompt).toBe('see one\n  two\nand go');
  });

  it.each([
    ['SessionStart', { source: 'startup' }, 'idle'],
    ['SessionStart', { source: 'resume' }, 'idle'],
    ['SessionStart', { source: 'compact' }, undefined],
    ['PreToolUse', { tool_name: 'Bash' }, 'working'],
    ['PostToolUse', { tool_name: 'Bash' }, 'working'],
    ['PostToolUseFailure', { tool_name: 'Bash' }, 'working'],
    ['PreCompact', {}, 'working'],
    ['Notification', { notification_type: 'idle_prompt', message: 'Claude is waiting for your input' }, 'idle'],
    ['Notification', { notification_type: 'elicitation_dialog' }, 'waiting_input'],
    ['Notification', { notification_type: 'permission_prompt' }, 'waiting_permission'],
    ['Notification', { notification_type: 'auth_success' }, undefined],
    ['Stop', { stop_hook_active: false }, 'idle'],
    ['StopFailure', { error: 'server_error', last_assistant_message: 'API Error: 529' }, 'idle'],
    ['StopFailure', { error: 'authentication_failed' }, 'login_required'],
    ['StopFailure', { error: 'billing_error' }, 'usage_limited'],
    ['SubagentStop', {}, undefined],
    ['SessionEnd', { reason: 'other' }, undefined],
    ['StatusLine', {}, undefined],
  ])('%s of %j is %s', (event, data, state) => {
    expect(reported(event, data)?.state).toBe(state);
  });

  it('tells what is to be allowed, and what is asked', () => {
    const command = { tool_name: 'Bash', tool_input: { command: 'npm test', description: 'Test it' } };
    expect(reported('PermissionRequest', command)).toMatchObject({
      state: 'waiting_permission',
      question: 'Bash: npm test',
    });
    const file = { tool_name: 'Write', tool_input: { file_path: '/w/a.ts', content: 'x'.repeat(9_000) } };
    expect(reported('PermissionRequest', file)?.question).toBe('Write: /w/a.ts');
    expect(reported('PermissionRequest', { tool_name: 'mcp__x__y' })?.question).toBe('mcp__x__y');
    const question = { question: 'Which one?', options: [{ label: 'A', description: 'a' }, { label: 'B' }] };
    const asked = {
      tool_name: 'AskUserQuestion',
      tool_input: { questions: [question, { question: 'And?', options: [] }] },
    };
    const report = { state: 'waiting_input', question: 'Which one?', choices: ['A', 'B'], until: null };
    expect(reported('PreToolUse', asked)).toEqual(report);
    expect(reported('PermissionRequest', asked)).toEqual(report);
    expect(reported('PreToolUse', { tool_name: 'AskUserQuestion', tool_input: null })?.state).toBe('waiting_input');
  });

  it('tells until when there is a limit', () => {
    const said = "You've hit your 5-hour limit · resets 8:41pm (UTC)";
    expect(reported('StopFailure', { error: 'rate_limit', last_assistant_message: said })).toMatchObject({
      state: 'usage_limited',
      until: '2026-11-21T20:41:00.000Z',
    });
  });

  it('tells the cost of the session, and no tokens twice', () => {
    expect(hook('StatusLine', { cost: { total_cost_usd: 0.25, total_duration_ms: 1 } })?.usage).toEqual({
      id: 'cost',
      isSum: true,
      inputTokens: 0,
      outputTokens: 0,
      cacheReadTokens: 0,
      cacheWriteTokens: 0,
      costUsd: 0.25,
      model: null,
    });
  });

  it('tells nothing that is not of its form', () => {
    expect(claudeCode.readHook?.({ at: AT, event: 'Stop', data: null })).toBeNull();
    expect(claudeCode.readHook?.({ at: AT, event: 'Stop', data: { session_id: 1 } })).toBeNull();
  });
});

describe('the transcript', () => {
  it('is found by the session, in the folder that the program makes of the real path', () => {
    const home = temporary();
    const worktree = join(home, 'work.tree_1');
    mkdirSync(worktree);
    symlinkSync(worktree, join(home, 'link'));
    const place = { worktree: join(home, 'link'), session: SESSION, told: null, since: 0, env: {}, home };
    expect(claudeCode.transcript?.find(place)).toBeNull();
    const folder = (root: string) => join(root, 'projects', worktree.replace(/[^A-Za-z0-9]/g, '-'));
    const made = (root: string) => {
      mkdirSync(folder(root), { recursive: true });
      const path = join(folder(root), `${SESSION}.jsonl`);
      writeFileSync(path, '');
      return path;
    };
    const own = made(join(home, '.claude'));
    expect(claudeCode.transcript?.find(place)).toBe(own);
    expect(claudeCode.transcript?.find({ ...place, session: 'other' })).toBeNull();
    const env = { CLAUDE_CONFIG_DIR: join(home, 'config') };
    expect(claudeCode.transcript?.find({ ...place, env })).toBeNull();
    const moved = made(join(home, 'config'));
    expect(claudeCode.transcript?.find({ ...place, env })).toBe(moved);
    expect(claudeCode.transcript?.find({ ...place, told: '/told.jsonl' })).toBe('/told.jsonl');
  });
});
