import { closeSync, openSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { ensureFile, makeFolder, readIfThere } from '../../steps/tools/atomic-file.ts';
import { findProgram } from '../../steps/tools/find-program.ts';
import type { PrepareAnswer, PrepareOrder } from './wire.ts';

/** Does what an owner wants to be so; any number of times. */
export function prepare(order: PrepareOrder): PrepareAnswer {
  const { files = [], remove = [], touch = [], setAside = [], find } = order;
  for (const { path, text, mode = 0o600 } of files) {
    makeFolder(dirname(path));
    ensureFile(path, text, { mode });
  }
  for (const path of remove) rmSync(path, { force: true });
  for (const path of touch) closeSync(openSync(path, 'a', 0o600));
  for (const { path, to, contents } of setAside) {
    const text = readIfThere(path);
    if (text !== null && contents.includes(text)) renameSync(path, to);
  }
  return { program: find === undefined ? null : findProgram(find.program, find.cwd, find.searchPath) };
}
