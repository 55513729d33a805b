import { commandArgv } from '../graph/command.ts';
import { PLACEHOLDER } from '../graph/command-template.ts';
import type { Command } from '../graph/graph.ts';
import { type Problem, type ProblemPath, problem } from '../graph/problem.ts';

/** What a person is told. Its texts are of agents and graph files: nobody is to run them. */
export interface Notification {
  readonly title: string;
  readonly text: string;
}

const PLACEHOLDERS = ['title', 'text'];

/** Texts go into the arguments of a list, but never into a shell line. */
export function notifyProblems(command: Command, path: ProblemPath): Problem[] {
  const parts = typeof command === 'string' ? [command] : command;
  return parts.flatMap((part, at) =>
    [...part.matchAll(PLACEHOLDER)].flatMap(([whole, name = '']) =>
      placeholderProblem(command, [...path], at, whole, name),
    ),
  );
}

function placeholderProblem(command: Command, path: ProblemPath, at: number, whole: string, name: string): Problem[] {
  if (typeof command !== 'string') {
    if (PLACEHOLDERS.includes(name)) return [];
    return [problem([...path, at], `unknown placeholder '${whole}'`, { allowed: '{title} {text}' })];
  }
  if (!PLACEHOLDERS.includes(name)) return [];
  const message = `${whole} in a shell line would be run as a part of it`;
  const variable = `"$AGENTRELAY_${name.toUpperCase()}"`;
  return [problem(path, message, { allowed: `${variable}, or a list such as [notify-send, '{title}', '{text}']` })];
}

/** What is to be run for a notification; `{title}` and `{text}` are whole arguments or parts of them. */
export function notifyCommand(
  command: Command,
  told: Notification,
): { readonly argv: readonly string[]; readonly env: Readonly<Record<string, string>> } {
  const env = { AGENTRELAY_TITLE: told.title, AGENTRELAY_TEXT: told.text };
  if (typeof command === 'string') return { argv: commandArgv(command), env };
  const filled = command.map((part) =>
    part.replace(PLACEHOLDER, (whole: string, name: string) =>
      name === 'title' || name === 'text' ? told[name] : whole,
    ),
  );
  return { argv: filled, env };
}
