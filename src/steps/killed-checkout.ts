import { lstatSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { WorktreeGit } from './worktree-git.ts';

export interface Checkout {
  readonly git: WorktreeGit;
  /** The worktree's folder. */
  readonly path: string;
  /** Where HEAD still is, and where it was to go. */
  readonly head: string;
  readonly to: string;
  /** What differs from HEAD. */
  readonly dirty: readonly string[];
  /** Whether git was killed in the middle for certain, so that one file may be there in part. */
  readonly wasKilled: boolean;
}

export interface Leavings {
  /** As `to` has them, deleted ones included: nothing is lost with them. */
  readonly written: readonly string[];
  /** Deleted, and not yet written anew: git itself takes an absent file for no work of anybody's. */
  readonly absent: readonly string[];
  /** The beginning of what `to` has; one at most. */
  readonly torn: readonly string[];
  /** What `to` does not touch. */
  readonly besides: readonly string[];
  /** Neither what HEAD has nor what `to` has: somebody's work. */
  readonly foreign: readonly string[];
}

const NOTHING: Leavings = { written: [], absent: [], torn: [], besides: [], foreign: [] };

/** Tells what a git that was killed on its way from one commit to another has left from what a person has done. */
export async function sortLeavings(checkout: Checkout): Promise<Leavings> {
  const { git, dirty, head, to, path } = checkout;
  const touched = entriesOf(await git(['diff-tree', '-r', '-z', '--raw', '--no-renames', '--no-abbrev', head, to]));
  const ours = dirty.filter((name) => touched.has(name));
  const besides = dirty.filter((name) => !touched.has(name));
  if (ours.length === 0) return { ...NOTHING, besides };
  const staged = entriesOf(await git(['diff-index', '--cached', '-z', '--raw', '--no-renames', '--no-abbrev', head]));
  const wanted = new Map(ours.map((name) => [name, touched.get(name) ?? '']));
  const isStagedOtherwise = (name: string) => staged.has(name) && staged.get(name) !== wanted.get(name);
  return await withIndexOf(git, wanted, async (env) => {
    const differing = new Set(
      (await git(['diff', '--name-only', '--ignore-submodules=dirty', '-z'], { env })).split('\0'),
    );
    const odd = ours.filter((name) => {
      // A name that is not UTF-8 cannot be looked at by it.
      if (name.includes('\ufffd') || isStagedOtherwise(name)) return true;
      return isThere(path, name) && (isDeletion(wanted.get(name)) || differing.has(name));
    });
    const [only, ...more] = odd;
    const isTorn =
      checkout.wasKilled && only !== undefined && more.length === 0 && !isStagedOtherwise(only)
        ? await isBeginning({ git, env, path, name: only, entry: wanted.get(only) ?? '' })
        : false;
    const isAbsent = (name: string) => !isThere(path, name) && !isDeletion(wanted.get(name));
    const sound = ours.filter((name) => !odd.includes(name));
    const [absent, written] = [sound.filter(isAbsent), sound.filter((name) => !isAbsent(name))];
    return { written, absent, besides, torn: isTorn ? odd : [], foreign: isTorn ? [] : odd };
  });
}

/** `MODE ID` of the later side by name, of the raw output of git's diffs. */
function entriesOf(raw: string): Map<string, string> {
  const fields = raw.split('\0');
  const entries = new Map<string, string>();
  for (let at = 0; at + 1 < fields.length; at += 2) {
    const [, mode = '', , id = ''] = (fields[at] ?? '').split(' ');
    entries.set(fields[at + 1] ?? '', `${mode} ${id}`);
  }
  return entries;
}

function isDeletion(entry: string | undefined): boolean {
  return entry?.startsWith('000000 ') ?? true;
}

function isThere(path: string, name: string): boolean {
  return lstatSync(join(path, name), { throwIfNoEntry: false }) !== undefined;
}

/** An index of these entries alone, so that no other file is looked at. */
async function withIndexOf<T>(
  git: WorktreeGit,
  entries: ReadonlyMap<string, string>,
  work: (env: Readonly<Record<string, string>>) => Promise<T>,
): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'agentrelay-index-'));
  try {
    const env = { GIT_INDEX_FILE: join(folder, 'index') };
    const kept = [...entries].filter(([, entry]) => !isDeletion(entry));
    const input = kept.map(([name, entry]) => `${entry}\t${name}\0`).join('');
    await git(['update-index', '-z', '--add', '--index-info'], { env, input });
    return await work(env);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Part {
  readonly git: WorktreeGit;
  readonly env: Readonly<Record<string, string>>;
  readonly path: string;
  readonly name: string;
  readonly entry: string;
}

/** Whether the file is the beginning of what git would write there, filters included. */
async function isBeginning({ git, env, path, name, entry }: Part): Promise<boolean> {
  if (!entry.startsWith('100') || !lstatSync(join(path, name)).isFile()) return false;
  const folder = mkdtempSync(join(tmpdir(), 'agentrelay-file-'));
  try {
    await git(['checkout-index', '-q', `--prefix=${folder}/`, '--', name], { env });
    const part = readFileSync(join(path, name));
    return readFileSync(join(folder, name)).subarray(0, part.length).equals(part);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
