import { join } from 'node:path';
import { attemptDirectory } from '../../../core/names.ts';
import { LOG } from '../../agent-log.ts';
import type { SshHost } from './host.ts';
import { readPlaceRecord, writePlaceRecord } from './place-record.ts';

/**
 * Ends the agents of attempts that were given up while their machine could not be reached. Their worktrees stay there: what
 * they have done since is in them, and nowhere else.
 */
export async function endAbandoned(
  host: SshHost,
  { graph, runDirectory }: { readonly graph: string; readonly runDirectory: string },
  run: number,
): Promise<void> {
  for (const pane of await host.environment.leftovers(graph, run)) {
    const signalDir = join(runDirectory, attemptDirectory(pane.tag.task, pane.tag.attempt));
    const record = readPlaceRecord(signalDir);
    if (record?.abandoned !== true) continue;
    await host.environment.close(pane, { logFile: join(signalDir, LOG), keepPane: false });
    writePlaceRecord(signalDir, { ...record, abandoned: false });
  }
}
