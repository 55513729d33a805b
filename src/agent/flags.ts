import { readFileSync } from 'node:fs';
import { isatty } from 'node:tty';
import { Refusal } from './refusal.ts';

export interface Flag {
  readonly name: string;
  /** The name of the value in the usage line. */
  readonly value: string;
  readonly help: string;
  readonly required?: boolean;
  /** `-` reads the value from standard input. */
  readonly fromStdin?: boolean;
  readonly choices?: readonly string[];
  /** May be given again and again; its values are a list. */
  readonly many?: boolean;
}

/** The word that a command takes beside its flags. */
export interface Argument {
  /** In capitals, as in the usage line; its value is found under it. */
  readonly name: string;
  readonly help: string;
  /** Left out where any word will do. */
  readonly choices?: readonly string[];
}

export interface AgentCommand {
  readonly verb: string;
  /** One line. */
  readonly summary: string;
  /** More about it, after the flags in `--help`. */
  readonly notes?: string;
  readonly argument?: Argument;
  readonly flags: readonly Flag[];
  /** Resolves to what the agent is told; throws `Refusal`. */
  run(flags: FlagValues): Promise<string> | string;
}

export type FlagValues = Readonly<Record<string, string | readonly string[] | undefined>>;

/**
 * `--flag VALUE` and `--flag=VALUE`. Not `util.parseArgs`: that takes a value which starts with `-`, such as the
 * first item of a Markdown list, for another flag.
 */
export function parseFlags(command: AgentCommand, argv: readonly string[]): FlagValues {
  const values: Record<string, string> = {};
  const lists: Record<string, string[]> = {};
  for (let i = 0; i < argv.length; i += 1) {
    const word = argv[i] ?? '';
    if (takesWord(command, word, values)) continue;
    const equals = word.indexOf('=');
    const flag = flagNamed(command, word, equals);
    if (equals < 0) i += 1;
    const text = textOf(command, flag, equals < 0 ? argv[i] : word.slice(equals + 1));
    if (flag.many) lists[flag.name] = [...(lists[flag.name] ?? []), text];
    else if (values[flag.name] !== undefined) throw wrongUsage(command, `--${flag.name} is given twice`);
    else values[flag.name] = text;
  }
  const { argument } = command;
  if (argument !== undefined) requireArgument(command, argument, values[argument.name]);
  for (const flag of command.flags) requireValue(command, flag, flag.many ? lists[flag.name]?.[0] : values[flag.name]);
  return { ...values, ...lists };
}

function textOf(command: AgentCommand, flag: Flag, value: string | undefined): string {
  if (value === undefined) throw wrongUsage(command, `--${flag.name} needs a value`);
  return flag.fromStdin && value === '-' ? readStdin(command, flag) : value;
}

function takesWord({ argument }: AgentCommand, word: string, values: Record<string, string>): boolean {
  if (argument === undefined || word.startsWith('-') || values[argument.name] !== undefined) return false;
  values[argument.name] = word;
  return true;
}

function flagNamed(command: AgentCommand, word: string, equals: number): Flag {
  const name = equals < 0 ? word : word.slice(0, equals);
  const flag = command.flags.find((candidate) => `--${candidate.name}` === name);
  if (flag === undefined) throw wrongUsage(command, unknownArgument(word, name));
  return flag;
}

export function usage(command: AgentCommand): string {
  const words = command.flags.map((flag) => {
    const word = `--${flag.name} ${flag.choices?.join('|') ?? flag.value}`;
    return `${flag.required ? word : `[${word}]`}${flag.many ? '...' : ''}`;
  });
  const { argument } = command;
  const name = [`agentrelay-${command.verb}`, ...(argument === undefined ? [] : [argument.name])];
  const lines = [`Usage: ${[...name, ...words].join(' ')}`, '', command.summary];
  if (argument !== undefined) {
    const { help, choices } = argument;
    lines.push('', `  ${argument.name}  ${choices === undefined ? help : `${help}: ${choices.join(', ')}`}`);
  }
  if (command.flags.length > 0) lines.push('');
  const width = Math.max(0, ...command.flags.map((flag) => flag.name.length + flag.value.length + 1));
  for (const flag of command.flags) {
    const stdin = flag.fromStdin ? " ('-': read from standard input)" : '';
    lines.push(`  --${`${flag.name} ${flag.value}`.padEnd(width)}  ${flag.help}${stdin}`);
  }
  if (command.notes !== undefined) lines.push('', command.notes);
  return lines.join('\n');
}

function requireArgument(command: AgentCommand, { name, choices }: Argument, value: string | undefined): void {
  if (value === undefined) throw wrongUsage(command, `${name} is missing`);
  if (choices !== undefined && !choices.includes(value)) {
    throw wrongUsage(command, `${name} is '${value.slice(0, 60)}', which is none of ${choices.join(', ')}`);
  }
}

function requireValue(command: AgentCommand, flag: Flag, value: string | undefined): void {
  if (value === undefined) {
    if (flag.required) throw wrongUsage(command, `--${flag.name} is missing`);
    return;
  }
  if (flag.required && value.trim() === '') throw wrongUsage(command, `--${flag.name} is empty`);
  if (flag.choices !== undefined && !flag.choices.includes(value)) {
    throw wrongUsage(command, `--${flag.name} is '${value}', which is none of ${flag.choices.join(', ')}`);
  }
}

function unknownArgument(argument: string, name: string): string {
  return name.startsWith('-') ? `unknown flag ${name}` : `unexpected argument '${argument.slice(0, 60)}'`;
}

function wrongUsage(command: AgentCommand, problem: string): Refusal {
  return new Refusal(2, `${problem}.\n\n${usage(command)}`);
}

function readStdin(command: AgentCommand, flag: Flag): string {
  // In an agent's pane standard input is the keyboard, and nobody is there to type.
  if (isatty(0))
    throw wrongUsage(command, `--${flag.name} - reads standard input, which is a terminal: pipe the text in`);
  return readFileSync(0, 'utf8');
}
