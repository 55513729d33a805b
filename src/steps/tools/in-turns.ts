/** Runs what it is given, at most `limit` of it at once; the others wait for their turns. */
export function inTurns(limit: number): <T>(work: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (work) => {
    if (running < limit) running++;
    else await new Promise<void>((go) => waiting.push(go));
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      // It takes this turn over.
      if (next === undefined) running--;
      else next();
    }
  };
}
