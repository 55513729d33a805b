import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { attemptDirectory } from '../../../core/names.ts';
import { type PlaceRecord, readPlaceRecord } from './place-record.ts';

/** What an attempt of a run still has on another machine. */
export interface RemoteLeftover {
  readonly task: string;
  readonly attempt: number;
  readonly record: PlaceRecord;
}

/** As the run's own files say, without asking anybody; `runDirectory` is absolute. */
export function remoteLeftovers(runDirectory: string): RemoteLeftover[] {
  return namesIn(join(runDirectory, 'signals')).flatMap((task) => {
    return namesIn(join(runDirectory, 'signals', task)).flatMap((name): RemoteLeftover[] => {
      const attempt = Number(/^attempt-(\d+)$/.exec(name)?.[1]);
      if (Number.isNaN(attempt)) return [];
      const record = readPlaceRecord(join(runDirectory, attemptDirectory(task, attempt)));
      return record === null || record.removed ? [] : [{ task, attempt, record }];
    });
  });
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
