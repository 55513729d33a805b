import { existsSync, lstatSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PlacedFile } from '../../../agent/place/wire.ts';
import { filesNamedIn } from './layout.ts';

/** What an agent works from, by the names of its files: as the preparer has written it here. */
export function attemptFiles(signalDir: string): Record<string, string> {
  const names = ['manifest.json', 'policies.json', 'instructions.md', 'context.md'];
  const there = names.filter((name) => existsSync(join(signalDir, name)));
  return Object.fromEntries(there.map((name) => [name, readFileSync(join(signalDir, name), 'utf8')]));
}

/** Bytes of a file that is taken along. */
const MAX_FILE = 4 * 1024 * 1024;

/** Files of the run that a text names, which is to be read there. */
export function filesNamedBy(text: string, runDirectory: string, map: (text: string) => string): PlacedFile[] {
  return filesNamedIn(text, join(runDirectory, 'signals')).flatMap((path) => {
    const stats = existsSync(path) ? lstatSync(path) : null;
    if (stats?.isFile() !== true || stats.size > MAX_FILE) return [];
    return [{ path: map(path), text: readFileSync(path, 'utf8') }];
  });
}

/** Policies for a machine that knows nothing of the forge. */
export function leftToOwner(policies: string): string {
  const value = JSON.parse(policies) as { pr_policy?: { forge?: string } };
  if (value.pr_policy === undefined || value.pr_policy.forge === 'local') return policies;
  return `${JSON.stringify({ ...value, pr_policy: { forge: 'owner' } }, null, 2)}\n`;
}
