import { statSync } from 'node:fs';
import { basename, dirname, extname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { UserError } from '../core/errors.ts';
import { idLike } from '../core/names.ts';
import { findRepository } from '../steps/preflight.ts';
import { createFileAtomic, makeFolder } from '../steps/tools/atomic-file.ts';
import type { Io } from './io.ts';
import { loadOwnSettings } from './own-settings.ts';
import { commandText } from './shell-text.ts';
import { starterFacts } from './starter-facts.ts';
import { type StarterFacts, starterGraph } from './starter-graph.ts';

export interface InitOptions {
  /** From the target's folder; null is `graph.yaml`. */
  readonly file: string | null;
  readonly targetRepo: string;
  readonly configModule: string | null;
  readonly json: boolean;
}

/** Writes a graph to begin with, made for the repository and this machine; never over a file. Resolves to the exit code. */
export async function init(options: InitOptions, io: Pick<Io, 'out' | 'err'>): Promise<number> {
  const { root } = await findRepository(options.targetRepo);
  const { extensions } = await loadOwnSettings(root, options.configModule);
  const path = pathOf(options);
  const facts = await starterFacts(root, nameOf(path, root), extensions);
  write(path, starterGraph(facts));
  if (facts.missing !== null) io.err(`agentrelay: ${facts.missing}`);
  if (options.json) io.out(JSON.stringify(toldOf(path, facts)));
  else for (const line of linesOf(path, facts, options)) io.out(line);
  return 0;
}

const USUAL_FILE = 'graph';
const EXTENSIONS = ['.yaml', '.yml'];

function pathOf({ file, targetRepo }: InitOptions): string {
  const asked = resolve(targetRepo, file ?? USUAL_FILE);
  const isFolder = file !== null && (/[/\\]$/.test(file) || isDirectory(asked));
  const path = isFolder ? join(asked, USUAL_FILE) : asked;
  return EXTENSIONS.includes(extname(path)) ? path : `${path}.yaml`;
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

/** Two graphs of a repository need two names: whoever names the file has named the graph. */
function nameOf(path: string, root: string): string {
  const file = basename(path, extname(path));
  return idLike(file === USUAL_FILE ? basename(root) : file) ?? USUAL_FILE;
}

function write(path: string, text: string): void {
  try {
    makeFolder(dirname(path));
    if (createFileAtomic(path, text)) return;
  } catch (error) {
    if (!['ENOTDIR', 'EEXIST'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    throw new UserError(`${dirname(path)} cannot be a folder: there is a file`, {
      hint: 'name a file in another folder: agentrelay init FILE',
      cause: error,
    });
  }
  throw new UserError(`${path} is there already, and nothing was changed`, {
    hint: 'name another file: agentrelay init FILE',
  });
}

function toldOf(file: string, { name, framework, missing, branch, project, sandboxMounts }: StarterFacts): object {
  return {
    file,
    name,
    framework,
    installed: missing === null,
    base_branch: branch,
    completion_gate: project.gate,
    setup: project.setup,
    bwrap: sandboxMounts !== null,
  };
}

function linesOf(path: string, { name, framework }: StarterFacts, { targetRepo }: InitOptions): string[] {
  const target = targetRepo === '.' ? [] : ['-t', targetRepo];
  const command = (verb: string) => commandText(['agentrelay', verb, shortPath(path), ...target]);
  const next = [
    ['validate', 'is it in order? every problem, with its place'],
    ['check', 'what does it need that is not here?'],
    ['dry-run', 'what would run, and in which order?'],
    ['run', 'runs it; tui instead of run has the dashboard'],
  ] as const;
  const width = Math.max(...next.map(([verb]) => command(verb).length));
  return [
    `${shortPath(path)} is written: graph ${name}, for ${framework}. Put your own tasks in it, then:`,
    ...next.map(([verb, does]) => `  ${command(verb).padEnd(width)}  # ${does}`),
  ];
}

/** From the folder that we are in, where it is below that. */
function shortPath(path: string): string {
  const short = relative(process.cwd(), path);
  if (isAbsolute(short) || short.startsWith(`..${sep}`)) return path;
  return short.startsWith('-') ? `./${short}` : short;
}
