import { realpathSync } from 'node:fs';

/** Null for what is no JSON: a line may be cut where its program was ended. */
export function parseLine(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

/** As the kernel tells it to the program that runs there; the path itself when it is gone. */
export function realFolder(path: string): string {
  try {
    return realpathSync(path);
  } catch (error) {
    if (error instanceof Error && 'code' in error) return path;
    throw error;
  }
}
