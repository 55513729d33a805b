import { join, resolve } from 'node:path';
import { readIfThere } from '../../tools/atomic-file.ts';

/** A repository that borrows from one that borrows, and so on. */
const MAX_DEPTH = 5;

/** Folders of other repositories in which git looks for objects too, as after a clone with --reference. */
export function alternates(objects: string, depth = 0): string[] {
  if (depth >= MAX_DEPTH) return [];
  const lines = (readIfThere(join(objects, 'info/alternates')) ?? '').split('\n');
  const folders = lines.filter((line) => line !== '' && !line.startsWith('#')).map((line) => resolve(objects, line));
  return folders.flatMap((folder) => [folder, ...alternates(folder, depth + 1)]);
}
