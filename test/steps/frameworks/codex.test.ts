import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { codex } from '../../../src/steps/frameworks/codex.ts';
import { invocationOf } from '../../support/invocation.ts';

const AT = Date.parse('2026-11-21T19:00:00Z');

const INVOCATION = invocationOf({ instructions: '/i', model: 'gpt' });

describe('the command line', () => {
  it('keeps the prompt from being a flag, and calls back without hooks that must be trusted', () => {
    const argv = codex.argv(INVOCATION);
    expect(argv.slice(0, 5)).toEqual(['codex', '--ask-for-approval', 'on-request', '--model', 'gpt']);
    expect(argv.slice(-2)).toEqual(['--', '- go']);
    expect(argv[argv.indexOf('-c') + 1]).toBe('notify=["/a b/bin/agentrelay-hook","notify"]');
    expect(argv.join(' ')).not.toContain('bypass');
  });

  it('goes on with its own session', () => {
    const argv = codex.resume?.({ ...INVOCATION, approvals: 'skip' }, 'theirs') ?? [];
    expect(argv.slice(0, 2)).toEqual(['codex', 'resume']);
    expect(argv.slice(-3)).toEqual(['--', 'theirs', '- go']);
    expect(argv).toContain('--dangerously-bypass-approvals-and-sandbox');
    expect(argv).toContain('projects={"/w"={trust_level="trusted"}}');
  });
});

describe('what it is called back with', () => {
  const read = (data: Record<string, unknown>) => codex.readHook?.({ at: AT, event: 'notify', data });

  it('is the end of a turn', () => {
    const data = { type: 'agent-turn-complete', 'thread-id': 'theirs', 'input-messages': ['go'] };
    expect(read(data)).toMatchObject({ at: AT, session: 'theirs', report: { state: 'idle' } });
  });

  it('may be the end of what nobody asked for', () => {
    const title = 'Generate a concise, single-line task title of at most 36 characters.\n\nUser prompt:\ngo';
    expect(read({ type: 'agent-turn-complete', 'thread-id': 'hidden', 'input-messages': [title] })).toBeNull();
    expect(read({ type: 'approval-requested' })).toBeNull();
    expect(codex.readHook?.({ at: AT, event: 'notify', data: null })).toBeNull();
  });
});

describe('the rollout', () => {
  let home: string;
  let place: Parameters<NonNullable<typeof codex.transcript>['find']>[0];
  beforeEach(() => {
    home = realpathSync(mkdtempSync(join(tmpdir(), 'agentrelay-codex-')));
    place = { worktree: join(home, 'w'), session: 'ours', told: null, since: AT, env: {}, home };
    mkdirSync(place.worktree);
  });
  afterEach(() => rmSync(home, { recursive: true, force: true }));

  /** A rollout of `cwd` that began, and was written last, at these times. */
  function rollout(
    name: string,
    cwd: string,
    began = AT + 1_000,
    written = began,
    root = join(home, '.codex'),
  ): string {
    const path = join(root, 'sessions', name);
    mkdirSync(dirname(path), { recursive: true });
    const timestamp = new Date(began).toISOString();
    const base_instructions = { text: `"cwd":"/wrong" ${'x'.repeat(50_000)}` };
    const payload = { id: 'theirs', timestamp, cwd, base_instructions };
    writeFileSync(path, `${JSON.stringify({ timestamp, type: 'session_meta', payload })}\n`);
    utimesSync(path, written / 1_000, written / 1_000);
    return path;
  }

  const find = (changes: Partial<typeof place> = {}) => codex.transcript?.find({ ...place, ...changes });

  it('is that of its folder, begun after it was started', () => {
    expect(find()).toBeNull();
    rollout('2026/11/21/rollout-2026-11-21T18-00-00-a.jsonl', place.worktree, AT - 3_600_000);
    rollout('2026/11/21/rollout-2026-11-21T18-30-00-b.jsonl', place.worktree, AT - 1_800_000, AT + 5_000);
    rollout('2026/11/21/rollout-2026-11-21T19-00-01-c.jsonl', '/elsewhere');
    expect(find()).toBeNull();
    const ours = rollout('2026/11/21/rollout-2026-11-21T19-00-02-d.jsonl', place.worktree);
    expect(find()).toBe(ours);
    const later = rollout('2026/11/22/rollout-2026-11-22T00-00-02-e.jsonl', place.worktree, AT + 6_000_000);
    expect(find()).toBe(later);
  });

  it('is that of its session, whenever that was begun', () => {
    const old = rollout(
      '2026/11/20/rollout-2026-11-20T18-00-00-theirs.jsonl',
      place.worktree,
      AT - 90_000_000,
      AT + 9_000,
    );
    rollout('2026/11/21/rollout-2026-11-21T19-00-02-d.jsonl', place.worktree);
    expect(find({ session: 'theirs' })).toBe(old);
    expect(find({ told: '/told.jsonl' })).toBe('/told.jsonl');
  });

  it('is never a pipe that nobody writes to, and one that is gone is none', () => {
    const ours = rollout('2026/11/21/rollout-2026-11-21T19-00-02-d.jsonl', place.worktree);
    execFileSync('mkfifo', [join(dirname(ours), 'rollout-2026-11-21T19-00-03-e.jsonl')]);
    symlinkSync('/nowhere', join(dirname(ours), 'rollout-2026-11-21T19-00-04-f.jsonl'));
    expect(find({ since: 0 })).toBe(ours);
  });

  it('may be in a folder of its own', () => {
    const root = join(home, 'elsewhere');
    const path = rollout('2026/12/31/rollout-x.jsonl', place.worktree, AT + 1_000, AT + 1_000, root);
    writeFileSync(join(home, 'elsewhere', 'sessions', 'note'), '');
    expect(find({ env: { CODEX_HOME: root } })).toBe(path);
    expect(find()).toBeNull();
  });
});
