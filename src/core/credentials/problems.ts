import type { z } from 'zod';
import { asMap } from '../graph/outline.ts';
import { nearest, type Problem, type ProblemPath, problem } from '../graph/problem.ts';
import { SHORTEST_SECRET } from './mask.ts';
import { ACCOUNT_KEYS } from './schema.ts';

type Issue = z.core.$ZodIssue;

/** What may stand where, for those who look for the right key. */
const KEYS: Readonly<Record<number, readonly string[]>> = { 0: ['tiers', 'anthropic'] };
const TIERS = ['read_only', 'standard', 'elevated'];
const VALUE_KEYS = ['file', 'plain'];

const KINDS: Readonly<Record<string, string>> = { string: 'text', object: 'a map', record: 'a map' };
const QUOTED = "in quotes: 'value'; or {file: path}";

/** What zod found, without the values: a slip may have put a secret where a key or another value should be. */
export function schemaProblems(issues: readonly Issue[]): Problem[] {
  return issues.flatMap((issue) => issueProblems(issue, []));
}

function issueProblems(issue: Issue, above: ProblemPath): Problem[] {
  const path = [...above, ...issue.path] as (string | number)[];
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => unknownKey(key, path));
    case 'invalid_union':
      return unionProblems(issue, path);
    case 'invalid_type':
      return [wrongType(issue.input, [issue.expected], path)];
    case 'too_small':
      return [problem(path, 'the text is empty')];
    default:
      return [problem(path, 'is not usable')];
  }
}

/** Shown only where it is a slip of a key that there is. */
function unknownKey(key: string, path: ProblemPath): Problem {
  const allowed = keysAt(path);
  const didYouMean = nearest(key, allowed);
  const message = didYouMean === null ? 'unknown key' : `unknown key '${key}'`;
  return problem([...path, key], message, { atKey: true, allowed: allowed.join(', '), didYouMean });
}

function keysAt(path: ProblemPath): readonly string[] {
  if (path[0] === 'tiers') return path.length === 1 ? TIERS : VALUE_KEYS;
  return path[0] === 'anthropic' ? ACCOUNT_KEYS : (KEYS[path.length] ?? []);
}

/** The option that the value was meant for says it best. */
function unionProblems(issue: z.core.$ZodIssueInvalidUnion, path: ProblemPath): Problem[] {
  const options = issue.errors as readonly (readonly Issue[])[];
  const fitting = options.filter(
    (option) => !option.some((one) => one.code === 'invalid_type' && one.path.length === 0),
  );
  const keys = Object.keys(asMap(issue.input) ?? {});
  const meant = keys.includes('plain') ? fitting.at(-1) : fitting[0];
  if (meant !== undefined) {
    // A key with a slip is not missing as well.
    const slips = meant.filter((one) => one.code === 'unrecognized_keys');
    return (slips.length > 0 ? slips : meant).flatMap((one) => issueProblems(one, path));
  }
  return [wrongType(issue.input, ['string', 'object'], path)];
}

function wrongType(input: unknown, kinds: readonly string[], path: ProblemPath): Problem {
  if (input === undefined) return problem(path.slice(0, -1), `'${String(path.at(-1))}' is missing`);
  const expected = [...new Set(kinds.map((kind) => KINDS[kind] ?? kind))].join(' or ');
  const isScalar = input === null || typeof input !== 'object';
  return problem(path, `expected ${expected}, found ${kindOf(input)}`, {
    allowed: isScalar && kinds.includes('string') ? QUOTED : null,
  });
}

function kindOf(value: unknown): string {
  if (value === null) return 'nothing';
  if (typeof value === 'object') return Array.isArray(value) ? 'a list' : 'a map';
  return value === true || value === false ? 'true or false' : typeof value === 'string' ? 'text' : 'a number';
}

