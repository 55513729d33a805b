import { setTimeout as delay } from 'node:timers/promises';
import type { Act } from './act.ts';
import { type Owner, type OwnerEnd, startOwner } from './owner.ts';
import type { SweepPlace } from './place.ts';

/** One owner that may come to harm. */
export interface Leg {
  readonly act?: Act;
  /** Harm from outside; `ended` is aborted when the owner is gone. */
  readonly harm?: (owner: Owner, ended: AbortSignal) => Promise<void>;
  /** Milliseconds that nobody runs the graph after it was killed. */
  readonly absence?: number;
}

export interface Journey {
  /** The journal after each owner. */
  readonly journals: readonly string[];
  /** How each owner ended, the last one last. */
  readonly ends: readonly OwnerEnd[];
  /** How many of them were killed. */
  readonly kills: number;
}

/**
 * Runs the place's graph through the legs, then goes on with it until an owner ends by itself; one that does not end
 * well is followed by another, `again` times at most.
 */
export async function go(place: SweepPlace, legs: readonly Leg[], again = 0): Promise<Journey> {
  const journals: string[] = [];
  const ends: OwnerEnd[] = [];
  const waiting = [...legs, ...Array.from<Leg>({ length: 1 + again }).fill({})];
  for (const { act, harm, absence = 0 } of waiting) {
    const owner = startOwner(place, ends.length + 1, act);
    const over = new AbortController();
    const harmed = harm?.(owner, over.signal);
    const end = await owner.ended;
    over.abort();
    await harmed;
    ends.push(end);
    journals.push(place.journal());
    if (end.code === 0 || end.hung) break;
    // Without `again` the end of an owner that was not killed is the end.
    if (end.code !== null && ends.filter(({ code }) => code !== null).length > again) break;
    await delay(absence);
  }
  return { journals, ends, kills: ends.filter(({ code, hung }) => code === null && !hung).length };
}

/** What is wrong with how the owners ended: the last one is to end by itself, and well. */
export function endTrouble({ ends }: Journey): string[] {
  const last = ends.at(-1);
  if (last?.hung) return ['the last owner hung'];
  return last?.code === 0 ? [] : [`the last owner exited with ${last?.code}`];
}
