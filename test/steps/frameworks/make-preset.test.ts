import { execFileSync } from 'node:child_process';
import { afterEach, expect, test } from 'vitest';
import { patchedPreset } from '../../../src/core/frameworks/own-presets.ts';
import { aider } from '../../../src/steps/frameworks/aider.ts';
import { codex } from '../../../src/steps/frameworks/codex.ts';
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

const HOSTILE = `/a "b" \\ $(touch x) it's`;

test('a path between quotes ends none of them, whoever reads it', () => {
  const at = { ...invocation(HOSTILE), folder: HOSTILE, bin: HOSTILE, approvals: 'skip' as const };
  const codexArguments = codex.argv(at);
  const after = (start: string) => codexArguments.find((one) => one.startsWith(start))?.slice(start.length) ?? '';
  expect(JSON.parse(after('notify='))).toEqual([`${HOSTILE}/agentrelay-hook`, 'notify']);
  // TOML writes such texts as JSON does.
  expect(JSON.parse(after('projects=').replaceAll('=', ':').replace('trust_level', '"trust_level"'))).toEqual({
    [HOSTILE]: { trust_level: 'trusted' },
  });
  const command = aider.argv(at).find((one) => one.includes('agentrelay-hook')) ?? '';
  const shell = execFileSync('/bin/sh', ['-c', `printf '%s\\n' ${command}`], { encoding: 'utf8' });
  const [hook, event, data = ''] = shell.split('\n');
  expect([hook, event, JSON.parse(data)]).toEqual([
    `${HOSTILE}/agentrelay-hook`,
    'Waiting',
    { session: 's', transcript: `${HOSTILE}/aider.chat.history.md` },
  ]);
});

test('a path outside of quotes is left as it is, also behind an apostrophe', () => {
  const start = ['--in={worktree}', "it's in {worktree}"];
  const preset = makePreset('mine', patchedPreset(null, { program: ['one'], start }));
  expect(preset.argv(invocation(HOSTILE))).toEqual(['one', `--in=${HOSTILE}`, `it's in ${HOSTILE}`]);
});
