import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { AgentPlace } from '../places/agent-place.ts';
import type { Act } from './act.ts';
import type { Leg } from './go.ts';
import type { SweepPlace } from './place.ts';
import { between, randomFrom } from './random.ts';
import type { SweepCase } from './sweep.ts';

/** Milliseconds that nobody runs the graph, half of the time none at all: agents work on, and end, meanwhile. */
export function absence(random: () => number): number {
  return random() < 0.5 ? 0 : between(random, 50, 900);
}

/** The file that tells that an act was done. */
export function markOf(place: SweepPlace): string {
  return join(place.directory, 'acted');
}

/** The owner is killed at event `seq`, once. */
export function crashAt(seq: number, when: Act['when'], seed: number): SweepCase {
  return {
    name: `killed ${when === 'torn' ? 'in the middle of' : when} event ${seq}`,
    mayRetry: false,
    legs: (place) => [
      {
        act: { seq, when, tmuxSocket: null, killOwner: true, mark: markOf(place) },
        absence: absence(randomFrom(seed * 1_000 + seq)),
      },
    ],
  };
}

/** The owner is killed one to four times at random times; every other time with all the programs that it has started. */
export function crashAtRandom(number: number, seed: number, duration: number, agents?: AgentPlace): SweepCase {
  const random = randomFrom(seed * 7_919 + number);
  const legs = Array.from({ length: between(random, 1, 4) }, (_, at): Leg => {
    // What is left to do gets less with each owner.
    const after = between(random, at === 0 ? 20 : 150, Math.round(duration / (at === 0 ? 1 : 2)));
    const children = random() < 0.5;
    return {
      absence: absence(random),
      harm: async (owner, ended) => {
        if (await passes(after, ended)) owner.kill({ children });
      },
    };
  });
  return {
    name: `random run ${number}`,
    mayRetry: false,
    place: { pause: 0.1, ...(agents === undefined ? {} : { agents }) },
    legs: () => legs,
  };
}

/** False when the owner ended before the time was over. */
export async function passes(milliseconds: number, ended: AbortSignal): Promise<boolean> {
  return await delay(milliseconds, true, { signal: ended }).catch(() => false);
}
