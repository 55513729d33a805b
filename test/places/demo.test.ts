import { rmSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { AgentPlace } from '../support/places/agent-place.ts';
import { AGENT_PLACES, agentPlace, mixed } from '../support/places/agent-places.ts';
import { demoInPlace, usualWorld } from '../support/places/demo-in-place.ts';
import { copyProgram, type SweptProgram } from '../support/sweep/program.ts';
import type { World } from '../support/sweep/world.ts';

// The demo's graph, unchanged but for the place of its agents, comes to the same end everywhere, and leaves nothing.

const places: AgentPlace[] = [];
let swept: SweptProgram;
let expected: World;

beforeAll(async () => {
  swept = copyProgram();
  for (const name of AGENT_PLACES) {
    const place = await agentPlace(name);
    if (place !== null) places.push(place);
  }
  expected = await usualWorld(swept);
});

afterAll(async () => {
  for (const place of places) await place.end();
  rmSync(swept.folder, { recursive: true, force: true });
});

const named = (name: string) => places.find((place) => place.name === name) as AgentPlace;
const deviations = (place: AgentPlace) => demoInPlace(swept, expected, place);

test.concurrent.each(AGENT_PLACES)('the demo in %s', async (name) => {
  expect(await deviations(named(name))).toEqual([]);
});

test.concurrent('the demo with each task in another place', async () => {
  expect(await deviations(mixed(places))).toEqual([]);
});
