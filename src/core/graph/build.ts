import { ancestorTest } from './build-inputs.ts';
import { buildSettings } from './build-settings.ts';
import { buildTask, type TaskAgents } from './build-task.ts';
import type { Graph, Review, Sandbox, Workstream } from './graph.ts';
import { DEFAULT_BRANCH, DEFAULT_WORKSTREAM } from './known-names.ts';
import { type AgentDefaults, agentConfig, DEFAULT_ISOLATION, layIsolation } from './layer-agents.ts';
import type { GraphFile, TaskFile, WorkstreamFile } from './schema.ts';
import type { AgentFile } from './schema-agent.ts';

/** What the command line says: `model` stands in for that of the graph, the others come before all that it says. */
export interface GraphOverrides {
  readonly model?: string | null;
  readonly environment?: string | null;
  readonly sandbox?: Sandbox | null;
}

/** The graph of a file in which nothing is wrong. */
export function buildGraph(file: GraphFile, overrides: GraphOverrides): Graph {
  const graphIsolation = layIsolation(DEFAULT_ISOLATION, file.isolation);
  const lanes =
    file.workstreams === undefined || file.workstreams.length === 0 ? [{ id: DEFAULT_WORKSTREAM }] : file.workstreams;
  const ofGraph: OfLane = { isolation: graphIsolation, anthropicCredential: file.anthropic_credential ?? null };
  const workstreams = lanes.map((lane) => buildWorkstream(lane, ofGraph));
  const workstreamById = new Map(workstreams.map((lane) => [lane.id, lane]));
  const ancestors = ancestorTest(file);
  const agents = agentBuilder(file, overrides);
  const tasks = file.tasks.map((task) => {
    const workstreamId = task.workstream_id ?? file.workstream_id ?? DEFAULT_WORKSTREAM;
    return buildTask(
      task,
      file,
      { workstreamId, ...agents(task, workstreamById.get(workstreamId) ?? ofGraph) },
      ancestors,
    );
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

/** What a task takes over from its lane. */
type OfLane = Pick<Workstream, 'isolation' | 'anthropicCredential'>;

function buildWorkstream(lane: WorkstreamFile, { isolation, anthropicCredential }: OfLane): Workstream {
  return Object.freeze({
    id: lane.id,
    parentWorkstreamId: lane.parent_workstream_id ?? null,
    baseBranch: lane.base_branch ?? DEFAULT_BRANCH,
    mergeTargetBranch: lane.merge_target_branch ?? DEFAULT_BRANCH,
    autoMerge: lane.auto_merge ?? false,
    parallel: lane.parallel ?? false,
    isolation: layIsolation(isolation, lane.isolation),
    anthropicCredential: lane.anthropic_credential === undefined ? anthropicCredential : lane.anthropic_credential,
  });
}

/** Tasks that say nothing of their own share the agents of their lane. */
function agentBuilder(file: GraphFile, overrides: GraphOverrides): (task: TaskFile, lane: OfLane) => TaskAgents {
  const { environment, sandbox } = overrides;
  const model = overrides.model ?? file.model ?? null;
  const over: AgentFile = {
    ...(environment ? { environment: { type: environment } } : {}),
    ...(sandbox ? { isolation: { sandbox } } : {}),
  };
  const shared = new Map<OfLane, TaskAgents>();
  const build = (task: Partial<TaskFile>, lane: OfLane): TaskAgents => {
    const isolation = layIsolation(layIsolation(lane.isolation, task.isolation), over.isolation);
    const own = task.anthropic_credential;
    const anthropicCredential = own === undefined ? lane.anthropicCredential : own;
    const defaults: AgentDefaults = { isolation, anthropicCredential, model };
    const layers = [file.primary_agent, task.primary_agent, over];
    return {
      isolation,
      primaryAgent: agentConfig(layers, defaults),
      review: buildReview(file, task, { primary: layers, over }, defaults),
    };
  };
  return (task, lane) => {
    const hasOwn = [task.primary_agent, task.isolation, task.review, task.anthropic_credential].some(
      (key) => key !== undefined,
    );
    if (hasOwn) return build(task, lane);
    const found = shared.get(lane) ?? build({}, lane);
    shared.set(lane, found);
    return found;
  };
}

function buildReview(
  file: GraphFile,
  task: Partial<TaskFile>,
  { primary, over }: { readonly primary: readonly (AgentFile | undefined)[]; readonly over: AgentFile },
  defaults: AgentDefaults,
): Review | null {
  if (task.review === null || (task.review === undefined && file.review == null)) return null;
  return Object.freeze({
    agent: agentConfig([...primary, file.review?.agent, task.review?.agent, over], defaults),
    reviewOnAttempt: task.review?.review_on_attempt ?? file.review?.review_on_attempt ?? 1,
  });
}
