import { type Ancestors, buildInputs } from './build-inputs.ts';
import { parseDuration } from './duration.ts';
import type { AgentConfig, Command, GraphTask, Isolation, Review, TaggedPath } from './graph.ts';
import { cleanPath } from './safe-text.ts';
import type { GraphFile, TaskFile } from './schema.ts';

const DEFAULT_GATE_ATTEMPTS = 5;
const DEFAULT_CHECK_FIXES = 2;

/** What a task takes from its lane and the layers of agents. */
export interface TaskAgents {
  readonly isolation: Isolation;
  readonly primaryAgent: AgentConfig;
  readonly review: Review | null;
}

export function buildTask(
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
