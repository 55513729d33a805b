import { afterEach, expect, test } from 'vitest';
import { patchedPreset } from '../../../src/core/frameworks/own-presets.ts';
import type { AgentInvocation } from '../../../src/steps/frameworks/framework.ts';
import { makePreset } from '../../../src/steps/frameworks/make-preset.ts';
import { temporaryFolder } from '../../support/git-repository.ts';
import { writeProgram } from '../../support/path-folder.ts';

const { PATH } = process.env;
afterEach(() => {
  process.env.PATH = PATH;
});

function invocation(worktree: string): AgentInvocation {
  return {
    prompt: 'go',
    instructions: '/i',
    model: null,
    task: 'a',
    attempt: 1,
    command: null,
    approvals: 'ask',
    session: 's',
    folder: '/f',
    bin: '/b',
    worktree,
  };
}

test('the program is the first of its names that is there when an agent starts, else the first', () => {
  const [bin, worktree] = [temporaryFolder(), temporaryFolder()];
  process.env.PATH = bin;
  const preset = makePreset('mine', patchedPreset(null, { program: ['one', './two', 'three'], start: [] }));
  const program = () => preset.argv(invocation(worktree))[0];
  expect(program()).toBe('one');
  writeProgram(bin, 'three', '');
  expect(program()).toBe('three');
  writeProgram(worktree, 'two', '');
  expect(program()).toBe('./two');
  writeProgram(bin, 'one', '');
  expect(program()).toBe('one');
});
