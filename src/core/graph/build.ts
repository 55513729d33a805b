import type { AgentConfig, Command, Graph, GraphTask, InputSource, Isolation, Review, Settings, TaggedPath, Workstream } from './graph.ts';
import { parseDuration } from './duration.ts';
import { DEFAULT_BRANCH, DEFAULT_WORKSTREAM } from './known-names.ts';
import { agentConfig, DEFAULT_ISOLATION, layIsolation } from './layer-agents.ts';
import { cleanPath } from './safe-text.ts';
import type { GraphFile, TaskFile, WorkstreamFile } from './schema.ts';

const DEFAULT_GATE_ATTEMPTS = 5;
const DEFAULT_CHECK_FIXES = 2;

/** The graph of a file in which nothing is wrong. `model` (of the command line) stands in for that of the graph. */
export function buildGraph(file: GraphFile, model: string | null): Graph {
  const graphIsolation = layIsolation(DEFAULT_ISOLATION, file.isolation);
  const lanes = file.workstreams === undefined || file.workstreams.length === 0 ? [{ id: DEFAULT_WORKSTREAM }] : file.workstreams;
  const workstreams = lanes.map((lane) => buildWorkstream(lane, graphIsolation));
  const workstreamById = new Map(workstreams.map((lane) => [lane.id, lane]));
  const ancestors = ancestorTest(file);
  const agents = agentBuilder(file, model ?? file.model ?? null);
  const tasks = file.tasks.map((task) => {
    const workstreamId = task.workstream_id ?? file.workstream_id ?? DEFAULT_WORKSTREAM;
    const laneIsolation = workstreamById.get(workstreamId)?.isolation ?? graphIsolation;
    return buildTask(task, file, { workstreamId, ...agents(task, laneIsolation) }, ancestors);
  });
  return Object.freeze({
    name: file.name,
    settings: Object.freeze(buildSettings(file)),
    tasks: Object.freeze(tasks),
    taskById: new Map(tasks.map((task) => [task.id, task])),
    workstreams: Object.freeze(workstreams),
    workstreamById,
  });
}

function buildWorkstream(lane: WorkstreamFile, graphIsolation: Isolation): Workstream {
  return Object.freeze({
    id: lane.id,
    parentWorkstreamId: lane.parent_workstream_id ?? null,
    baseBranch: lane.base_branch ?? DEFAULT_BRANCH,
    mergeTargetBranch: lane.merge_target_branch ?? DEFAULT_BRANCH,
    autoMerge: lane.auto_merge ?? false,
    parallel: lane.parallel ?? false,
    isolation: layIsolation(graphIsolation, lane.isolation),
  });
}

interface TaskAgents {
  readonly isolation: Isolation;
  readonly primaryAgent: AgentConfig;
  readonly review: Review | null;
}

/** Tasks that say nothing of their own share the agents of their lane. */
function agentBuilder(file: GraphFile, model: string | null): (task: TaskFile, lane: Isolation) => TaskAgents {
  const shared = new Map<Isolation, TaskAgents>();
  const build = (task: Partial<TaskFile>, lane: Isolation): TaskAgents => {
    const isolation = layIsolation(lane, task.isolation);
    const layers = [file.primary_agent, task.primary_agent];
    return {
      isolation,
      primaryAgent: agentConfig(layers, isolation, model),
      review: buildReview(file, task, layers, isolation, model),
    };
  };
  return (task, lane) => {
    if (task.primary_agent !== undefined || task.isolation !== undefined || task.review !== undefined) return build(task, lane);
    const found = shared.get(lane) ?? build({}, lane);
    shared.set(lane, found);
    return found;
  };
}

function buildReview(
  file: GraphFile,
  task: Partial<TaskFile>,
  primary: readonly (TaskFile['primary_agent'] | undefined)[],
  isolation: Isolation,
  model: string | null,
): Review | null {
  if (task.review === null || (task.review === undefined && file.review == null)) return null;
  return Object.freeze({
    agent: agentConfig([...primary, file.review?.agent, task.review?.agent], isolation, model),
    reviewOnAttempt: task.review?.review_on_attempt ?? file.review?.review_on_attempt ?? 1,
  });
}

type Ancestors = (task: string, ancestor: string) => boolean;

