import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { makeFolder, writeFileAtomic } from './tools/atomic-file.ts';

const OURS = ['/.worktrees/', '/.workflow/'];

/** Keeps our folders out of `git status`, without a change to the user's `.gitignore`. */
export function excludeOurFolders(commonDir: string): void {
  const path = join(commonDir, 'info', 'exclude');
  const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
  const missing = OURS.filter((line) => !text.split('\n').includes(line));
  if (missing.length === 0) return;
  makeFolder(dirname(path));
  const start = text === '' || text.endsWith('\n') ? '' : '\n';
  // As a whole: half a line would exclude who knows what.
  writeFileAtomic(path, `${text}${start}${missing.join('\n')}\n`);
}
