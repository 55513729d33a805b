import { z } from 'zod';
import { ID_PATTERN, idProblem } from '../names.ts';
import { DURATION_FORM, parseDuration } from './duration.ts';
import { quote } from './problem.ts';
import {
  branchProblem,
  commandTextProblem,
  lineProblem,
  pathProblem,
  proseProblem,
  sessionProblem,
} from './safe-text.ts';

/** The texts of the graph file, each made safe for what it becomes. Nothing is transformed: `build.ts` does that. */

type TextCheck = (text: string) => string | null;

interface Refusal {
  readonly message: string;
  readonly allowed?: string;
  readonly didYouMean?: string | null;
}

/** A text that `refuse` may refuse; its words reach the person through the issue's `params`. */
function refusable(refuse: (text: string) => Refusal | null): z.ZodString {
  return z.string().superRefine((text, context) => {
    const refusal = refuse(text);
    if (refusal === null) return;
    context.addIssue({ code: 'custom', message: refusal.message, params: { ...refusal } });
  });
}

function text(check: TextCheck): z.ZodString {
  return refusable((value) => {
    const why = check(value);
    return why === null ? null : { message: value === '' ? 'the text is empty' : `${quote(value)} ${why}` };
  });
}

const ID_FORM = '1 to 64 of A-Z a-z 0-9 _ . -, not first . or -, no .. or --, not ending in . or .lock';

function usableId(value: string): string | null {
  const id = value
    .replace(/[^A-Za-z0-9_.-]+/g, '-')
    .replace(/\.\.+/g, '.')
    .replace(/--+/g, '-')
    .replace(/^[.-]+|[.-]+$/g, '')
    .slice(0, 40);
  return idProblem(id) === null ? id : null;
}

export const id = refusable((value) => {
  if (idProblem(value) === null) return null;
  return { message: `${quote(value)} is not a usable id`, allowed: ID_FORM, didYouMean: usableId(value) };
}).meta({ pattern: ID_PATTERN.source });

export const category = refusable((value) =>
  ID_PATTERN.test(value)
    ? null
    : { message: `${quote(value)} is not a usable category`, allowed: '1 to 64 of A-Z a-z 0-9 _ . -' },
);

export const line = text(lineProblem);
export const prose = text(proseProblem);
export const branch = text(branchProblem);
export const session = text(sessionProblem);
export const repositoryPath = text(pathProblem);
export const program = text((name) =>
  /^[A-Za-z0-9_][A-Za-z0-9_.+-]*$/.test(name) ? null : 'is not the name of a program on PATH',
);
export const memory = refusable((value) =>
  /^[1-9]\d{0,11}[bkmg]?$/i.test(value) ? null : { message: `${quote(value)} is not a size`, allowed: '512m, 4g' },
);

/** One or several paths. */
export const paths = z.union([repositoryPath, z.array(repositoryPath)]);

const shellLine = text(commandTextProblem);
const argument = text(proseProblem);
export const argv = z.array(argument).min(1);
export const command = z.union([shellLine, argv]);
/** A shell line, or a list in which each item is a shell line or an argv list. */
export const commands = z.union([shellLine, z.array(command)]);

export const duration = z.union([z.number(), z.string()]).superRefine((value, context) => {
  if (parseDuration(value) !== null) return;
  const shown = typeof value === 'number' ? String(value) : quote(value);
  const message = `${shown} is not a usable duration`;
  context.addIssue({ code: 'custom', message, params: { message, allowed: DURATION_FORM } });
});

export function count(min: number, max: number): z.ZodInt {
  return z.int().min(min).max(max);
}
