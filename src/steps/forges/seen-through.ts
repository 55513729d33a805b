import type { AbortCause } from '../../core/task-runtime.ts';

/** Milliseconds that a merge which is on its way has to end, once its task is called off. */
const GRACE = 60_000;

/**
 * For what cannot be taken back once it is sent: of a task that is called off its end is awaited for a while, so that a
 * merge is not lost. Who only leaves does not wait: the next owner finds it.
 */
export function seenThrough(signal: AbortSignal): AbortSignal {
  const over = new AbortController();
  const end = () => {
    const cause = signal.reason as AbortCause;
    if (cause === 'detach') over.abort(cause);
    else setTimeout(() => over.abort(cause), GRACE).unref();
  };
  if (signal.aborted) end();
  else signal.addEventListener('abort', end, { once: true });
  return over.signal;
}
