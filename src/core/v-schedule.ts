import type { AgentConfig, Graph, GraphTask, Workstream } from './graph/graph.ts';
import { remainingPath } from './graph/order.ts';
import { Heap } from './heap.ts';

export interface ScheduleLimits {
  readonly maxConcurrency: number;
  /** Live agents at once by framework or model name. */
  readonly caps: Readonly<Record<string, number>>;
}

/** A bounded place that tasks hold while they run: a lane without `parallel`, or a cap. */
interface Gate {
  readonly limit: number;
  held: number;
  /** Ready tasks that found the place full; the best one comes back when it is freed. */
  readonly parked: Heap<GraphTask>;
}

interface Lane {
  readonly workstream: Workstream;
  readonly gate: Gate | null;
  merged: boolean;
  succeeded: number;
  /** Failed for good, or blocked. */
  dead: number;
  /** Its own. */
  readonly tasks: GraphTask[];
  /** Each once per lane that it waits for. */
  readonly waitingTasks: GraphTask[];
  /** It can never be merged, and whatever waits for it has been blocked. */
  doomed: boolean;
}

/**
 * Which task may start next. Counts what each task still waits for, so that one event costs time in the size of
 * what it changes: never of the graph. Ready tasks come out longest remaining path first, then in file order.
 */
export class Schedule {
  readonly #graph: Graph;
  readonly #ready: Heap<GraphTask>;
  readonly #lanes = new Map<string, Lane>();
  readonly #caps = new Map<string, Gate>();
  /** By task: what was taken for an earlier definition of it is given back by this one. */
  readonly #agents = new Map<string, AgentConfig>();
  readonly #waits = new Map<string, number>();
  readonly #dependants = new Map<string, GraphTask[]>();
  readonly #ended = new Set<string>();
  readonly #running: ReadonlySet<string>;
  /** Tasks under way whose slot and caps are for others just now; their lane is not. */
  readonly #resting: Set<string>;
  readonly #freeSlots: { count: number };

