import type { Mounted } from '../../ui/mount.tsx';
import type { Leave } from '../../ui/ports.ts';
import { onOutputClosed } from '../output-closed.ts';
import type { OwnStage } from './stage.ts';

/** What has ended a dashboard. */
export interface End {
  readonly how: Leave | 'signal' | 'screen_broke';
  /** What a component has thrown. */
  readonly error: unknown;
}

export interface ScreenParts {
  readonly mounted: Mounted;
  /** Calls back each time that the person wants to leave. */
  readonly onLeave: (listener: (how: Leave) => void) => void;
  readonly stage: OwnStage;
}

/** What ends a dashboard, whatever it shows. */
export interface Ends {
  /** Resolves with the first of them. Rejects with what nobody has caught. */
  readonly first: Promise<End>;
  /** Resolves when the person, or a signal, ends it once more: whoever waits for something waits no longer. */
  readonly again: Promise<void>;
  /** From here on nothing is looked after any more. */
  stop(): void;
}

/** Looks after all that can end a dashboard: its person, a signal, a terminal that goes, and defects. */
export function watchEnds({ mounted, onLeave, stage }: ScreenParts): Ends {
  const { promise: first, resolve, reject } = Promise.withResolvers<End>();
  first.catch(() => {});
  const again = Promise.withResolvers<void>();
  let isEnded = false;
  const end = (how: End['how'], error: unknown = null) => {
    if (isEnded) again.resolve();
    isEnded = true;
    resolve({ how, error });
  };
  const leave = () => end('signal');
  // The keys of another program that has the terminal are not for us.
  const interrupt = () => {
    if (!stage.isGivenAway) leave();
  };
  process.on('SIGINT', interrupt).on('SIGTERM', leave).on('SIGHUP', leave);
  const keepOutput = onOutputClosed(leave);
  const stopDefects = onDefects(reject);
  onLeave(end);
  mounted.ended.then(
    () => end('look'),
    (thrown: unknown) => end('screen_broke', thrown),
  );
  return {
    first,
    again: again.promise,
    stop() {
      stopDefects();
      keepOutput();
      process.off('SIGINT', interrupt).off('SIGTERM', leave).off('SIGHUP', leave);
    },
  };
}

/** What nobody has caught is the end of the dashboard, and of nothing else. */
function onDefects(tell: (error: unknown) => void): () => void {
  process.on('uncaughtException', tell).on('unhandledRejection', tell);
  return () => void process.off('uncaughtException', tell).off('unhandledRejection', tell);
}
