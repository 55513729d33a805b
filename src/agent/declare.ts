import { appendFileSync, existsSync, lstatSync, realpathSync } from 'node:fs';
import { dirname, isAbsolute, join, relative, sep } from 'node:path';
import { isInsidePath, type Output, parseOutput, parseOutputs } from '../steps/instructions/outputs.ts';
import { createFileAtomic, readIfThere, writeFileAtomic } from '../steps/tools/atomic-file.ts';
import { readAttempt } from './attempt.ts';
import { Refusal } from './refusal.ts';

export function declare(flags: { path?: string; action?: string; category?: string }): string {
  const { signalDir } = readAttempt();
  const path = pathInWorktree(flags.path ?? '');
  const output = parseOutput({ path, category: (flags.category ?? '').trim(), action: flags.action });
  if (output === null)
    throw new Refusal(2, `'${path}' cannot be declared: give a file of the worktree and its category.`);
  if (output.action !== 'deleted') requireFile(path);
  recordOutput(signalDir, output);
  return `${output.action} ${path} declared as ${output.category}.`;
}

/**
 * Agents declare several files at once. Each call appends to `outputs.jsonl`, then makes `outputs.json` anew from all
 * of it, until nobody has appended meanwhile: so the last one to write has seen every line, without a lock that a
 * killed process would leave behind.
 */
export function recordOutput(signalDir: string, output: Output): void {
  const log = join(signalDir, 'outputs.jsonl');
  const list = join(signalDir, 'outputs.json');
  if (!existsSync(log)) createFileAtomic(log, keptFrom(list));
  // Begins with a break, so that a line torn by a crash does not swallow this one.
  appendFileSync(log, `\n${JSON.stringify(output)}\n`);
  let seen: string | null = null;
  for (let now = readIfThere(log); now !== seen; now = readIfThere(log)) {
    seen = now;
    writeFileAtomic(list, `${JSON.stringify(latestByPath(now ?? ''), null, 2)}\n`);
  }
}

/** The lines for an `outputs.json` that was written by hand. */
function keptFrom(list: string): string {
  const text = readIfThere(list);
  if (text === null) return '';
  try {
    return parseOutputs(text)
      .outputs.map((output) => `${JSON.stringify(output)}\n`)
      .join('');
  } catch (error) {
    throw new Refusal(1, `${list} is broken (${(error as Error).message}). Delete it and declare the files again.`);
  }
}

function latestByPath(log: string): Output[] {
  const outputs = new Map<string, Output>();
  for (const line of log.split('\n')) {
    const output = parseLine(line);
    if (output === null) continue;
    outputs.set(output.path, output);
  }
  return [...outputs.values()];
}

function parseLine(line: string): Output | null {
  if (line === '') return null;
  try {
    return parseOutput(JSON.parse(line));
  } catch {
    // Torn by a crash; the agent was never told that it was declared.
    return null;
  }
}

function pathInWorktree(path: string): string {
  const root = worktreeRoot();
  if (isAbsolute(path)) {
    const inside = relative(root, path).split(sep).join('/');
    const advice = isInsidePath(inside) ? `Write it as '${inside}'.` : `It is not inside the worktree ${root}.`;
    throw new Refusal(1, `'${path}' is absolute; a declared path is relative to the root of the worktree. ${advice}`);
  }
  const parts = path.split('/').filter((part) => part !== '' && part !== '.');
  const clean = parts.join('/');
  if (isInsidePath(clean)) return clean;
  throw new Refusal(1, `'${path}' is not a file of the worktree ${root}: give its path relative to that folder.`);
}

function requireFile(path: string): void {
  const root = worktreeRoot();
  const stat = lstatSync(join(root, path), { throwIfNoEntry: false });
  if (stat === undefined) {
    throw new Refusal(
      1,
      `'${path}' does not exist in ${root}. Paths are relative to that folder; use --action deleted for a file that ` +
        'was removed.',
    );
  }
  if (stat.isDirectory()) throw new Refusal(1, `'${path}' is a folder; declare the files in it.`);
  const folder = realpathSync(dirname(join(root, path)));
  const inside = relative(realpathSync(root), folder);
  if (inside === '..' || inside.startsWith(`..${sep}`) || isAbsolute(inside)) {
    throw new Refusal(1, `'${path}' lies outside the worktree ${root}: a folder in it is a link to ${folder}.`);
  }
}

/** The nearest folder upwards with a `.git`, without a process. */
function worktreeRoot(): string {
  for (let folder = process.cwd(); ; folder = dirname(folder)) {
    if (existsSync(join(folder, '.git'))) return folder;
    if (folder === dirname(folder)) {
      throw new Refusal(1, `${process.cwd()} is not in a git worktree. Run this command in the task's worktree.`);
    }
  }
}
