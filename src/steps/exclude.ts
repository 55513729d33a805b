import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { makeFolder, writeFileAtomic } from './tools/atomic-file.ts';

const OURS = ['/.worktrees/', '/.workflow/'];

/** Keeps our folders out of `git status`, without a change to the user's `.gitignore`. */
export function excludeOurFolders(commonDir: string): void {
  excludePaths(commonDir, OURS);
}

/** Adds the patterns that are not there yet to the repository's own excludes, which belong to no commit. */
export function excludePaths(commonDir: string, patterns: readonly string[]): void {
  const missing = notYetIn(commonDir, patterns);
  if (missing.length === 0) return;
  const path = excludeFile(commonDir);
  const text = textOf(path);
  makeFolder(dirname(path));
  const start = text === '' || text.endsWith('\n') ? '' : '\n';
  // As a whole: half a line would exclude who knows what.
  writeFileAtomic(path, `${text}${start}${missing.join('\n')}\n`);
}

/** The lines that are not there yet. */
export function missingExcludes(commonDir: string): string[] {
  return notYetIn(commonDir, OURS);
}

function notYetIn(commonDir: string, patterns: readonly string[]): string[] {
  const lines = textOf(excludeFile(commonDir)).split('\n');
  return patterns.filter((line) => !lines.includes(line));
}

function excludeFile(commonDir: string): string {
  return join(commonDir, 'info', 'exclude');
}

function textOf(path: string): string {
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
}
