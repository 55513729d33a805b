import { cpSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/** A copy of a built program, so that a build in the middle of a sweep does not change what is swept. */
export interface SweptProgram {
  /** To be removed; holds the compile cache of all owners too. */
  readonly folder: string;
  readonly program: string;
  readonly compileCache: string;
}

/** Copies the program at `root`, the checkout unless told. */
export function copyProgram(root = resolve(import.meta.dirname, '../../..')): SweptProgram {
  const folder = mkdtempSync(join(tmpdir(), 'agentrelay-sweep-'));
  for (const name of ['bin', 'dist', 'package.json']) cpSync(join(root, name), join(folder, name), { recursive: true });
  return { folder, program: join(folder, 'bin/agentrelay'), compileCache: join(folder, 'compile-cache') };
}
