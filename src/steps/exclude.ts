import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const OURS = ['/.worktrees/', '/.workflow/'];

/** Keeps our folders out of `git status`, without a change to the user's `.gitignore`. */
export function excludeOurFolders(commonDir: string): void {
  const path = join(commonDir, 'info', 'exclude');
  const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
  const missing = OURS.filter((line) => !text.split('\n').includes(line));
  if (missing.length === 0) return;
  mkdirSync(dirname(path), { recursive: true });
  const start = text === '' || text.endsWith('\n') ? '' : '\n';
  appendFileSync(path, `${start}${missing.join('\n')}\n`);
}