function buildTask(
  task: TaskFile,
  file: GraphFile,
  agents: TaskAgents & { readonly workstreamId: string },
  ancestors: Ancestors,
): GraphTask {
  return Object.freeze({
    id: task.id,
    role: task.role ?? file.role ?? 'generic',
    description: task.description ?? null,
    dependencies: Object.freeze(task.dependencies ?? []),
    paths: buildPaths(task.paths ?? file.paths, task.tagged_paths ?? file.tagged_paths),
    inputsFrom: buildInputs(task, file, ancestors),
    completionGate: orDefault(task.completion_gate, file.completion_gate),
    maxGateAttempts: task.max_gate_attempts ?? file.max_gate_attempts ?? DEFAULT_GATE_ATTEMPTS,
    ...agents,
    approvals: task.approvals ?? file.approvals ?? 'ask',
    timeoutMs: milliseconds(orDefault(task.timeout, file.timeout)),
    stallAfterMs: milliseconds(orDefault(task.stall_after, file.stall_after)),
    maxCostUsd: orDefault(task.max_cost_usd, file.max_cost_usd),
    maxTokens: orDefault(task.max_tokens, file.max_tokens),
    maxCheckFixes: task.max_check_fixes ?? file.max_check_fixes ?? DEFAULT_CHECK_FIXES,
    setup: commandList(task.setup ?? file.setup),
    verify: commandList(task.verify ?? file.verify),
    cleanup: commandList(task.cleanup ?? file.cleanup),
    copy: pathList(task.copy ?? file.copy),
    link: pathList(task.link ?? file.link),
  });
}

/** A written null takes a default back. */
function orDefault<T>(own: T | null | undefined, inherited: T | null | undefined): T | null {
  return (own === undefined ? inherited : own) ?? null;
}

function milliseconds(duration: number | string | null): number | null {
  return duration === null ? null : parseDuration(duration);
}

const NOTHING: readonly never[] = Object.freeze([]);

function commandList(commands: TaskFile['setup']): readonly Command[] {
  if (commands === undefined) return NOTHING;
  return Object.freeze(typeof commands === 'string' ? [commands] : commands);
}

function pathList(paths: readonly string[] | undefined): readonly string[] {
  return paths === undefined ? NOTHING : Object.freeze(paths.map(cleanPath));
}

function buildPaths(paths: TaskFile['paths'], tagged: TaskFile['tagged_paths']): readonly TaggedPath[] {
  if (paths === undefined && tagged === undefined) return NOTHING;
  const all: TaggedPath[] = [];
  for (const category of ['src', 'test', 'spec'] as const) {
    for (const path of [paths?.[category] ?? []].flat()) all.push({ path: cleanPath(path), category });
  }
  for (const { path, category } of tagged ?? []) all.push({ path: cleanPath(path), category });
  return Object.freeze(all);
}

/** A source that is named at the top is one for the tasks after it: it cannot be its own, nor that of earlier ones. */
function buildInputs(task: TaskFile, file: GraphFile, ancestors: Ancestors): readonly InputSource[] {
  const written = task.inputs_from ?? file.inputs_from;
  if (written === undefined) return NOTHING;
  const inherited = task.inputs_from === undefined;
  return Object.freeze(
    [written].flat().flatMap(({ task: source, category }) =>
      inherited && !ancestors(task.id, source) ? [] : [{ task: source, category: category ?? null }],
    ),
  );
}

/** Asked only of the few tasks that the top of the file names as inputs. */
function ancestorTest(file: GraphFile): Ancestors {
  const descendants = new Map<string, ReadonlySet<string>>();
  const after = new Map<string, string[]>();
  if (file.inputs_from !== undefined) {
    for (const { id, dependencies } of file.tasks) {
      for (const before of dependencies ?? []) after.set(before, [...(after.get(before) ?? []), id]);
    }
  }
  return (task, ancestor) => {
    let found = descendants.get(ancestor);
    if (found === undefined) {
      const reached = new Set(after.get(ancestor));
      for (const id of reached) for (const next of after.get(id) ?? []) reached.add(next);
      found = reached;
      descendants.set(ancestor, found);
    }
    return found.has(task);
  };
}

/** Only the keys that stand in the file: what is left out may come from the command line or the user's config. */
function buildSettings(file: GraphFile): Partial<Settings> {
  const written: { readonly [K in keyof Settings]: Settings[K] | undefined } = {
    maxConcurrency: file.max_concurrency,
    maxTaskAttempts: file.max_task_attempts,
    teardownMode: file.teardown_mode,
    keepPanes: file.keep_panes,
    failFastOnWorkstreamError: file.fail_fast_on_workstream_error,
    failFastOnInternalError: file.fail_fast_on_internal_error,
    tmuxSession: file.tmux_session,
    model: file.model,
    tools: file.tools,
    anthropicCredential: file.anthropic_credential,
    mergeMethod: file.merge_method,
    caps: file.caps,
    notify: file.notify,
    forge: file.forge,
  };
  return Object.fromEntries(Object.entries(written).filter(([, value]) => value !== undefined));
}
