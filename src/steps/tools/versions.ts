import { UserError } from '../../core/errors.ts';
import { exec, ToolError } from './exec.ts';

export interface ToolRequirement {
  readonly program: string;
  readonly args: readonly string[];
  /** `[major, minor]`. */
  readonly atLeast: readonly [number, number];
  readonly install: string;
}

export const GIT: ToolRequirement = {
  program: 'git',
  args: ['--version'],
  atLeast: [2, 38],
  install: 'apt-get install git',
};

export const TMUX: ToolRequirement = {
  program: 'tmux',
  args: ['-V'],
  atLeast: [3, 2],
  install: 'apt-get install tmux',
};

export const GH: ToolRequirement = {
  program: 'gh',
  args: ['--version'],
  atLeast: [2, 23],
  install: 'apt-get install gh, or https://cli.github.com',
};

/** The version that is there, such as `2.39.5`. Throws `UserError` when the program is missing or too old. */
export async function requireTool(requirement: ToolRequirement): Promise<string> {
  const { program, args, atLeast, install } = requirement;
  const wanted = atLeast.join('.');
  const { stdout } = await exec(program, args).catch((error: unknown) => {
    if (!(error instanceof ToolError)) throw error;
    if (error.exitCode !== null) {
      throw new UserError(`${program} is installed and does not run: ${error.message}`, {
        hint: install,
        cause: error,
      });
    }
    throw new UserError(`${program} is not installed; agentrelay needs ${program} ${wanted} or newer`, {
      hint: install,
      cause: error,
    });
  });
  const found = /(\d+)\.(\d+)[\w.]*/.exec(stdout);
  const [major, minor] = [Number(found?.[1] ?? 0), Number(found?.[2] ?? 0)];
  if (major > atLeast[0] || (major === atLeast[0] && minor >= atLeast[1])) return found?.[0] ?? '';
  throw new UserError(`${stdout.trim().split('\n')[0]} is too old; agentrelay needs ${program} ${wanted} or newer`, {
    hint: install,
  });
}
