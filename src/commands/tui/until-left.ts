import type { RunOutcome } from '../../core/lifecycle.ts';
import type { Mounted } from '../../ui/mount.tsx';
import type { Leave } from '../../ui/ports.ts';
import { onOutputClosed } from '../output-closed.ts';
import type { RunSession } from './session.ts';
import type { OwnStage } from './stage.ts';

/** How a dashboard has ended. */
export interface Left {
  readonly how: Leave | 'signal' | 'screen_broke';
  /** The process owned the run when it was left, and the run was not over. */
  readonly owned: boolean;
  readonly session: RunSession;
  readonly outcome: RunOutcome | null;
  /** What a component has thrown. */
  readonly error: unknown;
}

export interface Leaving {
  readonly session: RunSession;
  readonly mounted: Mounted;
  readonly leaving: Promise<Leave>;
  readonly stage: OwnStage;
}

/**
 * Opens the run behind the screen, and waits until the person leaves it, a signal comes, or the screen breaks. The run is
 * then left as that wants it. Rejects with what keeps the run itself from going on.
 */
export async function untilLeft(parts: Leaving, open: () => Promise<void>): Promise<Left> {
  const { session, mounted, leaving, stage } = parts;
  const signalled = Promise.withResolvers<'signal'>();
  const leave = () => signalled.resolve('signal');
  // The keys of another program that has the terminal are not for us.
  const interrupt = () => {
    if (!stage.isGivenAway) leave();
  };
  process.on('SIGINT', interrupt).on('SIGTERM', leave).on('SIGHUP', leave);
  const keepOutput = onOutputClosed(leave);
  const failed = defects();
  try {
    let error: unknown = null;
    const broke = mounted.ended.then(
      () => 'look' as const,
      (thrown: unknown) => {
        error = thrown;
        return 'screen_broke' as const;
      },
    );
    const opened = open();
    const how = await Promise.race([
      leaving,
      signalled.promise,
      broke,
      failed.promise,
      session.failed,
      opened.then(forever),
    ]);
    await opened.catch(() => {});
    const owned = session.orchestrator !== null && session.state.outcome === null;
    if (how !== 'screen_broke') await leaveRun(session, how);
    return { how, owned, session, outcome: session.state.outcome, error };
  } catch (error) {
    // Its agents go on for the next owner.
    await leaveRun(session, 'stop');
    throw error;
  } finally {
    failed.stop();
    keepOutput();
    process.off('SIGINT', interrupt).off('SIGTERM', leave).off('SIGHUP', leave);
  }
}

function forever(): Promise<never> {
  return new Promise(() => {});
}

async function leaveRun(session: RunSession, how: Leave | 'signal'): Promise<void> {
  const { orchestrator, ended } = session;
  if (orchestrator === null || ended === null) return;
  if (how === 'cancel') orchestrator.cancel();
  // One that is over comes to its end by itself.
  else if (how !== 'look') orchestrator.detach();
  await ended.catch(() => {});
}

/** What nobody has caught is the end of the dashboard, and of nothing else. */
function defects(): { promise: Promise<never>; stop(): void } {
  const { promise, reject } = Promise.withResolvers<never>();
  promise.catch(() => {});
  process.on('uncaughtException', reject).on('unhandledRejection', reject);
  return {
    promise,
    stop: () => void process.off('uncaughtException', reject).off('unhandledRejection', reject),
  };
}
