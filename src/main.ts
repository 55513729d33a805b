import { fileURLToPath } from 'node:url';
import { Command, CommanderError } from 'commander';
import manifest from '../package.json' with { type: 'json' };
import { processIo } from './commands/io.ts';
import { COMMANDS } from './commands/table.ts';
import { isStepError, UserError } from './core/errors.ts';
import { JournalError } from './core/event-log.ts';
import { STORAGE_HINTS, storageFailureOf } from './core/storage-failure.ts';

const USAGE_ERROR = 2;
const DEFECT = 3;

/** Runs one command line; resolves to the exit code. */
export async function main(argv: readonly string[]): Promise<number> {
  const io = processIo();
  let exitCode = 0;
  const program = new Command('agentrelay')
    .description(manifest.description)
    .version(manifest.version, '-V, --version')
    .showHelpAfterError('(agentrelay --help lists the commands)')
    .exitOverride();
  const agent = async (flags: readonly string[]) => (await import('./agent.ts')).main(flags);
  const context = { io, agentScript: agentScript(), agent };
  for (const define of COMMANDS) {
    define(program, async (run) => {
      exitCode = await run(context);
    });
  }
  try {
    await program.parseAsync(argv, { from: 'user' });
    return exitCode;
  } catch (error) {
    return report(error, io.err);
  }
}

function report(error: unknown, err: (line: string) => void): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : USAGE_ERROR;
  if (error instanceof UserError) {
    err(`agentrelay: ${error.message}`);
    if (error.hint !== null) err(`  → ${error.hint}`);
    return USAGE_ERROR;
  }
  const storage = storageFailureOf(error);
  if (error instanceof Error && (error instanceof JournalError || storage !== null)) {
    const hint = error instanceof JournalError ? error.hint : storage && STORAGE_HINTS[storage];
    err(`agentrelay: ${error.message}`);
    if (hint !== null) err(`  → ${hint}`);
    return DEFECT;
  }
  // A part of the world that a run cannot go on without, such as a tmux that cannot be reached.
  if (isStepError(error)) {
    err(`agentrelay: ${error.message}`);
    err('  → the run is as it was; once that is mended, the same command goes on with it');
    return DEFECT;
  }
  err(`agentrelay: a defect of agentrelay, please report it:\n${error instanceof Error ? error.stack : String(error)}`);
  return DEFECT;
}

/** Beside this file: bundled as scripts, or the sources themselves. */
function agentScript(): string {
  const name = import.meta.url.endsWith('.ts') ? './agent/run.ts' : './agent-run.js';
  return fileURLToPath(new URL(name, import.meta.url));
}
