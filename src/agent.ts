import { COMMANDS } from './agent/commands.ts';
import { parseFlags, usage } from './agent/flags.ts';
import { keepHook } from './agent/hook.ts';
import { Refusal } from './agent/refusal.ts';

/**
 * The agent-side commands. `argv` is the verb and its flags; resolves to the exit code: 0 done, 1 not in this state
 * of the work, 2 wrong usage or environment, 3 a defect of ours.
 */
export async function main(argv: readonly string[]): Promise<number> {
  const [verb = '', ...rest] = argv;
  const command = COMMANDS.find((candidate) => candidate.verb === verb);
  if (command === undefined) return listVerbs(verb);
  const asksHelp = rest.includes('--help') || rest.includes('-h');
  if (verb === 'hook' && !asksHelp) {
    await keepHook(rest);
    return 0;
  }
  if (asksHelp) {
    process.stdout.write(`${usage(command)}\n`);
    return 0;
  }
  try {
    const said = await command.run(parseFlags(command, rest));
    process.stdout.write(`agentrelay: ${said}\n`);
    return 0;
  } catch (error) {
    return report(`agentrelay-${verb}`, error);
  }
}

function listVerbs(verb: string): number {
  const width = Math.max(...COMMANDS.map((command) => command.verb.length));
  const verbs = COMMANDS.map((command) => `  ${command.verb.padEnd(width)}  ${command.summary}`).join('\n');
  const asked = verb === '--help' || verb === '-h';
  const problem = asked || verb === '' ? '' : `agentrelay agent: unknown verb '${verb}'.\n\n`;
  const text = `${problem}Usage: agentrelay agent VERB [flags], or agentrelay-VERB [flags]\n\n${verbs}\n`;
  (asked ? process.stdout : process.stderr).write(text);
  return asked ? 0 : 2;
}

function report(program: string, error: unknown): number {
  if (error instanceof Refusal) {
    process.stderr.write(`${program}: ${error.message}\n`);
    return error.exitCode;
  }
  if ((error as NodeJS.ErrnoException).syscall !== undefined) {
    // A full disk or a missing right is nothing that a stack trace explains.
    process.stderr.write(
      `${program}: nothing was signalled: ${(error as Error).message}. Mend that and run it again.\n`,
    );
    return 1;
  }
  process.stderr.write(`${program}: ${error instanceof Error ? error.stack : String(error)}\n`);
  return 3;
}