const VARIABLE = /^[A-Za-z_][A-Za-z0-9_]*$/;
const ACCOUNT_NAME = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}$/;
const OWN_NAMES = /^(AGENTRELAY_.*|PATH|HOME|PWD|SHELL|TERM|TMUX|TMUX_PANE|LD_.*|DYLD_.*|file|launched|secrets|code)$/;

/** What no schema says: names of variables and accounts, values that cannot be given or cannot be masked. */
export function contentProblems(top: Readonly<Record<string, unknown>>): Problem[] {
  const tiers = Object.entries(asMap(top.tiers) ?? {}).flatMap(([tier, map]) =>
    Object.entries(asMap(map) ?? {}).flatMap(([name, value]) => variableProblems(name, value, ['tiers', tier, name])),
  );
  const accounts = Object.entries(asMap(top.anthropic) ?? {}).flatMap(([name, value]) =>
    accountProblems(name, asMap(value), ['anthropic', name]),
  );
  return [...tiers, ...accounts];
}

function variableProblems(name: string, value: unknown, path: ProblemPath): Problem[] {
  const problems: Problem[] = [];
  if (!VARIABLE.test(name)) {
    const allowed = 'letters, digits and _, not first a digit; a colon needs a space behind it';
    problems.push(problem(path, 'the key is not the name of a variable', { atKey: true, allowed }));
  } else if (OWN_NAMES.test(name)) {
    problems.push(problem(path, 'the variable is not for credentials', { atKey: true }));
  }
  const plain = asMap(value)?.plain;
  if (typeof plain === 'string' && plain.includes('\0')) problems.push(problem([...path, 'plain'], NUL));
  return typeof value === 'string' ? [...problems, ...secretProblems(value, path)] : problems;
}

const NUL = 'holds a NUL character, which no variable can';

/** What is wrong with a secret, wherever it was read. */
export function secretProblems(value: string, path: ProblemPath): Problem[] {
  if (value.includes('\0')) return [problem(path, NUL)];
  if (value === '' || value.length >= SHORTEST_SECRET) return [];
  const message = `shorter than ${SHORTEST_SECRET} characters, so that it cannot be masked`;
  return [problem(path, message, { allowed: '{plain: value} for what is no secret' })];
}

function accountProblems(name: string, map: Readonly<Record<string, unknown>> | null, path: ProblemPath): Problem[] {
  const problems: Problem[] = [];
  if (!ACCOUNT_NAME.test(name)) {
    const allowed = '1 to 64 of A-Z a-z 0-9 _ . -, not first . or -';
    problems.push(problem(path, 'the key is not a usable name', { atKey: true, allowed }));
  }
  if (map === null) return problems;
  const told = ACCOUNT_KEYS.filter((key) => map[key] !== undefined);
  if (told.length !== 1) {
    const message = told.length === 0 ? 'no credential' : `${told.join(' and ')}: only one of them can be used`;
    problems.push(problem(path, message, { allowed: `one of ${ACCOUNT_KEYS.join(', ')}` }));
  }
  return typeof map.api_key === 'string'
    ? [...problems, ...secretProblems(map.api_key, [...path, 'api_key'])]
    : problems;
}

/** The part of a path that may be shown: a slip may have made a key of a secret. */
export function speakablePath(path: ProblemPath): ProblemPath {
  const end = path.findIndex((part, at) => !isSpeakable(String(part), path[0], at));
  return end === -1 ? path : path.slice(0, end);
}

function isSpeakable(part: string, top: string | number | undefined, depth: number): boolean {
  if (depth === 0) return part === 'tiers' || part === 'anthropic';
  if (top === 'tiers') return depth === 1 ? TIERS.includes(part) : /^[A-Z][A-Z0-9_]*$|^(file|plain)$/.test(part);
  if (depth === 1) return ACCOUNT_NAME.test(part) && part.length <= 32 && !part.startsWith('sk-');
  return ACCOUNT_KEYS.some((key) => key === part);
}
