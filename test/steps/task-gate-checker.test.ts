import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Command } from '../../src/core/graph/graph.ts';
import { CommandGateChecker } from '../../src/steps/task-gate-checker.ts';
import { makeAttempt } from '../support/attempt.ts';
import { GitRepository } from '../support/git-repository.ts';
import { PLAIN_COMMANDS } from '../support/plain-commands.ts';

const BRANCH = 'agentrelay/graph/task';

function ready(completionGate: Command, timeoutMs: number | null = null) {
  const repository = new GitRepository();
  const path = repository.worktree(BRANCH);
  const attempt = makeAttempt(repository.folder, { spec: { completionGate, timeoutMs }, attempt: 2 });
  const commit = repository.commit(BRANCH);
  Object.assign(attempt.runtime.state, { worktreePath: path, branchName: BRANCH, commit });
  const checker = new CommandGateChecker({ worktrees: repository.worktrees, commands: PLAIN_COMMANDS });
  const outputFile = join(attempt.signalDir, 'gate_last_output.txt');
  return { ...attempt, repository, path, checker, outputFile, output: () => readFileSync(outputFile, 'utf8') };
}

test('a line runs in a shell in the worktree, and tells what it is for', async () => {
  const { checker, runtime, path, output, outputFile } = ready(
    'pwd && echo "$AGENTRELAY_TASK $AGENTRELAY_ATTEMPT" | cat',
  );
  expect(await checker.check(runtime)).toEqual({ passed: true, exitCode: 0, outputFile });
  expect(output()).toBe(`${path}\ntask 2\n`);
});

test('a list runs as it is', async () => {
  const { checker, runtime, output } = ready(['printf', '%s|', 'a b', '$HOME', '*']);
  expect(await checker.check(runtime)).toMatchObject({ passed: true });
  expect(output()).toBe('a b|$HOME|*|');
});

test.each<[string, Command, number]>([
  ['exits', 'echo out; echo err >&2; exit 3', 3],
  ['is not there', ['no-such-program-at-all'], 127],
  ['is no shell', 'if then', 2],
])('fails when it %s', async (_name, gate, exitCode) => {
  const { checker, runtime, outputFile } = ready(gate);
  expect(await checker.check(runtime)).toEqual({ passed: false, exitCode, outputFile });
});

test('keeps only the last output', async () => {
  const { checker, runtime, output, path, repository } = ready('cat README.md');
  await checker.check(runtime);
  repository.write('README.md', 'short', path);
  repository.in(path, 'commit', '-qam', 'short');
  runtime.state.commit = repository.commit(BRANCH);
  await checker.check(runtime);
  expect(output()).toBe('short');
});

test('is ended by the time limit, and when it is called off', async () => {
  const late = ready('sleep 60', 100);
  expect(await late.checker.check(late.runtime)).toMatchObject({ passed: false, exitCode: null });
  const called = ready('sleep 60');
  const result = called.checker.check(called.runtime);
  called.leave.abort('cancel');
  expect(await result).toMatchObject({ passed: false, exitCode: null });
});

test('what it leaves in the tree is saved and goes; what is ignored stays', async () => {
  const { checker, runtime, repository, path, facts } = ready('echo x >left; echo y >README.md; echo z >a.log');
  repository.write('.git/info/exclude', '*.log\n');
  expect(await checker.check(runtime)).toMatchObject({ passed: true });
  expect(repository.in(path, 'status', '--porcelain')).toBe('');
  expect(readFileSync(join(path, 'a.log'), 'utf8')).toBe('z\n');
  expect(facts).toMatchObject([{ kind: 'task_work_saved', ref: 'refs/agentrelay/backup/1/1' }]);
  expect(repository.tree('refs/agentrelay/backup/1/1')).toEqual({ 'README.md': '100644 y\n', left: '100644 x\n' });
});

test.each<[string, string, string]>([
  ['moves the branch', 'git commit -q --allow-empty -m sneaky', 'moved_under_gate'],
  ['leaves the branch', 'git checkout -q --detach', 'wrong_branch'],
  ['removes .git', 'rm .git', 'moved_under_gate'],
])('fails the task when it %s', async (_name, gate, code) => {
  const { checker, runtime } = ready(gate);
  await expect(checker.check(runtime)).rejects.toMatchObject({ name: 'SignalError', code });
});
