import { setTimeout as delay } from 'node:timers/promises';
import type { Mounted } from '../../ui/mount.tsx';
import type { Stage } from './acts.ts';

/** Milliseconds that a signal to stop needs to arrive; nobody stops a process that no shell looks after. */
const STOPPING = 100;

/** The terminal as the acts need it; before the dashboard is drawn there is nothing to give away. */
export interface OwnStage extends Stage {
  enter(mounted: Mounted): void;
  /** Another program has the terminal, and the keys that end programs. */
  readonly isGivenAway: boolean;
  /** Ends whoever has the terminal, and has it back. */
  takeBack(): Promise<void>;
}

export function createStage(): OwnStage {
  let mounted: Mounted | null = null;
  const over = new AbortController();
  const given = new Set<Promise<unknown>>();
  const handOver = async <T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> => {
    if (mounted === null) return await work(over.signal);
    const done = mounted.handOver(() => work(over.signal));
    given.add(done);
    try {
      return await done;
    } finally {
      given.delete(done);
    }
  };
  return {
    enter(now) {
      mounted = now;
    },
    get isGivenAway() {
      return given.size > 0;
    },
    async takeBack() {
      over.abort();
      await Promise.allSettled(given);
    },
    handOver,
    redraw: () => mounted?.redraw(),
    async suspend() {
      // Another program has it, and is stopped by its own keys; or this is the second of two presses.
      if (given.size > 0) return;
      // All of us: whoever started us (npm, a script) waits otherwise, and the shell never gets the terminal.
      const stop = async () => {
        process.kill(0, 'SIGTSTP');
        // Ends when the process goes on, whenever that is.
        await delay(STOPPING);
      };
      await handOver(stop);
    },
  };
}
