import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { AgentInvocation } from '../../../src/steps/frameworks/framework.ts';
import { openCode } from '../../../src/steps/frameworks/opencode.ts';
import { invocationOf } from '../../support/invocation.ts';

const INVOCATION = invocationOf({ model: 'anthropic/claude', folder: '/run #1/signals', bin: '/bin "dir"' });

describe('the command line of opencode', () => {
  it('takes the first prompt, and a config file of its own', () => {
    expect(openCode.argv(INVOCATION)).toEqual(['opencode', '--model', 'anthropic/claude', '--prompt=- go']);
    const env = typeof openCode.env === 'function' ? openCode.env(INVOCATION) : openCode.env;
    expect(env).toMatchObject({ OPENCODE_CONFIG: '/run #1/signals/opencode.json' });
  });

  it('goes on with a session, which takes no prompt from it', () => {
    const argv = openCode.resume?.({ ...INVOCATION, approvals: 'skip' }, 'ses_1');
    expect(argv).toEqual(['opencode', '--auto', '--model', 'anthropic/claude', '--session', 'ses_1']);
  });
});

describe('its files', () => {
  const configFor = (approvals: AgentInvocation['approvals']) =>
    JSON.parse(openCode.files?.({ ...INVOCATION, approvals })['opencode.json'] ?? '');

  it('ask for what changes anything, and let it read its instructions', () => {
    expect(configFor('ask')).toMatchObject({
      plugin: [pathToFileURL('/run #1/signals/opencode-plugin.js').href],
      permission: { edit: 'ask', bash: 'ask', external_directory: { '/run #1/signals/*': 'allow' } },
    });
    expect(configFor('skip').permission).toEqual({ external_directory: { '/run #1/signals/*': 'allow' } });
  });

  it('hold a plugin that calls the hook by its whole path', () => {
    const plugin = openCode.files?.(INVOCATION)['opencode-plugin.js'] ?? '';
    expect(plugin).toContain(`const hook = ${JSON.stringify('/bin "dir"/agentrelay-hook')};`);
  });
});

const session = { sessionID: 'ses_1' };
const RATE = 'Rate limit reached for m on tokens per min. Please try again in 34s.';

describe('what the plugin tells', () => {
  it.each([
    ['chat.message', { ...session, prompt: 'go' }, { session: 'ses_1', prompt: 'go', report: { state: 'working' } }],
    ['session.created', { info: { id: 'ses_1' } }, { session: 'ses_1' }],
    ['session.status', { ...session, status: { type: 'busy' } }, { report: { state: 'working' } }],
    ['session.status', { ...session, status: { type: 'idle' } }, { report: { state: 'idle' } }],
    [
      'session.status',
      { ...session, status: { type: 'retry', message: RATE, next: 61_000 } },
      { report: { state: 'usage_limited', until: '1970-01-01T00:01:01.000Z' } },
    ],
    [
      'session.status',
      { ...session, status: { type: 'retry', message: 'You exceeded your current quota.', next: 4_000 } },
      { report: { state: 'usage_limited', until: null } },
    ],
    [
      'session.status',
      { ...session, status: { type: 'retry', message: 'Overloaded', next: 4_000 } },
      { report: { state: 'working' } },
    ],
    [
      'session.error',
      { ...session, error: { name: 'APIError', data: { message: 'No.', statusCode: 401 } } },
      { report: { state: 'login_required' } },
    ],
    ['session.error', { ...session, error: { name: 'UnknownError', data: {} } }, { report: { state: 'idle' } }],
    [
      'permission.asked',
      { ...session, permission: 'bash', patterns: ['npm *'], metadata: { command: 'npm test' } },
      { report: { state: 'waiting_permission', question: 'bash: npm test' } },
    ],
    ['permission.replied', { ...session, reply: 'once' }, { report: { state: 'working' } }],
    [
      'question.asked',
      { ...session, questions: [{ question: 'Which?', options: [{ label: 'A' }, { label: 'B' }] }] },
      { report: { state: 'waiting_input', question: 'Which?', choices: ['A', 'B'] } },
    ],
  ])('%s', (event, data, expected) => {
    expect(openCode.readHook?.({ at: 1_000, event, data })).toMatchObject({ at: 1_000, ...expected });
  });

  it('takes no session of a helper for its own', () => {
    const told = openCode.readHook?.({ at: 0, event: 'permission.asked', data: { sessionID: 'ses_helper' } });
    expect(told?.session).toBeUndefined();
  });

  it('tells what a message used, under its id', () => {
    const info = {
      id: 'msg_1',
      cost: 0.5,
      modelID: 'm',
      tokens: { input: 920, output: 20, reasoning: 5, cache: { read: 100, write: 7 } },
    };
    expect(openCode.readHook?.({ at: 0, event: 'message.updated', data: { info } })?.usage).toEqual({
      id: 'msg_1',
      inputTokens: 920,
      outputTokens: 25,
      cacheReadTokens: 100,
      cacheWriteTokens: 7,
      costUsd: 0.5,
      model: 'm',
    });
  });

  it('that a person has interrupted it tells nothing of its own', () => {
    const data = { ...session, error: { name: 'MessageAbortedError' } };
    expect(openCode.readHook?.({ at: 0, event: 'session.error', data })?.report).toBeUndefined();
    expect(openCode.readHook?.({ at: 0, event: 'session.idle', data: null })).toBeNull();
  });
});
