import { basename } from 'node:path';
import { readHelp } from '../../core/frameworks/help-text.ts';
import { type StartMode, type UnknownArguments, unknownArguments } from '../../core/frameworks/preset-arguments.ts';
import type { PresetData } from '../../core/frameworks/preset-data.ts';
import {
  isProcess,
  missingProgram,
  type PresetUse,
  type PresetUseOptions,
  presetUses,
  taskNames,
} from '../frameworks/preset-use.ts';
import type { FoundProgram } from '../tools/find-program.ts';
import { inTurns } from '../tools/in-turns.ts';
import { askProgram, type ProgramAnswers } from './ask-program.ts';
import { type Finding, findingOf, ok, warn } from './finding.ts';

export interface AgentChecks extends PresetUseOptions {
  /** The person's config file, there or not. */
  readonly configFile: string;
  /** Agents run as root. */
  readonly isRoot: boolean;
  /** Milliseconds for each answer of a program. */
  readonly limit?: number;
}

const LIMIT = 10_000;
const AT_ONCE = 4;

/** The programs of the presets: which are here, in what version, and what of a preset that version does not take. */
export async function checkAgents(checks: AgentChecks): Promise<Finding[]> {
  const turn = inTurns(AT_ONCE);
  const uses = presetUses(checks);
  const found = await Promise.all(
    uses.map(async (use): Promise<Finding[]> => {
      const { program, data, name } = use;
      if (program === null) return absent(use);
      const asked = modesOf(use).includes('headless') ? withHeadlessHelp(data) : data;
      const answers = await askProgram(program, asked, { cwd: checks.root, limit: checks.limit ?? LIMIT, turn });
      const findings = [...troubleFindings(use, program, answers), ...argumentFindings(use, program, answers, checks)];
      const told = findings.length > 0 ? findings : [ok(name, placeOf(program, answers))];
      return [...told, ...rootFindings(use, checks)];
    }),
  );
  const others = uses.filter(({ isMissing, tasks }) => isMissing && tasks.length === 0).map(({ name }) => name);
  return [...found.flat(), ...(others.length === 0 ? [] : [ok('not here', others.join(', '))])];
}

/** One that no task needs is told with the others. */
function absent(use: PresetUse): Finding[] {
  if (!use.isMissing) return [ok(use.name, `${use.data.program.join(' or ')}, looked for in each worktree`)];
  return use.tasks.length === 0 ? [] : [findingOf(use.name, missingProgram(use))];
}

function placeOf({ path }: FoundProgram, { version }: ProgramAnswers): string {
  return `${version ?? 'of an unknown version'}, ${path}`;
}

function troubleFindings({ name, data }: PresetUse, program: FoundProgram, { troubles }: ProgramAnswers): Finding[] {
  if (troubles.length === 0) return [];
  const fix =
    data.install === null
      ? `run it by hand: ${[program.path, ...data.version].join(' ')}`
      : `reinstall it: ${data.install}`;
  return [warn(name, `${program.path}: ${troubles.join('; ')}`, fix)];
}

/** Where no task starts it, as it is started by default. */
function modesOf({ tasks }: PresetUse): StartMode[] {
  const modes = tasks.map((task) => (isProcess(task) ? 'headless' : 'terminal'));
  return tasks.length === 0 ? ['terminal'] : [...new Set(modes)];
}

/** Other modes print other flags. */
function withHeadlessHelp(data: PresetData): PresetData {
  // None where its help does not tell all.
  return data.help.length === 0 ? data : { ...data, help: [...data.help, ...(data.headless?.help ?? [])] };
}

function argumentFindings(
  use: PresetUse,
  program: FoundProgram,
  answers: ProgramAnswers,
  { configFile }: AgentChecks,
): Finding[] {
  const { name, data } = use;
  if (answers.help === null) return [];
  const known = readHelp(basename(program.path), answers.help);
  const place = placeOf(program, answers);
  if (known.flags.size === 0) {
    if (answers.troubles.length > 0) return [];
    const fix = `frameworks: {${name}: {help: [[ARGUMENT]]}} in ${configFile} with what prints its flags, or help: []`;
    return [warn(name, `${place}: its help tells no flags`, fix)];
  }
  const lists = unknownArguments(data, known, modesOf(use));
  if (lists.length === 0) return [];
  const unknown = lists.map((list) => `${list.unknown.join(' ')} (${list.path.join('.')})`).join(', ');
  const version = answers.version ?? 'this version';
  const fix = `in ${configFile}: ${configText(name, lists)} with what ${version} takes; help: [] where it takes these`;
  return [warn(name, `${place}: its help does not know ${unknown}`, fix)];
}

/** As one line of YAML, with the lists as they are. */
function configText(name: string, lists: readonly UnknownArguments[]): string {
  const texts = new Map<string, string[]>();
  for (const { path, args } of lists) {
    const [key = '', ...below] = path;
    const value = JSON.stringify(args);
    texts.set(key, [...(texts.get(key) ?? []), below.length === 0 ? value : `${below.join('.')}: ${value}`]);
  }
  const keys = [...texts].map(([key, [first = '', ...more]]) => {
    return `${key}: ${first.startsWith('[') ? first : `{${[first, ...more].join(', ')}}`}`;
  });
  return `frameworks: {${name}: {${keys.join(', ')}}}`;
}

/** A program that refuses, as root, what the graph asks for ends at its launch. */
function rootFindings({ name, data, tasks }: PresetUse, { isRoot }: AgentChecks): Finding[] {
  const skipping = tasks.filter(({ approvals }) => approvals === 'skip');
  if (!isRoot || skipping.length === 0) return [];
  const environment = { ...process.env, ...data.env };
  const lacks = Object.entries(data.root).filter(([variable, value]) => environment[variable] !== value);
  if (lacks.length === 0) return [];
  const wanted = lacks.map(([variable, value]) => `${variable}=${value}`).join(' ');
  const detail = `you are root, and it refuses ${data.approvals.skip.join(' ')} then (approvals: skip of ${taskNames(skipping)})`;
  return [
    warn(
      name,
      detail,
      `export ${wanted} in a sandbox, where it can harm nothing; else approvals: ask, or another user`,
    ),
  ];
}
