import type { z } from 'zod';
import { nearest, type Problem, type ProblemPath, problem, quote } from './problem.ts';

type Issue = z.core.$ZodIssue;

/** What people write for a key that has another name here. */
const SYNONYMS: Readonly<Record<string, readonly string[]>> = {
  dependencies: ['depends_on', 'depends', 'deps', 'needs', 'after', 'requires'],
  description: ['prompt', 'instructions', 'desc', 'goal'],
  completion_gate: ['gate', 'check', 'test'],
  primary_agent: ['agent'],
  workstream_id: ['workstream', 'lane'],
  workstreams: ['lanes'],
  id: ['name', 'task_id'],
  base_branch: ['base'],
  merge_target_branch: ['target', 'target_branch', 'merge_target'],
  parent_workstream_id: ['parent'],
};

const KINDS: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a map (key: value)',
  record: 'a map (key: value)',
  null: 'null',
};

/** What zod found, said for a person. `schema` is the one that refused, for the keys that it allows. */
export function schemaProblems(issues: readonly Issue[], schema: z.core.$ZodType): Problem[] {
  const found = issues.flatMap((issue) => issueProblems(issue, [], schema));
  // `ID: x` is one slip, not an unknown key and a missing one.
  const renamed = new Set(found.filter((p) => p.atKey && p.didYouMean !== null).map((p) => siblingKey(p)));
  return found.filter(
    (p) => !p.message.endsWith(MISSING) || !renamed.has(JSON.stringify(p.path.concat(missingKey(p)))),
  );
}

const MISSING = 'is missing';

function siblingKey(p: Problem): string {
  return JSON.stringify([...p.path.slice(0, -1), p.didYouMean]);
}

function missingKey(p: Problem): string {
  return p.message.slice(1, p.message.indexOf("'", 1));
}

function issueProblems(issue: Issue, above: ProblemPath, schema: z.core.$ZodType): Problem[] {
  const path = [...above, ...issue.path] as (string | number)[];
  switch (issue.code) {
    case 'unrecognized_keys':
      return unknownKeys(issue.keys, path, allowedKeys(schema, path));
    case 'invalid_union':
      return unionProblems(issue, path, schema);
    case 'invalid_value':
      return [wrongValue(issue.input, issue.values.map(String), path)];
    case 'invalid_type':
      return [wrongType(issue.input, [issue.expected], path)];
    case 'too_small':
      return [outOfBounds(issue.origin, `at least ${issue.inclusive ? '' : 'more than '}${issue.minimum}`, path)];
    case 'too_big':
      return [outOfBounds(issue.origin, `at most ${issue.maximum}`, path)];
    default:
      return [problem(path, issue.message, refusalOf(issue))];
  }
}

function refusalOf(issue: Issue): Partial<Problem> {
  const params = issue.code === 'custom' ? issue.params : undefined;
  return { allowed: params?.allowed ?? null, didYouMean: params?.didYouMean ?? null };
}

export function unknownKeys(keys: readonly string[], path: ProblemPath, allowed: readonly string[]): Problem[] {
  return keys.map((key) =>
    problem([...path, key], `unknown key ${quote(key)}`, {
      atKey: true,
      allowed: allowed.length === 0 ? null : allowed.join(', '),
      didYouMean: nearest(key, allowed) ?? renamedKey(key, allowed),
    }),
  );
}

function renamedKey(key: string, allowed: readonly string[]): string | null {
  const lower = key.toLowerCase();
  return allowed.find((name) => SYNONYMS[name]?.includes(lower)) ?? null;
}

/** The option that got furthest says it best; where none took the value at all, they say together what they take. */
function unionProblems(issue: z.core.$ZodIssueInvalidUnion, path: ProblemPath, schema: z.core.$ZodType): Problem[] {
  const options = issue.errors as readonly (readonly Issue[])[];
  const kinds: string[] = [];
  for (const option of options) {
    const refusedWhole = option.find((inner) => inner.path.length === 0 && inner.code === 'invalid_type');
    if (refusedWhole === undefined) return option.flatMap((inner) => issueProblems(inner, path, schema));
    kinds.push((refusedWhole as z.core.$ZodIssueInvalidType).expected);
  }
  return [wrongType(issue.input, kinds, path)];
}

function wrongType(input: unknown, kinds: readonly string[], path: ProblemPath): Problem {
  const expected = [...new Set(kinds.map((kind) => KINDS[kind] ?? kind))].join(' or ');
  if (input === undefined) {
    return problem(path.slice(0, -1), `${quote(String(path.at(-1)))} ${MISSING}`, { allowed: expected });
  }
  return problem(path, `expected ${expected}, found ${describe(input)}`, {
    didYouMean: correction(input, kinds),
  });
}

function wrongValue(input: unknown, values: readonly string[], path: ProblemPath): Problem {
  const allowed = values.join(', ');
  if (typeof input !== 'string') return { ...wrongType(input, ['string'], path), allowed };
  const key = path.findLast((part) => typeof part === 'string') ?? 'value';
  return problem(path, `unknown ${key} ${quote(input)}`, { allowed, didYouMean: nearest(input, values) });
}

function outOfBounds(origin: string, bound: string, path: ProblemPath): Problem {
  if (origin === 'array') return problem(path, 'the list is empty', { allowed: `${bound} item` });
  return problem(path, 'the number is out of bounds', { allowed: bound });
}

function describe(value: unknown): string {
  if (value === null) return 'nothing (null)';
  if (typeof value === 'string') return `the text ${quote(value)}`;
  if (typeof value === 'object') return Array.isArray(value) ? 'a list' : 'a map';
  return typeof value === 'number' ? `the number ${value}` : String(value);
}

/** YAML 1.2 reads `yes` as text and `1` as a number, which surprises people. */
function correction(value: unknown, kinds: readonly string[]): string | null {
  if (kinds.includes('boolean') && typeof value === 'string') {
    if (/^(y|yes|on|true)$/i.test(value)) return 'true';
    if (/^(n|no|off|false)$/i.test(value)) return 'false';
  }
  if (kinds.includes('string') && (typeof value === 'number' || typeof value === 'boolean')) return `"${value}"`;
  if ((kinds.includes('number') || kinds.includes('int')) && typeof value === 'string') {
    return /^\d+(\.\d+)?$/.test(value) ? `${value}, without quotes` : null;
  }
  if (kinds.includes('array') && typeof value === 'string' && /^[\w.-]+$/.test(value)) return `[${value}]`;
  return null;
}

/** The keys that the map at `path` may have. */
function allowedKeys(schema: z.core.$ZodType, path: ProblemPath): string[] {
  let here = [schema];
  for (const part of path) here = here.flatMap((at) => unwrap(at)).flatMap((at) => child(at, part));
  return here.flatMap((at) => unwrap(at)).flatMap((at) => Object.keys(shapeOf(at)));
}

function shapeOf(schema: z.core.$ZodType): Readonly<Record<string, z.core.$ZodType>> {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  return def.type === 'object' ? def.shape : {};
}

function unwrap(schema: z.core.$ZodType): z.core.$ZodType[] {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  if (def.type === 'optional' || def.type === 'nullable') return unwrap(def.innerType);
  return def.type === 'union' ? def.options.flatMap((option) => unwrap(option)) : [schema];
}

function child(schema: z.core.$ZodType, part: string | number): z.core.$ZodType[] {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  if (def.type === 'array') return [def.element];
  if (def.type === 'record') return [def.valueType as z.core.$ZodType];
  const found = shapeOf(schema)[part];
  return found === undefined ? [] : [found];
}
