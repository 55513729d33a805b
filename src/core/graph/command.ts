import type { Command } from './graph.ts';

/** A line is for the shell, a list is run as it is. */
export function commandArgv(command: Command): readonly string[] {
  return typeof command === 'string' ? ['/bin/sh', '-c', command] : command;
}
