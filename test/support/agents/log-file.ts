import { appendFileSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** A file of JSON lines that is there as soon as the first line is. */
export interface LogFile {
  readonly path: string;
  add(line: object): void;
}

export function logFile(path: string): LogFile {
  return {
    path,
    add(line) {
      mkdirSync(dirname(path), { recursive: true });
      appendFileSync(path, `${JSON.stringify(line)}\n`);
    },
  };
}

/** Null where there is no such file; what cannot be parsed is thrown, as a broken settings file is told by the program. */
export function readJson(path: string): unknown {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
  return JSON.parse(text);
}
