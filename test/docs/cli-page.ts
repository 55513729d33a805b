import { Command, type Option } from 'commander';
import { COMMANDS as AGENT_COMMANDS } from '../../src/agent/commands.ts';
import { usage } from '../../src/agent/flags.ts';
import { COMMANDS } from '../../src/commands/table.ts';

const INTRODUCTION = `# The command line

<!-- Made by test/docs/generate.ts from src/commands/table.ts and src/agent/commands.ts; edit those. -->

\`agentrelay COMMAND --help\` says the same. Answers go to standard output; notes, warnings and errors to standard error.
No colours where that is not a terminal, or with \`NO_COLOR\` set.

| exit code | meaning |
|---|---|
| 0 | succeeded |
| 1 | the run completed with failures |
| 2 | wrong usage, a bad graph or config module, or the run could not start; nothing was changed |
| 3 | an internal error: of a task under fail-fast, or a defect of agentrelay |
| 4 | the run waits for a person: a lane must be merged by hand before others can start |
| 130 | interrupted or cancelled; the same command goes on with the run |

In a run the first Ctrl-C starts no more tasks and waits for those at work; the second stops them and saves their work.
SIGTERM and a closed terminal leave at once, with the agents alive; the next start ends them and starts their tasks anew.
`;

const AGENT_INTRODUCTION = `## The commands of agents

On the \`PATH\` of every agent; \`agentrelay agent VERB\` is the same. They read the \`AGENTRELAY_*\` variables of their
environment and work only there. Exit codes: 0 done, 1 not in this state of the work, 2 wrong usage or environment,
3 a defect of agentrelay.
`;

/** docs/cli.md. */
export function cliPage(): string {
  const program = new Command('agentrelay');
  for (const define of COMMANDS) define(program, async () => {});
  const run = program.commands.find((command) => command.name() === 'run');
  const shown = program.commands.filter((command) => command.name() !== 'agent');
  const commands = shown.map((command) => section(command, run));
  const verbs = AGENT_COMMANDS.map(
    (command) => `### agentrelay-${command.verb}\n\n\`\`\`\n${usage(command)}\n\`\`\`\n`,
  );
  return [INTRODUCTION, ...commands, AGENT_INTRODUCTION, ...verbs].join('\n');
}

function section(command: Command, run: Command | undefined): string {
  const words = command.registeredArguments.map((argument) => {
    const name = argument.name().toUpperCase();
    return argument.required ? ` ${name}` : ` [${name}]`;
  });
  const rows = command.options.map(row);
  const common = run === undefined || run === command ? [] : run.options.map(row);
  const isRun = common.length > 0 && common.every((line) => rows.includes(line));
  const own = isRun ? rows.filter((line) => !common.includes(line)) : rows;
  const note = isRun ? ['', 'The flags of `agentrelay run`, and:'] : [];
  const table = own.length === 0 ? [] : [...note, '', '| flag | what it does |', '|---|---|', ...own];
  const title = `## agentrelay ${command.name()}${words.join('')}`;
  return [title, '', sentence(command.description()), ...table, ''].join('\n');
}

function row(option: Option): string {
  const choices =
    option.argChoices === undefined ? '' : `: ${option.argChoices.map((word) => `\`${word}\``).join(' ')}`;
  const fallback = ['string', 'number'].includes(typeof option.defaultValue)
    ? ` (default \`${option.defaultValue}\`)`
    : '';
  return `| \`${option.flags}\` | ${`${option.description}${choices}${fallback}`.replaceAll('|', '\\|')} |`;
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
