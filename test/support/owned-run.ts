import type { RunEvent } from '../../src/core/events.ts';
import { DEFAULT_SETTINGS, type Settings } from '../../src/core/graph/graph.ts';
import { compareGraphs } from '../../src/core/graph-change.ts';
import { Orchestrator, type OrchestratorOptions } from '../../src/core/orchestrator.ts';
import type { Request, Wish } from '../../src/core/requests.ts';
import type { TaskState, WorkstreamState } from '../../src/core/run-state.ts';
import { StandardTaskRunner, type StepTables } from '../../src/core/task-runner.ts';
import type { WorkstreamSteps } from '../../src/core/workstream.ts';
import { REAL_CLOCK } from '../../src/steps/tools/clock.ts';
import {
  doneSignal,
  failedSignal,
  Journal,
  namedToken,
  quiet,
  runStarted,
  scriptedAgent,
  scriptedLanes,
  scriptedTables,
  startLog,
  type TaskScript,
  UnderWay,
} from './core.ts';
import { type GraphSpec, makeGraph } from './graphs.ts';

export interface OwnedRunSetup extends GraphSpec {
  readonly limits?: Partial<Settings>;
  readonly script?: TaskScript;
  readonly lanes?: Partial<WorkstreamSteps>;
  readonly tables?: Partial<StepTables>;
  readonly waitForPerson?: OrchestratorOptions['waitForPerson'];
  /** Of the owner before. */
  readonly journal?: Journal;
  /** The graph of the owner before; the file was edited since. */
  readonly edited?: GraphSpec;
  /** Nobody runs it: it is only asked. */
  readonly idle?: boolean;
}

/** A run, new or of an earlier owner, that can be asked. Agents that were launched live on, unless the script knows better. */
export class OwnedRun {
  readonly journal: Journal;
  readonly orchestrator: Orchestrator;
  #asked: number;

  constructor(setup: OwnedRunSetup) {
    const graph = makeGraph(setup);
    this.journal = setup.journal ?? new Journal();
    const log = setup.journal === undefined ? startLog(graph, this.journal) : this.journal.open();
    if (setup.journal !== undefined && !setup.idle) log.append({ kind: 'run_resumed', pid: 2 });
    if (setup.edited !== undefined) {
      const { change, problems } = compareGraphs(makeGraph(setup.edited), graph, log.state);
      if (problems.length > 0) throw new Error(problems.join('\n'));
      const { tasks, workstreams } = runStarted(graph);
      log.append({ kind: 'graph_changed', digest: 'edited', tasks, workstreams, ...change });
    }
    const script: TaskScript = {
      find: (it) => (it.resumed?.agent ? { agent: scriptedAgent(script, it), found: 'alive' } : null),
      ...setup.script,
    };
    this.#asked = log.state.request;
    this.orchestrator = new Orchestrator({
      graph,
      settings: { ...DEFAULT_SETTINGS, ...setup.limits },
      taskRunner: new StandardTaskRunner({ ...scriptedTables(script), ...setup.tables }),
      workstreamSteps: scriptedLanes(setup.lanes),
      log,
      tokenOf: namedToken,
      clock: REAL_CLOCK,
      waitForPerson: setup.waitForPerson ?? null,
    });
  }

  /** What the owner said to a wish: `applied`, or the code of the refusal; null when it is left for the next one. */
  async ask(wish: Wish, number = this.#asked + 1): Promise<string | null> {
    this.#asked = number;
    await this.orchestrator.request({ number, request: { ...wish, by: { pid: 1, host: 'here' } } as Request });
    return this.answer(number);
  }

  answer(number: number): string | null {
    const answers = this.events('request_applied', 'request_refused').filter(
      (event) => 'request' in event && event.request === number,
    );
    if (answers.length > 1) throw new Error(`request ${number} is answered ${answers.length} times`);
    const [answer] = answers;
    if (answer?.kind === 'request_refused') return answer.code;
    return answer === undefined ? null : 'applied';
  }

  task(id: string): TaskState {
    return this.orchestrator.state.tasks.get(id) as TaskState;
  }

  lane(id: string): WorkstreamState {
    return this.orchestrator.state.workstreams.get(id) as WorkstreamState;
  }

  events(...kinds: string[]): RunEvent[] {
    return this.journal.events().filter((event) => kinds.includes(event.kind));
  }

  /** Of events about tasks: `started a 1`; without the attempt where there is none. */
  told(...kinds: string[]): string[] {
    return this.events(...kinds.map((kind) => `task_${kind}`)).map((event) => {
      const task = 'task' in event ? event.task : '';
      return `${event.kind.replace('task_', '')} ${task}${'attempt' in event ? ` ${event.attempt}` : ''}`;
    });
  }
}

/** Agents that are done, or fail, when the test ends `task`. */
export function workers(fails: (id: string, attempt: number) => boolean = () => false) {
  const underWay = new UnderWay();
  const script: TaskScript = {
    async wait(it) {
      await underWay.begin(it.task.id, it.signal);
      return fails(it.task.id, it.attempt) ? failedSignal(it, 'no') : doneSignal(it);
    },
  };
  return { underWay, script };
}

/** Ends what is under way, one after the other, as it comes, but for `patience`, until nothing is. */
export async function endAll(underWay: UnderWay): Promise<void> {
  for (;;) {
    await quiet();
    const [name] = underWay.names().filter((each) => each !== 'patience');
    if (name === undefined) return;
    underWay.end(name);
  }
}