  /** `running` are tasks that have their places already, as if `next` had given them out; some of them may rest. */
  constructor(
    graph: Graph,
    limits: ScheduleLimits,
    running: ReadonlySet<string> = new Set(),
    resting: ReadonlySet<string> = new Set(),
  ) {
    this.#graph = graph;
    this.#running = running;
    this.#resting = new Set(resting);
    this.#freeSlots = { count: limits.maxConcurrency };
    const before = byUrgency(graph);
    const gate = (limit: number): Gate => ({ limit, held: 0, parked: new Heap(before) });
    this.#ready = new Heap(before);
    for (const [name, limit] of Object.entries(limits.caps)) this.#caps.set(name, gate(limit));
    for (const workstream of graph.workstreams) {
      this.#lanes.set(workstream.id, {
        workstream,
        gate: workstream.parallel ? null : gate(1),
        merged: false,
        succeeded: 0,
        dead: 0,
        tasks: [],
        waitingTasks: [],
        doomed: false,
      });
    }
    for (const task of graph.tasks) {
      this.#agents.set(task.id, task.primaryAgent);
      this.#lane(task.workstreamId).tasks.push(task);
    }
    for (const task of graph.tasks) {
      if (running.has(task.id)) this.#take(task);
      this.#admit(task);
    }
  }

  /** Takes the best task that may start now, with its slot, its lane and its caps; null when none may. */
  next(): GraphTask | null {
    while (this.#freeSlots.count > 0) {
      const task = this.#ready.pop();
      if (task === undefined) return null;
      const gates = this.#gatesOf(task);
      if (this.#ended.has(task.id)) {
        // It was blocked while parked: the place that it was called back to is for another.
        for (const gate of gates) unpark(gate, this.#ready);
        continue;
      }
      const full = gates.find((gate) => gate.held >= gate.limit);
      if (full !== undefined) {
        full.parked.push(task);
        // It leaves room in its other places, which those that are parked there may want.
        for (const gate of gates) if (gate !== full) unpark(gate, this.#ready);
        continue;
      }
      this.#take(task);
      return task;
    }
    return null;
  }

  #take(task: GraphTask): void {
    const lane = this.#lane(task.workstreamId).gate;
    if (lane !== null) lane.held++;
    if (!this.#resting.has(task.id)) this.#takeSlot(task);
  }

  #takeSlot(task: GraphTask): void {
    this.#freeSlots.count--;
    for (const cap of this.#capsOf(task)) cap.held++;
  }

  /** Gives back what `next` took. */
  release(task: GraphTask): void {
    if (!this.#resting.delete(task.id)) this.#giveSlot(task);
    const lane = this.#lane(task.workstreamId).gate;
    if (lane !== null) leave(lane, this.#ready);
  }

  #giveSlot(task: GraphTask): void {
    this.#freeSlots.count++;
    for (const cap of this.#capsOf(task)) leave(cap, this.#ready);
  }

  /** A running task does nothing for a while: its slot and its caps are for others, its lane is not. */
  rest(task: GraphTask): void {
    if (this.#resting.has(task.id)) return;
    this.#resting.add(task.id);
    this.#giveSlot(task);
  }

  /** The other way round, if there is room; with `force` in any case: what it does cannot wait. */
  comeBack(task: GraphTask, { force = false } = {}): boolean {
    if (!this.#resting.has(task.id)) return true;
    const hasRoom = this.#freeSlots.count > 0 && this.#capsOf(task).every((cap) => cap.held < cap.limit);
    
    this.#resting.delete(task.id);
    this.#takeSlot(task);
    return true;
  }

  /** The task will be tried again. */
  requeue(task: GraphTask): void {
    this.#ready.push(task);
  }

  succeed(task: GraphTask): void {
    this.#ended.add(task.id);
    this.#lane(task.workstreamId).succeeded++;
    for (const dependant of this.#dependants.get(task.id) ?? []) this.#fulfil(dependant);
  }

  /** The task failed for good: all that now can never run, in the order in which it was found. */
  fail(task: GraphTask): GraphTask[] {
    // One that a person has called off may have been blocked before.
    if (!this.#ended.has(task.id)) this.#lane(task.workstreamId).dead++;
    this.#ended.add(task.id);
    return this.#block([...(this.#dependants.get(task.id) ?? []), ...this.#behindLane(task.workstreamId)]);
  }

  /** The lane can never be merged: all that now can never run, its own unstarted tasks included. */
  failLane(id: string): GraphTask[] {
    return this.#block([...this.#lane(id).tasks, ...this.#behindLane(id)]);
  }

  mergeLane(id: string): void {
    const lane = this.#lane(id);
    if (lane.merged) return;
    lane.merged = true;
    for (const task of lane.waitingTasks) this.#fulfil(task);
  }

  /**
   * `open`: a task of the lane may still succeed; `complete`: all have; `failed`: some never will, none can run.
   * A lane without tasks is never begun, and stays open.
   */
  laneProgress(id: string): 'open' | 'complete' | 'failed' {
    const lane = this.#lane(id);
    const size = lane.tasks.length;
    if (lane.succeeded + lane.dead < size || size === 0) return 'open';
    return lane.dead === 0 ? 'complete' : 'failed';
  }

  /** Lanes that are not merged and that a task which could still run waits for. */
  awaitedLanes(): string[] {
    const awaited = [...this.#lanes.values()].filter(
      (lane) => !lane.merged && lane.waitingTasks.some((task) => !this.#ended.has(task.id)),
    );
    return awaited.map((lane) => lane.workstream.id);
  }

  #admit(task: GraphTask): void {
    const lanes = new Set<string>();
    let waits = 0;
    for (const id of task.dependencies) {
      const dependency = this.#graph.taskById.get(id);
      if (dependency === undefined) continue;
      if (dependency.workstreamId !== task.workstreamId) {
        lanes.add(dependency.workstreamId);
        continue;
      }
      waits++;
      const known = this.#dependants.get(id);
      if (known === undefined) this.#dependants.set(id, [task]);
      else known.push(task);
    }
    const parent = this.#parentOf(task.workstreamId);
    if (parent !== null) lanes.add(parent);
    for (const id of lanes) this.#lane(id).waitingTasks.push(task);
    waits += lanes.size;
    this.#waits.set(task.id, waits);
    if (waits === 0 && !this.#running.has(task.id)) this.#ready.push(task);
  }

  #fulfil(task: GraphTask): void {
    const waits = (this.#waits.get(task.id) ?? 0) - 1;
    this.#waits.set(task.id, waits);
    if (waits === 0 && !this.#ended.has(task.id) && !this.#running.has(task.id)) this.#ready.push(task);
  }

  /** The nearest lane above this one that has tasks: one without is never merged, and waits for nothing itself. */
  #parentOf(id: string): string | null {
    let parent = this.#lane(id).workstream.parentWorkstreamId;
    while (parent !== null && this.#lane(parent).tasks.length === 0) {
      parent = this.#lane(parent).workstream.parentWorkstreamId;
    }
    return parent;
  }

  /** All that waits for a lane which is now known never to be merged; nothing the second time. */
  #behindLane(id: string): readonly GraphTask[] {
    const lane = this.#lane(id);
    if (lane.doomed) return [];
    lane.doomed = true;
    return lane.waitingTasks;
  }

  #block(roots: readonly GraphTask[]): GraphTask[] {
    const blocked: GraphTask[] = [];
    const queue = [...roots];
    for (let task = queue.pop(); task !== undefined; task = queue.pop()) {
      if (this.#ended.has(task.id)) continue;
      this.#ended.add(task.id);
      this.#lane(task.workstreamId).dead++;
      blocked.push(task);
      for (const dependant of this.#dependants.get(task.id) ?? []) queue.push(dependant);
      for (const waiting of this.#behindLane(task.workstreamId)) queue.push(waiting);
    }
    return blocked;
  }

  #gatesOf(task: GraphTask): Gate[] {
    const lane = this.#lane(task.workstreamId).gate;
    return lane === null ? this.#capsOf(task) : [lane, ...this.#capsOf(task)];
  }

  #capsOf(task: GraphTask): Gate[] {
    const { framework, model } = this.#agents.get(task.id) ?? task.primaryAgent;
    const caps = [this.#caps.get(framework)];
    if (model !== null && model !== framework) caps.push(this.#caps.get(model));
    return caps.filter((cap) => cap !== undefined);
  }

  #lane(id: string): Lane {
    return this.#lanes.get(id) as Lane;
  }
}

function leave(gate: Gate, ready: Heap<GraphTask>): void {
  gate.held--;
  unpark(gate, ready);
}

function unpark(gate: Gate, ready: Heap<GraphTask>): void {
  if (gate.held >= gate.limit) return;
  const parked = gate.parked.pop();
  if (parked !== undefined) ready.push(parked);
}

function byUrgency(graph: Graph): (a: GraphTask, b: GraphTask) => boolean {
  const paths = remainingPath(graph);
  const places = new Map(graph.tasks.map((task, place) => [task.id, place]));
  const path = (task: GraphTask) => paths.get(task.id) ?? 0;
  const place = (task: GraphTask) => places.get(task.id) ?? 0;
  return (a, b) => path(a) > path(b) || (path(a) === path(b) && place(a) < place(b));
}
