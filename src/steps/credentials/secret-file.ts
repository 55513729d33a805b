import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { AgentLaunchError } from '../../core/errors.ts';
import { SECRETS_FILE } from '../agent-wrapper.ts';
import { writeFileAtomic } from '../tools/atomic-file.ts';

/**
 * Puts what an agent gets beside its signals, where the wrapper reads it, and takes it away, before it starts the program.
 * To be called right before the wrapper is started. Throws `AgentLaunchError`, `FileError`.
 */
export function writeSecrets(signalDir: string, secrets: Readonly<Record<string, string>>): void {
  if (Object.keys(secrets).length === 0) return;
  // Not forced to the disk: after a power cut nobody reads it any more.
  writeFileAtomic(join(signalDir, SECRETS_FILE), secretsText(secrets), { mode: 0o600, sync: false });
}

/** What a shell reads; for a place where the file is written in another way. Throws `AgentLaunchError`. */
export function secretsText(secrets: Readonly<Record<string, string>>): string {
  return Object.entries(secrets)
    .map(([name, value]) => {
      if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name) || value.includes('\0'))
        throw new AgentLaunchError('bad_secret', 'a secret has a name or a value that no variable can have');
      return `export ${name}='${value.replaceAll("'", `'\\''`)}'\n`;
    })
    .join('');
}

/** Takes away what no wrapper below this folder has read; links in it are not followed. Any number of times. */
export function removeSecrets(signalDir: string): void {
  for (const entry of existsSync(signalDir) ? readdirSync(signalDir, { withFileTypes: true }) : []) {
    const path = join(signalDir, entry.name);
    if (entry.name === SECRETS_FILE) rmSync(path, { recursive: true, force: true });
    else if (entry.isDirectory()) removeSecrets(path);
  }
}
