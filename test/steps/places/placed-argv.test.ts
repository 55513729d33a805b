import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AgentCommand } from '../../../src/steps/agent-command.ts';
import { placedArgv } from '../../../src/steps/places/placed-argv.ts';

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'agentrelay-placed-'));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function placed(argv: readonly string[], through?: (argv: readonly string[]) => readonly string[]): string[] {
  const command: AgentCommand = {
    argv,
    files: {},
    cwd: folder,
    env: { PATH: '/bin:/usr/bin' },
    unset: [],
    secrets: () => ({}),
  };
  const options = { runDirectory: folder, exitCodeFile: join(folder, 'exit_code'), sandbox: null };
  return placedArgv(command, through === undefined ? options : { ...options, through });
}

test('the wrapper runs beside the program, whose path is found', () => {
  const [shell, wrapper, file, program, ...rest] = placed(['sh', '-c', 'x']);
  expect([shell, wrapper, file]).toEqual(['/bin/sh', join(folder, 'bin/agent-wrapper'), join(folder, 'exit_code')]);
  expect(program).toMatch(/^\/.*\/sh$/);
  expect(rest).toEqual(['-c', 'x']);
});

test('what an engine runs is started by its client, with the wrapper where the program is', () => {
  const argv = placed(['sh'], (inner) => ['engine', 'run', ...inner]);
  expect(argv.slice(0, 5)).toEqual([
    ...['/bin/sh', join(folder, 'bin/agent-client'), join(folder, 'exit_code')],
    ...['engine', 'run'],
  ]);
  expect(argv.slice(5, 8)).toEqual(placed(['sh']).slice(0, 3));
});

describe('a program that cannot be found is refused', () => {
  test('by its name', () => {
    expect(() => placed(['no-such-program'])).toThrow(
      expect.objectContaining({
        name: 'AgentLaunchError',
        code: 'program_not_found',
        message: expect.stringMatching(/"no-such-program".* PATH, which is .*bin/),
      }),
    );
  });

  test.each([
    ['a path', './no-such-program'],
    ['nothing', ''],
    ['a file that is no program', './plain'],
  ])('by %s', (_, program) => {
    writeFileSync(join(folder, 'plain'), 'no program', { mode: 0o644 });
    expect(() => placed([program])).toThrow(expect.objectContaining({ code: 'program_not_found' }));
  });
});
