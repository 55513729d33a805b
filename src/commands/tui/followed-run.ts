import { hostname } from 'node:os';
import type { RunEvent } from '../../core/events.ts';
import { reduce } from '../../core/reduce.ts';
import type { RunState } from '../../core/run-state.ts';
import type { RunStore } from '../../steps/run-store.ts';
import { watchFolder } from '../../steps/tools/folder-watch.ts';
import { followJournal } from '../../steps/tools/journal-follow.ts';
import type { Standing } from '../../ui/ports.ts';
import { runOwner } from '../run-owner.ts';

export interface FollowOptions {
  readonly store: RunStore;
  readonly run: number;
  /** Of what comes from here on; the state has it already. */
  readonly onEvent: (event: RunEvent) => void;
  /** Who runs it, at once and whenever that changes. */
  readonly onStanding: (standing: Standing) => void;
  /** What keeps it from being followed any further. */
  readonly onFailed: (error: unknown) => void;
}

/** A run that this process does not own. */
export interface FollowedRun {
  /** Changed in place by each event. */
  readonly state: RunState;
  stop(): Promise<void>;
}

/** Milliseconds; behind the watcher of the lock. */
const OWNER_POLL = 2_000;

/** Follows a run by its journal, and by the lock of its owner. Throws `UserError` for a journal that cannot be read. */
export function followRun({ store, run, onEvent, onStanding, onFailed }: FollowOptions): FollowedRun {
  const { state, length, events } = store.replay(run);
  const stop = new AbortController();
  let known: Standing | null = null;
  const look = () => {
    const standing = standingOf(store, run);
    if (known !== null && isSame(known, standing)) return;
    known = standing;
    onStanding(standing);
  };
  const watcher = watchFolder(store.directory, (name) => name === 'owner.lock', look, OWNER_POLL);
  const read = async () => {
    const from = { at: length, line: events.length + 1 };
    for await (const event of followJournal(store.journalFile(run), stop.signal, null, from)) {
      reduce(state, event);
      onEvent(event);
    }
  };
  const done = read()
    .catch(onFailed)
    .finally(() => watcher.close());
  look();
  return {
    state,
    async stop() {
      stop.abort();
      await done;
    },
  };
}

/** An owner that dies says nothing: its lock stays, and the process is gone. */
function standingOf(store: RunStore, run: number): Standing {
  const last = store.runs().at(-1);
  const owner = runOwner(store, run);
  // We ourselves hold it for a moment, to do what was asked for.
  if (owner === null || (owner.pid === process.pid && owner.host === hostname())) {
    return last === undefined || last === run ? { kind: 'nobody' } : { kind: 'nobody', newer: last };
  }
  return { kind: 'other', pid: owner.pid, host: owner.host };
}

function isSame(a: Standing, b: Standing): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
