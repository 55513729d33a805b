import { lstatSync, realpathSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { AgentLaunchError } from '../../../core/errors.ts';
import { makeFolder } from '../../tools/atomic-file.ts';

/** Makes a folder where an agent may have put a link to another one. Throws `FileError`. */
export function makeOwnFolder(path: string): void {
  if (lstatSync(path, { throwIfNoEntry: false })?.isDirectory() === false) rmSync(path, { force: true });
  makeFolder(path);
}

/** Throws `AgentLaunchError` for a folder of an attempt that an agent has made a link of: what is put there is ours. */
export function requireOwnFolder(folder: string, signalDir: string): void {
  if (realpathSync(folder) === join(realpathSync(signalDir), relative(signalDir, folder))) return;
  throw new AgentLaunchError('foreign_folder', `${folder} leads out of ${signalDir}; its agent has made a link there`);
}
