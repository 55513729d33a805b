import { expect, test } from 'vitest';
import { command } from '../../../src/steps/frameworks/command.ts';
import { firstPrompt } from '../../../src/steps/frameworks/framework.ts';

const invocation = {
  prompt: firstPrompt('/run/instructions.md'),
  instructions: '/run/instructions.md',
  model: 'm{task}',
  task: 'build',
  attempt: 2,
  approvals: 'ask',
  session: '00000000-0000-4000-8000-000000000000',
  folder: '/run/signals/build/attempt-2',
  bin: '/run/bin',
  worktree: '/worktree',
} as const;

test('placeholders are replaced in every argument, once, and nothing else is', () => {
  const argv = command.argv({
    ...invocation,
    command: [
      './{task}',
      '{prompt}',
      '{instructions}',
      '-m={model}',
      '{task}.{attempt}{attempt}',
      '{other}',
      '{}',
      '$1',
    ],
  });
  expect(argv).toEqual([
    './build',
    'Read /run/instructions.md and follow it.',
    '/run/instructions.md',
    '-m=m{task}',
    'build.22',
    '{other}',
    '{}',
    '$1',
  ]);
});

test('no model is an empty word', () => {
  expect(command.argv({ ...invocation, model: null, command: ['x', '{model}'] })).toEqual(['x', '']);
});

test.each([null, []])('no command is refused', (argv) => {
  expect(() => command.argv({ ...invocation, command: argv })).toThrow(
    expect.objectContaining({ name: 'AgentLaunchError', code: 'no_command' }),
  );
});
