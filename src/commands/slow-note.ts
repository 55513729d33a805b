import type { Io } from './io.ts';

/** Milliseconds that GitHub is given before a person is told what is waited for. */
const PATIENCE = 5_000;

/** Does it, and says so where GitHub lets it wait: a terminal that stands still and says nothing looks broken. */
export async function notingSlowness<T>(work: Promise<T>, io: Pick<Io, 'err'>): Promise<T> {
  const note = 'agentrelay: GitHub has not answered yet; it is asked again for up to a minute';
  const timer = setTimeout(() => io.err(note), PATIENCE);
  try {
    return await work;
  } finally {
    clearTimeout(timer);
  }
}
