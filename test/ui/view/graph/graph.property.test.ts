import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ASCII, type Glyphs, UNICODE } from '../../../../src/ui/glyphs.ts';
import type { RowKey } from '../../../../src/ui/ui-state.ts';
import { drawGraph } from '../../../../src/ui/view/graph/graph.ts';
import { graphRows } from '../../../../src/ui/view/graph/graph-rows.ts';
import type { GraphSpec } from '../../../support/graphs.ts';
import { runOf, textsOf, viewOf } from '../views.ts';
import { followedEdges } from './followed.ts';

/** Graphs without a circle: tasks wait for earlier ones, lanes for lower ones. */
const specs: fc.Arbitrary<GraphSpec> = fc
  .record({
    lanes: fc.array(fc.option(fc.nat()), { minLength: 1, maxLength: 4 }),
    tasks: fc.array(fc.record({ lane: fc.nat(), deps: fc.array(fc.nat(), { maxLength: 4 }) }), {
      minLength: 1,
      maxLength: 18,
    }),
  })
  .map(({ lanes, tasks }) => {
    const laneOf = tasks.map(({ lane }) => lane % lanes.length);
    return {
      workstreams: lanes.map((parent, i) => ({
        id: `w${i}`,
        parent: parent === null || i === 0 ? null : `w${parent % i}`,
      })),
      tasks: tasks.map(({ deps }, i) => {
        const allowed = laneOf.flatMap((lane, j) => (j < i && lane <= (laneOf[i] as number) ? [`t${j}`] : []));
        const chosen = allowed.length === 0 ? [] : deps.map((n) => allowed[n % allowed.length] as string);
        return { id: `t${i}`, ws: `w${laneOf[i]}`, deps: [...new Set(chosen)] };
      }),
    };
  });

/** What must be drawn, from the graph file alone. */
function edgesOf({ tasks, workstreams = [] }: GraphSpec): string[] {
  const laneOf = new Map(tasks.map(({ id, ws }) => [id, ws]));
  const ofLanes = workstreams.flatMap(({ id, parent }) => (parent == null ? [] : [`lane:${parent} > lane:${id}`]));
  const ofTasks = tasks.flatMap(({ id, ws, deps = [] }) => {
    const near = deps.filter((name) => laneOf.get(name) === ws).map((name) => `task:${name}`);
    const far = deps.filter((name) => laneOf.get(name) !== ws).map((name) => `lane:${laneOf.get(name)}`);
    return [...new Set([...(near.length === 0 ? [`lane:${ws}`] : near), ...far])].map((from) => `${from} > task:${id}`);
  });
  return [...ofLanes, ...ofTasks].sort();
}

/** The rails of a drawing that is wide enough for all of them, and what stands on each line. */
function railsOf(spec: GraphSpec, glyphs: Glyphs): { rails: string[]; keys: (RowKey | null)[] } {
  const run = runOf(spec);
  const rows = [...graphRows(run)];
  const lines = textsOf(drawGraph(viewOf(run, {}, { glyphs }), { columns: 400, rows: 200 })).slice(1);
  const names = rows.map((key) => (key.startsWith('lane:') ? `lane ${key.slice(5)} ` : ` ${key.slice(5)} `));
  const start = (lines[0] ?? '').indexOf(names[0] ?? '') - 5;
  const keys = lines.map((text): RowKey | null => {
    if (text.slice(start).trim() === '') return null;
    expect(text.slice(start)).toContain(names[0]);
    names.shift();
    return rows.shift() ?? null;
  });
  expect(rows).toEqual([]);
  return { rails: lines.map((text) => text.slice(2, 2 + start)), keys };
}

test.each([UNICODE, ASCII])('following the lines finds each edge of the graph, and no other: $name', (glyphs) => {
  fc.assert(
    fc.property(specs, (spec) => {
      const { rails, keys } = railsOf(spec, glyphs);
      expect(followedEdges(rails, keys, glyphs).sort()).toEqual(edgesOf(spec));
    }),
    { numRuns: 150 },
  );
});

test('each row is there once, lanes with their tasks below them, and all below what they wait for', () => {
  fc.assert(
    fc.property(specs, (spec) => {
      const rows = graphRows(runOf(spec));
      const place = new Map(rows.map((key, at) => [key as string, at]));
      expect(rows.toSorted()).toEqual(
        [...spec.tasks.map(({ id }) => `task:${id}`), ...(spec.workstreams ?? []).map(({ id }) => `lane:${id}`)].sort(),
      );
      const laneOf = new Map(spec.tasks.map(({ id, ws }) => [`task:${id}`, ws]));
      let lane = '';
      for (const key of rows) {
        if (key.startsWith('lane:')) lane = key.slice(5);
        else expect(laneOf.get(key)).toBe(lane);
      }
      for (const edge of edgesOf(spec)) {
        const [from = '', to = ''] = edge.split(' > ');
        expect(place.get(from)).toBeLessThan(place.get(to) as number);
      }
    }),
    { numRuns: 100 },
  );
});
