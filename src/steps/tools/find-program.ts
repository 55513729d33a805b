import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, resolve } from 'node:path';

/** The path of a program, as a shell in `cwd` would find it; null where there is none. */
export function findProgram(program: string, cwd: string, searchPath: string): string | null {
  if (program === '') return null;
  const candidates = program.includes('/')
    ? [resolve(cwd, program)]
    : searchPath.split(delimiter).map((folder) => resolve(cwd, folder, program));
  return candidates.find(isProgram) ?? null;
}

export interface FoundProgram {
  /** As it was asked for. */
  readonly name: string;
  /** Absolute. */
  readonly path: string;
}

/** The first of these that is there. */
export function findFirstProgram(names: readonly string[], cwd: string, searchPath: string): FoundProgram | null {
  for (const name of names) {
    const path = findProgram(name, cwd, searchPath);
    if (path !== null) return { name, path };
  }
  return null;
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
