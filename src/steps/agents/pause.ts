import type { AgentAccess } from './agent-access.ts';

type Waiting = Pick<AgentAccess, 'clock' | 'monitor'>;

/** Waits so many milliseconds, or until hooks or the transcript have told something. Rejects when `signal` is aborted. */
export async function pause({ clock, monitor }: Waiting, milliseconds: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  const woken = new AbortController();
  const forget = monitor.onChange(() => woken.abort());
  try {
    await clock.sleep(milliseconds, AbortSignal.any([signal, woken.signal]));
  } catch (error) {
    signal.throwIfAborted();
    if (!woken.signal.aborted) throw error;
  } finally {
    forget();
  }
}

/** Milliseconds between two looks: soon at first. */
const FIRST = 50;
const LAST = 400;

/** Looks again and again until there is something, for so many milliseconds; null then. */
export async function until<T>(
  access: Waiting,
  limit: number,
  signal: AbortSignal,
  find: () => Promise<T | null>,
): Promise<T | null> {
  const { clock } = access;
  let left = limit;
  for (let wait = FIRST; ; wait = Math.min(LAST, wait * 2)) {
    const began = clock.now();
    const found = await find();
    if (found !== null || left <= 0) return found;
    await pause(access, Math.min(wait, left), signal);
    // A clock that is set back meanwhile makes nobody wait for longer.
    left -= Math.max(0, clock.now() - began);
  }
}
