import { UserError } from '../core/errors.ts';
import { EventLog } from '../core/event-log.ts';
import type { RunEvent } from '../core/events.ts';
import { findRepository, type Repository } from '../steps/preflight.ts';
import { lastRun, type RunStore } from '../steps/run-store.ts';
import { Git } from '../steps/tools/git.ts';
import { openJournal } from '../steps/tools/journal.ts';
import { type HeldLock, tryLock } from '../steps/tools/lock-file.ts';
import { findRun, type RecordedRunOptions } from './recorded-run.ts';
import { runTaken } from './run-taken.ts';

/** The last run of a graph, which nobody else can go on with while it is held. */
export interface HeldRun {
  readonly log: EventLog;
  /** What the journal held when the run was taken. */
  readonly events: readonly RunEvent[];
  readonly store: RunStore;
  readonly repository: Repository;
  readonly git: Git;
  readonly graph: string;
  readonly run: number;
  /** Ends the processes of `git`, closes the journal, gives the run back. */
  close(): void;
}

/**
 * Becomes the owner of a run that nobody runs, without running it: to roll it back, or to act on its tasks.
 * Throws `UserError` where there is no such run, where it is not the last one, and where it has a live owner.
 */
export async function holdRun(options: RecordedRunOptions): Promise<HeldRun> {
  const { store, graph } = await findRun(options);
  const repository = await findRepository(options.targetRepo);
  const lock = takeRun(store, graph);
  try {
    // Only now: until the lock is ours, another may begin the next run.
    const run = requireLast(store, graph, options.run);
    const { events, length, state } = store.replay(run);
    if (state.startedAt === null) {
      throw new UserError(`run ${run} of graph ${graph} has not begun yet`, { hint: 'agentrelay run GRAPH begins it' });
    }
    const journal = openJournal(store.journalFile(run), length);
    const log = new EventLog({ state, now: Date.now, write: (line) => journal.write(line) });
    const git = new Git(repository.root);
    const close = () => {
      git.close();
      try {
        journal.close();
      } finally {
        lock.release();
      }
    };
    return { log, events, store, repository, git, graph, run, close };
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** The owner's lock. Throws `RunTaken` that names a live owner. */
function takeRun(store: RunStore, graph: string): HeldLock {
  const attempt = tryLock(store.lockFile);
  if (attempt.kind === 'held') return attempt.lock;
  const { by } = attempt;
  const hint = `stop it first: kill -TERM ${by.pid} leaves its agents at work, Ctrl-C in its terminal waits for them`;
  throw runTaken(graph, { lockFile: store.lockFile, by }, hint);
}

/** The last run, which is the only one that is acted on. Throws `UserError` where another is wanted. */
export function requireLast(store: RunStore, graph: string, wanted: number | null): number {
  const run = lastRun(store, graph);
  if (wanted === null || wanted === run) return run;
  throw new UserError(`run ${wanted} of graph ${graph} is not the last one: it is put away, and stays as it is`, {
    hint: `the last one is run ${run}`,
  });
}
