import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Command } from '../../../src/core/graph/graph.ts';
import { runAttemptCommands } from '../../../src/steps/surroundings/attempt-commands.ts';
import { makeAttempt } from '../../support/attempt.ts';
import { GitRepository } from '../../support/git-repository.ts';
import { PLAIN_COMMANDS } from '../../support/plain-commands.ts';

function ready(timeoutMs: number | null = null) {
  const { folder, root } = new GitRepository();
  const attempt = makeAttempt(folder, { spec: { timeoutMs }, attempt: 2 });
  const run = (...commands: Command[]) =>
    runAttemptCommands(attempt.runtime, {
      runner: PLAIN_COMMANDS,
      phase: 'setup',
      commands,
      worktree: root,
      repository: '/repository',
    });
  const output = () => readFileSync(join(attempt.signalDir, 'setup.log'), 'utf8');
  return { ...attempt, root, run, output };
}

test('runs lines in a shell and lists as they are, one after the other, and keeps what they print', async () => {
  const { run, output, facts, signalDir, root } = ready();
  await run('pwd; echo "$AGENTRELAY_TASK $AGENTRELAY_ATTEMPT $AGENTRELAY_REPOSITORY"', ['printf', '%s\n', '$HOME *']);
  expect(output()).toBe(
    '$ pwd; echo "$AGENTRELAY_TASK $AGENTRELAY_ATTEMPT $AGENTRELAY_REPOSITORY"\n' +
      `${root}\ntask 2 /repository\n$ printf %s\n $HOME *\n$HOME *\n`,
  );
  expect(facts).toMatchObject([
    { kind: 'task_command_started', phase: 'setup', number: 1, of: 2 },
    { kind: 'task_command_ended', number: 1, exit_code: 0, output: join(signalDir, 'setup.log') },
    { kind: 'task_command_started', number: 2, of: 2 },
    { kind: 'task_command_ended', number: 2, exit_code: 0 },
  ]);
});

test.each([
  ['a link', (path: string, elsewhere: string) => symlinkSync(elsewhere, path)],
  ['a pipe', (path: string) => execFileSync('mkfifo', [path])],
  ['a folder', (path: string) => mkdirSync(join(path, 'x'), { recursive: true })],
])('%s that an agent has put where the output is kept is written through by nobody', async (_, put) => {
  const { run, output, signalDir, root } = ready();
  const elsewhere = join(root, 'elsewhere');
  writeFileSync(elsewhere, 'kept');
  put(join(signalDir, 'setup.log'), elsewhere);
  await run('echo said');
  expect([output(), readFileSync(elsewhere, 'utf8')]).toEqual(['$ echo said\nsaid\n', 'kept']);
});

test('the first that fails ends it, and says where its output is', async () => {
  const { run, output, facts } = ready();
  await expect(run('exit 3', 'echo never')).rejects.toMatchObject({
    code: 'setup_failed',
    failureClass: 'expected_task_failure',
    message: expect.stringMatching(/"exit 3" exited with 3; its output: .*setup\.log$/),
  });
  expect(output()).toBe('$ exit 3\n');
  expect(facts.at(-1)).toMatchObject({ kind: 'task_command_ended', exit_code: 3 });
});

test('its time limit ends it, with all that it has started', async () => {
  const { run } = ready(100);
  await expect(run('sleep 60 & sleep 60')).rejects.toThrow('was ended after 0.1 s');
});

test('an attempt that is called off ends it', async () => {
  const { run, leave } = ready();
  const end = run('sleep 60');
  leave.abort('cancel');
  await expect(end).rejects.toBe('cancel');
});

test('no commands are no log and no event', async () => {
  const { run, facts } = ready();
  await run();
  expect(facts).toEqual([]);
});
