import { endTrouble, go } from '../sweep/go.ts';
import { judge } from '../sweep/judge.ts';
import { makeSweepPlace } from '../sweep/place.ts';
import type { SweptProgram } from '../sweep/program.ts';
import { baselineOf } from '../sweep/sweep.ts';
import type { World } from '../sweep/world.ts';
import type { AgentPlace } from './agent-place.ts';

/** What the demo's graph leaves when its agents live in windows of a local tmux. */
export async function usualWorld(swept: SweptProgram): Promise<World> {
  return (await baselineOf(swept)).world;
}

/** Runs the demo's graph in this place; what differs from the usual world, and what is left over, in words. */
export async function demoInPlace(swept: SweptProgram, expected: World, agents: AgentPlace): Promise<string[]> {
  const place = await makeSweepPlace(swept, { agents });
  try {
    const journey = await go(place, []);
    const { deviations } = await judge(place, { expected, mayRetry: false, journals: journey.journals });
    return [...endTrouble(journey), ...deviations];
  } finally {
    place.remove();
  }
}
