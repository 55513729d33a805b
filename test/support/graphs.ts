import type { AgentConfig, Graph, GraphTask, Isolation, Settings, Workstream } from '../../src/core/graph/graph.ts';

/** A task with only what the test cares about; `ws` is its workstream. */
export interface TaskSpec extends Partial<Omit<GraphTask, 'id' | 'dependencies' | 'workstreamId' | 'primaryAgent'>> {
  readonly id: string;
  readonly deps?: readonly string[];
  readonly ws?: string;
  readonly framework?: string;
  readonly model?: string | null;
  readonly environment?: string;
}

/** A workstream with only what the test cares about. */
export interface WorkstreamSpec extends Partial<Omit<Workstream, 'id' | 'parentWorkstreamId'>> {
  readonly id: string;
  readonly parent?: string | null;
}

export interface GraphSpec {
  readonly name?: string;
  readonly settings?: Partial<Settings>;
  readonly tasks: readonly TaskSpec[];
  /** `default` alone when left out. */
  readonly workstreams?: readonly WorkstreamSpec[];
}

const ISOLATION: Isolation = {
  sandbox: 'none',
  tokenTier: 'standard',
  image: null,
  runtime: null,
  network: true,
  cpus: null,
  memory: null,
  mounts: [],
};

/** A graph as the loader would make it, without a file: every default applied, nothing checked. */
export function makeGraph(spec: GraphSpec): Graph {
  const tasks = spec.tasks.map(makeTask);
  const workstreams = (spec.workstreams ?? [{ id: 'default' }]).map(makeWorkstream);
  return {
    name: spec.name ?? 'graph',
    settings: spec.settings ?? {},
    tasks,
    taskById: new Map(tasks.map((task) => [task.id, task])),
    workstreams,
    workstreamById: new Map(workstreams.map((workstream) => [workstream.id, workstream])),
  };
}

export function makeTask({ deps, ws, framework, model, environment, ...rest }: TaskSpec): GraphTask {
  return {
    role: 'generic',
    description: null,
    dependencies: deps ?? [],
    paths: [],
    inputsFrom: [],
    completionGate: null,
    maxGateAttempts: 5,
    primaryAgent: makeAgent(framework ?? 'command', environment ?? 'tmux', model ?? null),
    isolation: ISOLATION,
    review: null,
    workstreamId: ws ?? 'default',
    approvals: 'ask',
    timeoutMs: null,
    stallAfterMs: null,
    maxCostUsd: null,
    maxTokens: null,
    maxCheckFixes: 2,
    setup: [],
    verify: [],
    cleanup: [],
    copy: [],
    link: [],
    ...rest,
  };
}

export function makeWorkstream({ parent, ...rest }: WorkstreamSpec): Workstream {
  return {
    parentWorkstreamId: parent ?? null,
    baseBranch: 'main',
    mergeTargetBranch: 'main',
    autoMerge: false,
    parallel: false,
    isolation: ISOLATION,
    anthropicCredential: null,
    ...rest,
  };
}

function makeAgent(framework: string, environment: string, model: string | null): AgentConfig {
  return {
    framework,
    model,
    adrVerbosity: 'none',
    environment: { type: environment },
    isolation: ISOLATION,
    anthropicCredential: null,
    command: framework === 'command' ? ['true'] : null,
  };
}
