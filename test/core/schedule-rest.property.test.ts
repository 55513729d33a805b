import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Graph, GraphTask } from '../../src/core/graph/graph.ts';
import { Schedule } from '../../src/core/schedule.ts';
import { makeGraph } from '../support/graphs.ts';

const FRAMEWORKS = ['codex', 'gemini'];

const anyGraph = fc
  .array(fc.record({ ws: fc.nat(2), framework: fc.nat(1), dependency: fc.option(fc.nat(20)) }), {
    minLength: 4,
    maxLength: 12,
  })
  .map((specs) =>
    makeGraph({
      workstreams: [
        { id: 'w0', parallel: true },
        { id: 'w1', parallel: false },
        { id: 'w2', parallel: true },
      ],
      tasks: specs.map(({ ws, framework, dependency }, at) => {
        // Of its own lane: lanes are merged by nobody here.
        const earlier = specs.slice(0, at).flatMap((other, index) => (other.ws === ws ? [`t${index}`] : []));
        const deps = dependency === null || earlier.length === 0 ? [] : [earlier[dependency % earlier.length] ?? ''];
        return { id: `t${at}`, ws: `w${ws}`, framework: FRAMEWORKS[framework] ?? '', deps };
      }),
    }),
  );

const anyMove = fc.record({
  kind: fc.constantFrom('next', 'rest', 'comeBack', 'force', 'succeed', 'again', 'anew'),
  which: fc.nat(20),
});

/** What tasks hold, counted beside the schedule. */
class Held {
  readonly limits = { maxConcurrency: 2, caps: { codex: 1 } };
  readonly running = new Map<string, { readonly task: GraphTask; rests: boolean }>();
  readonly ended = new Set<string>();
  readonly graph: Graph;
  schedule: Schedule;

  constructor(graph: Graph) {
    this.graph = graph;
    this.schedule = new Schedule(graph, this.limits);
  }

  /** Those that hold a slot. */
  active(framework?: string): number {
    const all = [...this.running.values()].filter(({ rests }) => !rests);
    return all.filter(({ task }) => framework === undefined || task.primaryAgent.framework === framework).length;
  }

  next(): boolean {
    const task = this.schedule.next();
    if (task === null) return false;
    expect(this.running.has(task.id) || this.ended.has(task.id)).toBe(false);
    expect(task.dependencies.every((id) => this.ended.has(id))).toBe(true);
    this.running.set(task.id, { task, rests: false });
    this.#requireRoom(task);
    const inLane = [...this.running.values()].filter(({ task: other }) => other.workstreamId === task.workstreamId);
    if (task.workstreamId === 'w1') expect(inLane).toHaveLength(1);
    return true;
  }

  move(kind: string, which: number): void {
    if (kind === 'next') return void this.next();
    if (kind === 'anew') return this.#makeAnew();
    const all = [...this.running.values()];
    const one = all[which % Math.max(1, all.length)];
    if (one === undefined) return;
    switch (kind) {
      case 'rest':
        this.schedule.rest(one.task);
        one.rests = true;
        return;
      case 'comeBack':
      case 'force':
        return this.#comeBack(one, kind === 'force');
      default:
        this.#end(one.task, kind);
    }
  }

  /** Whoever came back by force may be too many; nobody who was begun, or came back otherwise, just now is. */
  #requireRoom({ primaryAgent: { framework } }: GraphTask): void {
    expect(this.active()).toBeLessThanOrEqual(this.limits.maxConcurrency);
    if (framework === 'codex') expect(this.active('codex')).toBeLessThanOrEqual(this.limits.caps.codex);
  }

  #comeBack(one: { readonly task: GraphTask; rests: boolean }, force: boolean): void {
    const hadSlot = !one.rests;
    const isBack = this.schedule.comeBack(one.task, { force });
    one.rests = !isBack;
    if (force) expect(isBack).toBe(true);
    else if (isBack && !hadSlot) this.#requireRoom(one.task);
  }

  #end(task: GraphTask, how: string): void {
    this.running.delete(task.id);
    this.schedule.release(task);
    if (how === 'again') return this.schedule.requeue(task);
    this.ended.add(task.id);
    this.schedule.succeed(task);
  }

  /** As a request or a changed graph has it made. */
  #makeAnew(): void {
    const resting = [...this.running.values()].filter(({ rests }) => rests).map(({ task }) => task.id);
    this.schedule = new Schedule(this.graph, this.limits, new Set(this.running.keys()), new Set(resting));
    for (const id of this.ended) this.schedule.succeed(this.graph.taskById.get(id) as GraphTask);
  }
}

test('slots, caps and lanes are never given to too many, and none is lost, whoever rests and comes back', () => {
  fc.assert(
    fc.property(anyGraph, fc.array(anyMove, { minLength: 30, maxLength: 60 }), (graph, moves) => {
      const held = new Held(graph);
      for (const { kind, which } of moves) held.move(kind, which);
      // From here on all goes well: everybody has his turn.
      for (let round = 0; held.ended.size < graph.tasks.length; round++) {
        expect(round).toBeLessThan(100);
        for (const id of [...held.running.keys()]) {
          held.move('force', [...held.running.keys()].indexOf(id));
          held.move('succeed', [...held.running.keys()].indexOf(id));
        }
        while (held.next());
        // Nothing rests: so many as may run do, if there is so much to do.
        expect(held.active() > 0 || held.ended.size === graph.tasks.length).toBe(true);
      }
    }),
    { numRuns: 300 },
  );
});
