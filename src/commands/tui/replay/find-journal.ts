import { statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { UserError } from '../../../core/errors.ts';
import { RunStore } from '../../../steps/run-store.ts';
import { findRun } from '../../recorded-run.ts';
import type { ReplayPlace } from './details.ts';

export interface WantedJournal {
  /** The number of a run, or the path of its folder or journal; null for the last one. */
  readonly run: string | null;
  /** Null where the repository has run only one graph. */
  readonly graph: string | null;
  readonly targetRepo: string;
}

export interface FoundJournal {
  readonly journalFile: string;
  /** Null for a journal that lies elsewhere than its run. */
  readonly place: ReplayPlace | null;
}

/** Throws `UserError`. */
export async function findJournal({ run, graph, targetRepo }: WantedJournal): Promise<FoundJournal> {
  if (run !== null && !/^\d+$/.test(run)) return journalAt(resolve(run));
  const place = await findRun({ graph, targetRepo, run: run === null ? null : Number(run) });
  return { journalFile: place.store.journalFile(place.run), place };
}

function journalAt(path: string): FoundJournal {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) {
    throw new UserError(`${path} is not there`, { hint: 'the number of a run, or the path of its events.jsonl' });
  }
  const journalFile = stats.isDirectory() ? join(path, 'events.jsonl') : path;
  return { journalFile, place: placeOf(journalFile) };
}

function placeOf(journalFile: string): ReplayPlace | null {
  const [, root = '', graph = '', run = ''] =
    /^(.*)\/\.workflow\/([^/]+)\/runs\/([1-9]\d*)\/events\.jsonl$/.exec(journalFile) ?? [];
  return graph === '' ? null : { store: new RunStore(root, graph), graph, run: Number(run) };
}
