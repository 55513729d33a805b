import { existsSync, readdirSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { type Leaving, NO_WORK } from '../../core/gc-plan.ts';
import { folderSize } from './disk-usage.ts';
import { type GraphRecords, subfolders } from './graph-records.ts';

/** What a folder of a run is renamed to while it is being removed, so that half of one is taken for no run. */
export const GOING = '.gone';

export interface FolderSearch {
  readonly root: string;
  readonly records: GraphRecords;
  /** Those that were found, of all runs. */
  readonly keptRefs: readonly Leaving[];
  readonly sizes: boolean;
}

/** The folders of a graph's runs, and what is left of those that were removed half-way. */
export async function findRunFolders({ root, records, keptRefs, sizes }: FolderSearch): Promise<Leaving[]> {
  const { graph, store, runs } = records;
  const top = join(store.directory, 'runs');
  const names = subfolders(top).filter((name) => runs.includes(Number(name)) || name.endsWith(GOING));
  return await Promise.all(
    names.map(async (name): Promise<Leaving> => {
      const path = join(top, name);
      const run = name.endsWith(GOING) ? null : Number(name);
      const refs = keptRefs.filter((ref) => ref.run === run && (ref.graph === null || ref.graph === graph));
      const unmerged = refs.filter(({ work }) => work.merged === null).length;
      return {
        kind: 'run_folder',
        name: relative(root, path),
        graph,
        run,
        bytes: sizes ? await folderSize(path) : null,
        changedAt: statSync(join(path, 'events.jsonl'), { throwIfNoEntry: false })?.mtimeMs ?? statSync(path).mtimeMs,
        work: { ...NO_WORK, unmerged },
        obstacle: null,
        heldBy: null,
      };
    }),
  );
}

/** What was set aside because git cannot keep it; it tells its run, and not its graph. */
export async function findKeptFolders(commonDir: string, { sizes }: { sizes: boolean }): Promise<Leaving[]> {
  const top = join(commonDir, 'agentrelay-kept');
  return await Promise.all(
    subfolders(top).map(async (name): Promise<Leaving> => {
      const path = join(top, name);
      const run = /^run-(\d+)-/.exec(name)?.[1];
      return {
        kind: 'kept_folder',
        name: path,
        graph: null,
        run: run === undefined ? null : Number(run),
        bytes: sizes ? await folderSize(path) : null,
        changedAt: statSync(path).mtimeMs,
        work: { ...NO_WORK, uncommitted: countFiles(path) },
        obstacle: null,
        heldBy: null,
      };
    }),
  );
}

/** At least one: an empty folder was something, too. */
function countFiles(path: string): number {
  if (!existsSync(path)) return 0;
  return Math.max(1, readdirSync(path).length);
}
