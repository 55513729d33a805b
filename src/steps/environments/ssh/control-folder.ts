import { lstatSync, mkdirSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { UserError } from '../../../core/errors.ts';

let sockets = 0;

/** The socket of a new connection: short, as the system wants it, and in a folder that is nobody else's. */
export function controlSocket(): string {
  const folder = join(tmpdir(), `agentrelay-ssh-${userInfo().uid}`);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const stats = lstatSync(folder);
  if (!stats.isDirectory() || stats.uid !== userInfo().uid || (stats.mode & 0o077) !== 0) {
    throw new UserError(`${folder} is to hold connections of yours, and others can get at it`, {
      hint: `rm -r ${folder}`,
    });
  }
  sockets += 1;
  return join(folder, `${process.pid}-${sockets}`);
}
