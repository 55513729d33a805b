import type { RunOutcome } from '../../core/lifecycle.ts';
import { type End, type ScreenParts, watchEnds } from './ends.ts';
import type { RunSession } from './session.ts';

/** How a dashboard has ended. */
export interface Left extends End {
  /** The process owned the run when it was left, and the run was not over. */
  readonly owned: boolean;
  readonly session: RunSession;
  readonly outcome: RunOutcome | null;
}

export interface Leaving extends ScreenParts {
  readonly session: RunSession;
}

/**
 * Opens the run behind the screen, and waits until the person leaves it, a signal comes, or the screen breaks. The run is
 * then left as that wants it. Rejects with what keeps the run itself from going on.
 */
export async function untilLeft(parts: Leaving, open: () => Promise<void>): Promise<Left> {
  const { session } = parts;
  const ends = watchEnds(parts);
  const opened = open();
  /** What is begun is a run that somebody must leave. */
  const settled = async () => {
    await opened.catch(() => {});
    await session.settle();
  };
  try {
    const { how: wanted, error } = await Promise.race([ends.first, session.failed, opened.then(forever)]);
    await settled();
    // Chosen before it was known whose the run is, or just before it was over.
    const isChoice = wanted !== 'signal' && wanted !== 'screen_broke';
    const how = isChoice && session.orchestrator === null ? 'look' : wanted;
    const owned = session.orchestrator !== null && session.state.outcome === null;
    if (how !== 'screen_broke') await leaveRun(session, how, ends.again);
    return { how, owned, session, outcome: session.state.outcome, error };
  } catch (error) {
    await settled();
    // Its agents go on for the next owner.
    await leaveRun(session, 'stop', ends.again);
    throw error;
  } finally {
    ends.stop();
  }
}

function forever(): Promise<never> {
  return new Promise(() => {});
}

async function leaveRun(session: RunSession, how: End['how'], again: Promise<void>): Promise<void> {
  const { orchestrator, ended } = session;
  if (orchestrator === null || ended === null) return;
  const over = ended.then(
    () => {},
    () => {},
  );
  if (how === 'cancel') {
    orchestrator.cancel();
    await Promise.race([over, again]);
  }
  // One that is over comes to its end by itself. Whoever does not wait for agents to end leaves them as they are.
  if (how !== 'look' || session.state.outcome === null) orchestrator.detach();
  await over;
}
