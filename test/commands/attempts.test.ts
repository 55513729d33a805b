import { expect, test } from 'vitest';
import { attempts } from '../../src/commands/attempts.ts';
import type { Fact } from '../../src/core/events.ts';
import { attemptRef } from '../../src/core/names.ts';
import { RecordedRuns } from '../support/recorded-runs.ts';
import { usageFact } from '../support/usage.ts';

const OPTIONS = { task: 'b', full: false };

/** Three attempts, of which the last was merged; each worked on `base`. */
function recordThree(runs: RecordedRuns, commits: readonly (string | null)[]): void {
  const base = runs.repository.commit();
  const facts = commits.flatMap((commit, at): Fact[] => {
    const one = { task: 'b', attempt: at + 1 };
    const begun: Fact[] = [
      { ...one, kind: 'task_started', token_hash: 'h' },
      {
        ...one,
        kind: 'task_prepared',
        branch: 'x',
        base_commit: base,
        worktree: 'w',
        signal_dir: `/s/attempt-${at + 1}`,
      },
      { ...one, kind: 'task_launched', agent: `place:${at + 1}` },
    ];
    if (at === commits.length - 1 && commit !== null) {
      return [
        ...begun,
        { ...one, kind: 'task_signalled', outcome: 'done', commit, commits_ahead: 1 },
        { ...one, kind: 'task_gate_started', round: 1, of: 5 },
        { ...one, kind: 'task_gate_passed', round: 1, of: 5, commit },
        { ...one, kind: 'task_pr_created', pr: 'local:x@c', commit },
        { ...one, kind: 'task_succeeded', status: 'pr_merged', pr: 'local:x@c', commit: 'merge' },
      ];
    }
    const saved: Fact[] =
      commit === null ? [] : [{ ...one, kind: 'task_work_saved', ref: attemptRef(1, 'b', at + 1), commit }];
    return [
      ...begun,
      { ...one, kind: 'task_failed', code: 'agent_failed', error: `no\u0007 ${at + 1}`, failure_class: null },
      ...saved,
      { ...one, kind: 'task_retrying', of: 3 },
    ];
  });
  runs.record('shop', 1, facts);
}

test('shows attempts beside each other, and how each differs from the one before', async () => {
  const runs = new RecordedRuns();
  const base = runs.repository.commit();
  const one = runs.repository.commitFiles(base, { 'a.txt': 'a\nb\nc\n' }, 'write a');
  const two = runs.repository.commitFiles(base, { 'a.txt': 'a\nb\nd\n' }, 'write a');
  recordThree(runs, [null, one, two]);
  const { code, out, err } = await runs.ask(attempts, OPTIONS);
  expect({ code, err }).toEqual({ code: 0, err: [] });
  const rows = out.slice(0, 4).map((line) => line.split(/ {2,}/));
  expect(rows[0]).toEqual(['attempt', 'status', 'started', 'time', 'gate rounds', 'commits', 'tip', 'agent']);
  expect(rows[1]?.slice(0, 2)).toEqual(['1', 'failed']);
  expect(rows[1]?.slice(-2)).toEqual(['0', 'place:1']);
  expect(rows[2]?.slice(-3)).toEqual(['1', one.slice(0, 8), 'place:2']);
  expect(rows[3]?.slice(1, 2)).toEqual(['merged']);
  expect(rows[3]?.slice(-4)).toEqual(['1', '1', two.slice(0, 8), 'place:3']);
  expect(out).toContain('  cause    agent_failed: no  1');
  expect(out).toContain(`  saved    ${attemptRef(1, 'b', 2)} (${one.slice(0, 8)})`);
  expect(out).toContain('  files    /s/attempt-3');
  expect(out).toContain('attempt 1 → 2: no difference to show: attempt 1 has no commits');
  const last = out.slice(out.indexOf('attempt 2 → 3') + 1).map((line) => line.trim());
  expect(last[0]).toMatch(/^1: {2}[0-9a-f]+ ! 1: {2}[0-9a-f]+ write a$/);
  expect(last).toEqual(expect.arrayContaining(['-+c', '++d']));
});

test('what the attempts have used stands beside them where one has told', async () => {
  const runs = new RecordedRuns();
  const of = { task: 'b', attempt: 1 };
  const started = { ...of, kind: 'task_started', token_hash: 'h' } as const;
  runs.record('shop', 1, [started, usageFact(of, 1.5, 2_000)]);
  const { out } = await runs.ask(attempts, OPTIONS);
  expect(out[0]).toMatch(/^attempt {2}status +started +time {2}cost +tokens {2}gate rounds/);
  expect(out[1]).toContain('$1.50  2k');
  expect(out).toContain('  used     $1.50, 2k tokens (out 2k)');
});

test('cuts long differences short unless told', async () => {
  const runs = new RecordedRuns();
  const base = runs.repository.commit();
  const text = (word: string) => Array.from({ length: 300 }, (_, at) => `${at % 2 ? word : 'line'} ${at}\n`).join('');
  const one = runs.repository.commitFiles(base, { 'a.txt': text('one') }, 'write a');
  const two = runs.repository.commitFiles(base, { 'a.txt': text('two') }, 'write a');
  recordThree(runs, [one, two]);
  const short = await runs.ask(attempts, OPTIONS);
  expect(short.out.at(-1)).toMatch(/^ {2}… \d{3} more lines; --full shows them$/);
  const full = await runs.ask(attempts, { ...OPTIONS, full: true });
  expect(full.out.length).toBeGreaterThan(short.out.length + 100);
  expect(full.out.join('\n')).toContain('++two 299');
  const [difference] = JSON.parse((await runs.ask(attempts, { ...OPTIONS, json: true })).out[0] ?? '').differences;
  expect(difference.lines).toHaveLength(200);
  expect(difference.omitted).toBeGreaterThan(100);
});

test('gives all as JSON, and names commits that are gone', async () => {
  const runs = new RecordedRuns();
  const lost = 'f'.repeat(40);
  recordThree(runs, [lost, runs.repository.commitFiles(runs.repository.commit(), { a: 'a' })]);
  const { out } = await runs.ask(attempts, { ...OPTIONS, json: true });
  expect(out).toHaveLength(1);
  const json = JSON.parse(out[0] ?? '');
  expect(json).toMatchObject({ graph: 'shop', run: 1, task: 'b' });
  expect(json.attempts).toMatchObject([
    {
      number: 1,
      status: 'failed',
      failure: { code: 'agent_failed' },
      commits: { tip: lost, count: null, gone: [lost] },
    },
    { number: 2, status: 'pr_merged', signalDir: '/s/attempt-2', commits: { count: 1, gone: [] } },
  ]);
  const missing = `attempt 1: git has no commit ${lost} any more`;
  expect(json.differences).toEqual([{ from: 1, to: 2, lines: [], omitted: 0, missing }]);
  expect((await runs.ask(attempts, OPTIONS)).out.at(-1)).toBe(`attempt 1 → 2: no difference to show: ${missing}`);
});

test('a task that was never started has none', async () => {
  const runs = new RecordedRuns();
  runs.record('shop', 1, []);
  expect((await runs.ask(attempts, OPTIONS)).out).toEqual(['b has not been started']);
  await expect(runs.ask(attempts, { ...OPTIONS, task: 'c' })).rejects.toMatchObject({ name: 'UserError' });
});
