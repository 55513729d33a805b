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
}

export function createStage(): OwnStage {
  let mounted: Mounted | null = null;
  let given = 0;
  const handOver = async <T>(work: () => Promise<T>): Promise<T> => {
    if (mounted === null) return await work();
    given++;
    try {
      return await mounted.handOver(work);
    } finally {
      given--;
    }
  };
  return {
    enter(now) {
      mounted = now;
    },
    get isGivenAway() {
      return given > 0;
    },
    handOver,
    redraw: () => mounted?.redraw(),
    suspend() {
      // All of us: whoever started us (npm, a script) waits otherwise, and the shell never gets the terminal.
      const stop = async () => {
        process.kill(0, 'SIGTSTP');
        // Ends when the process goes on, whenever that is.
        await delay(STOPPING);
      };
      void handOver(stop);
    },
  };
}
