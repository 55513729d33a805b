import { cutLine } from './screen-lines.ts';
import type { Git, GitRunOptions } from './tools/git.ts';

/** How one file differs. */
export interface FileNumbers {
  readonly path: string;
  /** Lines; null for a binary file. */
  readonly added: number | null;
  readonly removed: number | null;
}

export interface DiffText {
  readonly files: readonly FileNumbers[];
  /** A unified diff. */
  readonly lines: readonly string[];
  /** Lines that were left out. */
  readonly omitted: number;
}

const MAX_LINES = 3_000;
const MAX_BYTES = 1024 * 1024;
/** Characters. */
const MAX_LINE = 4_000;

const CONFIG = ['core.quotePath=false', 'diff.noprefix=false', 'diff.mnemonicPrefix=false'];
/** No program of the user's or of an agent's has a say in it, and no setting changes its form. */
const DIFF = [
  ...CONFIG.flatMap((setting) => ['-c', setting]),
  ...['diff', '--no-ext-diff', '--no-textconv', '--no-color', '--find-renames', '--ignore-submodules=dirty'],
];

/** How two commits differ, or the files of `cwd` from one. At most 3,000 lines, and 1 MiB of them. */
export async function diffText(git: Git, commits: readonly string[], options: GitRunOptions): Promise<DiffText> {
  const files = await numbersOf(git, commits, options);
  if (files.length === 0) return { files, lines: [], omitted: 0 };
  const { stdout, dropped } = await git.run([...DIFF, '--patch', ...commits, '--'], { ...options, keep: MAX_BYTES });
  const all = stdout.split('\n');
  // The end of this one is among those that were dropped.
  if (dropped > 0) all.pop();
  const lines = all.slice(0, MAX_LINES).map((line) => cutLine(line, MAX_LINE));
  return { files, lines, omitted: all.length - lines.length + dropped };
}

/** The same without the text. */
export async function numbersOf(git: Git, commits: readonly string[], options: GitRunOptions): Promise<FileNumbers[]> {
  return parseNumbers((await git.run([...DIFF, '--numstat', '-z', ...commits, '--'], options)).stdout);
}

/** Of `git diff --numstat -z`; of a file that was renamed, its new name. */
export function parseNumbers(text: string): FileNumbers[] {
  const files: FileNumbers[] = [];
  const fields = text.split('\0').slice(0, -1);
  for (let at = 0; at < fields.length; at++) {
    const [, added = '-', removed = '-', name = ''] = /^(\d+|-)\t(\d+|-)\t([\s\S]*)$/.exec(fields[at] ?? '') ?? [];
    // Nothing for a name: the old one and the new one follow.
    if (name === '') at += 2;
    const path = name === '' ? (fields[at] ?? '') : name;
    files.push({ path, added: numberOf(added), removed: numberOf(removed) });
  }
  return files;
}

function numberOf(text: string): number | null {
  return text === '-' ? null : Number(text);
}
