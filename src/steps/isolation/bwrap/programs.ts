import { accessSync, closeSync, constants, existsSync, openSync, readSync, statSync } from 'node:fs';
import { basename, dirname, extname, join, relative } from 'node:path';
import { findProgram } from '../../tools/find-program.ts';
import { isInside } from '../../tools/git-processes.ts';
import type { Sight } from './view.ts';
import { wayTo } from './way.ts';

/** Where a program's interpreter is looked for, and folders that are never shown as a whole with what is in them. */
export interface ProgramPlaces {
  readonly searchPath: string;
  readonly closed: readonly string[];
}

/** An interpreter of an interpreter ends it. */
const MAX_DEPTH = 3;

/** What of the machine a program needs to be started: its links, its files, and those of its interpreter. */
export function programSights(path: string, places: ProgramPlaces, depth = 0): Sight[] {
  const way = wayTo(path);
  if (way === null) return [];
  const links = way.links.map((link) => ({ kind: 'link', ...link }) as const);
  const isOpen = (file: string) => !places.closed.some((closed) => isInside(closed, file));
  const shown = filesOf(way.real, way.links.length > 0).flatMap((file) => {
    return isOpen(file) ? [file] : partsOf(file, way.real).filter(isOpen);
  });
  const interpreter = depth < MAX_DEPTH ? interpreterOf(way.real, places.searchPath) : null;
  return [
    ...links,
    ...[way.real, ...shown].map((file) => ({ kind: 'show', path: file }) as const),
    ...(interpreter === null ? [] : programSights(interpreter, places, depth + 1)),
  ];
}

/** Folders that belong to a program, those that are there; `isLinked` where it is found by a link to it. */
function filesOf(real: string, isLinked: boolean): string[] {
  const folder = dirname(real);
  const modules = real.indexOf('/node_modules/');
  // All that is installed together: a package may need those beside it.
  if (modules !== -1) return [real.slice(0, modules + '/node_modules'.length)];
  const library = join(dirname(folder), 'lib');
  if (/^node/.test(basename(real)) && existsSync(join(library, 'node_modules')))
    return [folder, join(library, 'node_modules')];
  if (/^python/.test(basename(real))) return [library].filter(existsSync);
  const owner = above(folder, ['pyvenv.cfg', ...(isForNode(real) ? ['package.json'] : [])]);
  if (owner !== null) return [owner];
  return isLinked ? [folder] : [];
}

/** Of a folder that holds more than a program: what that program is likely to need. */
function partsOf(folder: string, program: string): string[] {
  const [first = ''] = relative(folder, program).split('/');
  return [first, 'package.json', 'node_modules'].map((name) => join(folder, name)).filter(existsSync);
}

/** The nearest folder that has one of these files in it. */
function above(folder: string, names: readonly string[]): string | null {
  if (names.some((name) => existsSync(join(folder, name)))) return folder;
  return folder === '/' ? null : above(dirname(folder), names);
}

function isForNode(path: string): boolean {
  return ['.js', '.mjs', '.cjs', '.ts', '.mts'].includes(extname(path)) || /\bnode\b/.test(shebangOf(path));
}

/** The program that a script is for; null for one that needs none. */
function interpreterOf(path: string, searchPath: string): string | null {
  const [program = '', ...words] = shebangOf(path).split(/\s+/);
  if (program === '' || basename(program) !== 'env') return program || null;
  const name = words.find((word) => !word.startsWith('-') && !word.includes('='));
  return name === undefined ? null : findProgram(name, '/', searchPath);
}

/** A program may be one that can only be run. */
function canRead(path: string): boolean {
  try {
    accessSync(path, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}

/** The first line of a script, behind its #!; empty for anything else. */
function shebangOf(path: string): string {
  if (!statSync(path).isFile() || !canRead(path)) return '';
  const bytes = Buffer.alloc(256);
  const file = openSync(path, 'r');
  try {
    const text = bytes.toString('utf8', 0, readSync(file, bytes));
    return /^#![ \t]*(.*)/.exec(text)?.[1]?.trim() ?? '';
  } finally {
    closeSync(file);
  }
}
