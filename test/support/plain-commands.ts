import type { CommandRunner } from '../../src/steps/places/command-runner.ts';
import { execToFile } from '../../src/steps/tools/exec.ts';

/** Runs the commands of the graph file here and as they are. */
export const PLAIN_COMMANDS: CommandRunner = {
  run: (_runtime, { purpose: _, argv, ...options }) => execToFile(argv, options),
};
