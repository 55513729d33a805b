import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { aider } from '../../../src/steps/frameworks/aider.ts';
import { invocationOf } from '../../support/invocation.ts';

const INVOCATION = invocationOf({ prompt: 'go', model: 'sonnet' });

const HISTORY = '/run/signals/aider.chat.history.md';

describe('aider', () => {
  it('stays for more than one prompt, and is given its instructions', () => {
    const argv = aider.argv(INVOCATION);
    expect(aider.kickoff).toBe('typed');
    expect(argv.slice(0, 3)).toEqual(['aider', '--model', 'sonnet']);
    expect(argv.slice(-2)).toEqual(['--read', '/run/signals/instructions.md']);
    expect(argv).not.toContain('--message');
    expect(argv).not.toContain('--yes-always');
    // It would refuse every shell command, agentrelay-complete among them.
    expect(aider.argv({ ...INVOCATION, approvals: 'skip' })).not.toContain('--yes-always');
  });

  it('calls the hook through a shell, and writes nothing into the repository', () => {
    const argv = aider.argv(INVOCATION);
    const command = argv[argv.indexOf('--notifications-command') + 1];
    expect(command).toBe(`'/a b/bin/agentrelay-hook' Waiting '{"session":"ours","transcript":"${HISTORY}"}'`);
    const env = typeof aider.env === 'function' ? aider.env(INVOCATION) : aider.env;
    expect(env).toMatchObject({ AIDER_CHAT_HISTORY_FILE: HISTORY });
    expect(argv).toContain('--no-gitignore');
  });

  it('tells by its hook where it writes, and not what it does', () => {
    const data = { session: 'ours', transcript: HISTORY };
    expect(aider.readHook?.({ at: 5, event: 'Waiting', data })).toEqual({ at: 5, ...data });
    expect(aider.readHook?.({ at: 5, event: 'Stop', data })).toBeNull();
  });

  it('restores what was said when it goes on', () => {
    expect(aider.resume?.(INVOCATION, 'ours')).toContain('--restore-chat-history');
  });
});

describe('the history of aider', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'aider-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('is where its environment says, and else in the worktree', () => {
    const place = { worktree: folder, session: 's', told: null, since: 0, home: '/' };
    const own = join(folder, 'own.md');
    expect(aider.transcript?.find({ ...place, env: {} })).toBeNull();
    writeFileSync(join(folder, '.aider.chat.history.md'), '');
    expect(aider.transcript?.find({ ...place, env: {} })).toBe(join(folder, '.aider.chat.history.md'));
    expect(aider.transcript?.find({ ...place, env: { AIDER_CHAT_HISTORY_FILE: own } })).toBeNull();
    writeFileSync(own, '');
    expect(aider.transcript?.find({ ...place, env: { AIDER_CHAT_HISTORY_FILE: own } })).toBe(own);
  });

  it('gives a prompt of several lines line by line, each with those before it', () => {
    const read = aider.transcript?.reader();
    const told = ['#### the gate failed:  ', '#### exit code 1  ', '', '#### go on  '].map(
      (line) => read?.(line)?.prompt,
    );
    expect(told).toEqual(['the gate failed:', 'the gate failed:\nexit code 1', undefined, 'go on']);
  });
});
