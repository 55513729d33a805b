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
  readonly leaving: Promise<Leave>;
  readonly stage: OwnStage;
}

/** What ends a dashboard, whatever it shows. */
export interface Ends {
  /** Resolves with the first of them. Rejects with what nobody has caught. */
  readonly first: Promise<End>;
  /** From here on nothing is looked after any more. */
  stop(): void;
}

/** Looks after all that can end a dashboard: its person, a signal, a terminal that goes, and defects. */
export function watchEnds({ mounted, leaving, stage }: ScreenParts): Ends {
  const { promise: first, resolve, reject } = Promise.withResolvers<End>();
  first.catch(() => {});
  const end = (how: End['how'], error: unknown = null) => resolve({ how, error });
  const leave = () => end('signal');
  // The keys of another program that has the terminal are not for us.
  const interrupt = () => {
    if (!stage.isGivenAway) leave();
  };
  process.on('SIGINT', interrupt).on('SIGTERM', leave).on('SIGHUP', leave);
  const keepOutput = onOutputClosed(leave);
  const stopDefects = onDefects(reject);
  leaving.then((how) => end(how));
  mounted.ended.then(
    () => end('look'),
    (thrown: unknown) => end('screen_broke', thrown),
  );
  return {
    first,
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
