import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { copilot } from '../../../src/steps/frameworks/copilot.ts';
import { invocationOf } from '../../support/invocation.ts';

const INVOCATION = invocationOf({ model: 'gpt-5.4' });

describe('the command line of copilot', () => {
  it('takes the first prompt, a session of ours and a plugin', () => {
    expect(copilot.argv(INVOCATION)).toEqual([
      'copilot',
      '--model=gpt-5.4',
      '--session-id=ours',
      '--plugin-dir=/run/signals/copilot-plugin',
      '--add-dir=/run/signals',
      '--interactive=- go',
    ]);
  });

  it('goes on with a session', () => {
    const argv = copilot.resume?.({ ...INVOCATION, approvals: 'skip', model: null }, 'theirs') ?? [];
    expect(argv.slice(0, 3)).toEqual(['copilot', '--allow-all', '--resume=theirs']);
    expect(argv.join(' ')).not.toContain('--session-id');
  });

  it('has a plugin whose hooks cannot forbid a tool', () => {
    const files = copilot.files?.(INVOCATION) ?? {};
    expect(JSON.parse(files['copilot-plugin/plugin.json'] ?? '')).toMatchObject({ hooks: 'hooks.json' });
    const { hooks } = JSON.parse(files['copilot-plugin/hooks.json'] ?? '');
    expect(hooks.agentStop).toEqual([
      { type: 'command', exec: '/a b/bin/agentrelay-hook', args: ['agentStop'], timeoutSec: 10 },
    ]);
    expect(Object.keys(hooks)).not.toContain('preToolUse');
    expect(Object.keys(hooks)).not.toContain('permissionRequest');
  });
});

describe('the hooks of copilot', () => {
  it.each([
    ['userPromptSubmitted', { prompt: 'go' }, { prompt: 'go', report: { state: 'working' } }],
    ['postToolUse', {}, { report: { state: 'working' } }],
    [
      'notification',
      { notification_type: 'permission_prompt', message: 'Run command: npm test' },
      { report: { state: 'waiting_permission', question: 'Run command: npm test' } },
    ],
    [
      'notification',
      { notification_type: 'elicitation_dialog', message: 'Information requested' },
      { report: { state: 'waiting_input', question: null } },
    ],
    ['agentStop', { transcriptPath: '/t' }, { transcript: '/t', report: { state: 'idle' } }],
  ])('%s', (event, data, expected) => {
    const told = copilot.readHook?.({ at: 5, event, data: { sessionId: 's', ...data } });
    expect(told).toMatchObject({ at: 5, session: 's', ...expected });
  });

  it('of its start tells that it waits only where it was given nothing to do', () => {
    const told = (data: Record<string, unknown>) => copilot.readHook?.({ at: 5, event: 'sessionStart', data })?.report;
    expect(told({})?.state).toBe('idle');
    expect(told({ initialPrompt: 'go' })).toBeUndefined();
  });

  it('of its helpers tells nothing', () => {
    const data = { notification_type: 'agent_completed' };
    expect(copilot.readHook?.({ at: 5, event: 'notification', data })?.report).toBeUndefined();
    expect(copilot.readHook?.({ at: 5, event: 'agentStop', data: null })).toBeNull();
  });
});

describe('the transcript of copilot', () => {
  let home: string;
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'copilot-'));
  });
  afterEach(() => rmSync(home, { recursive: true, force: true }));

  it('is in the folder of its session', () => {
    const find = (env: Record<string, string>) =>
      copilot.transcript?.find({ worktree: '/w', session: 'ours', told: null, since: 0, env, home });
    expect(find({})).toBeNull();
    const path = join(home, '.copilot', 'session-state', 'ours', 'events.jsonl');
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, '');
    expect(find({})).toBe(path);
    expect(find({ COPILOT_HOME: join(home, 'other') })).toBeNull();
  });
});
