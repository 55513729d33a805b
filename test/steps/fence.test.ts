import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readAttempt } from '../../src/agent/attempt.ts';
import { fenceAttempt, isFenced } from '../../src/steps/fence.ts';

test('the commands of an attempt that was given up refuse to work', () => {
  const folder = mkdtempSync(join(tmpdir(), 'fence-'));
  try {
    const workspace = { branch_name: 'b', integration_branch: 'i' };
    const manifest = { task: { id: 'a' }, execution: { attempt_num: 1 }, workspace };
    writeFileSync(join(folder, 'manifest.json'), JSON.stringify(manifest));
    const env = { AGENTRELAY_SIGNAL_DIR: folder, AGENTRELAY_TOKEN: 't', AGENTRELAY_TASK: 'a', AGENTRELAY_ATTEMPT: '1' };
    expect(readAttempt(env).branch).toBe('b');
    fenceAttempt(folder);
    fenceAttempt(folder);
    expect(isFenced(folder)).toBe(true);
    expect(statSync(join(folder, '.fenced')).mode & 0o777).toBe(0o600);
    expect(() => readAttempt(env)).toThrow(/attempt 1 of task 'a' is over/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
