import type { HoldReason } from '../../core/events.ts';
import type { Command, GraphTask, MergeMethod, Workstream } from '../../core/graph/graph.ts';
import { attemptDirectory, runDirectory } from '../../core/names.ts';
import { type AttemptState, attemptsThatCount, currentAttempt, type TaskState } from '../../core/run-state.ts';
import { shellWord } from '../instructions/markdown.ts';
import type { Output } from '../instructions/outputs.ts';
import { codeSpan } from './inert-markdown.ts';
import { seenText, shortened } from './inert-text.ts';
import { pullRequestOf } from './repository.ts';

/** A lane that is done, as its pull request tells of it. */
export interface IntegrationInput {
  readonly graph: string;
  readonly run: number;
  readonly lane: Pick<Workstream, 'id' | 'autoMerge' | 'mergeTargetBranch'>;
  readonly mergeMethod: MergeMethod;
  /** What keeps agentrelay from merging it, where that was found out; else `autoMerge` and the concerns say so. */
  readonly held: { readonly reason: HoldReason; readonly details: readonly string[] } | null;
  /** Lanes that it builds on. */
  readonly earlier: readonly EarlierLane[];
  /** Trouble with the lane that changed nothing. */
  readonly laneConcerns: readonly string[];
  /** In the order of the graph file. */
  readonly tasks: readonly IntegrationTask[];
}

export interface EarlierLane {
  readonly id: string;
  readonly isParent: boolean;
  /** Null for one that had nothing to merge. */
  readonly pr: string | null;
}

export interface IntegrationTask {
  readonly task: Pick<GraphTask, 'id' | 'description' | 'role' | 'completionGate' | 'verify'> & {
    readonly primaryAgent: Pick<GraphTask['primaryAgent'], 'framework' | 'model'>;
  };
  readonly state: TaskState;
  /** `summary.md` of its last attempt; null for none. */
  readonly summary: string | null;
  /** `outputs.json` of its last attempt. */
  readonly outputs: readonly Output[];
}

export interface TaskConcern {
  readonly task: IntegrationTask;
  readonly attempt: AttemptState;
  readonly message: string;
}

/** Of all attempts that count. `agent`: those that hold back the merge. */
export function concernsOf(tasks: readonly IntegrationTask[], whose: 'agent' | 'others'): TaskConcern[] {
  return tasks.flatMap((task) =>
    attemptsThatCount(task.state).flatMap((attempt) =>
      attempt.concerns
        .filter(({ source }) => (source === 'agent') === (whose === 'agent'))
        .map(({ message }) => ({ task, attempt, message })),
    ),
  );
}

export function lastAttempt({ state }: IntegrationTask): AttemptState | null {
  return currentAttempt(state);
}

/** `[#41](its address)`, and the text itself where that is no address of a pull request. */
export function pullRequestLink(pr: string): string {
  const id = pullRequestOf(pr);
  if (id === null) return codeSpan(pr);
  const { origin, pathname } = new URL(pr);
  return /^[\w./~-]+$/.test(pathname) ? `[#${id.number}](${origin}${pathname})` : codeSpan(pr);
}

/** Where the files of a task's last attempt are, relative to the repository. */
export function attemptFolder({ graph, run }: IntegrationInput, { task, state }: IntegrationTask): string {
  return `${runDirectory(graph, run)}/${attemptDirectory(task.id, state.attempts.at(-1)?.number ?? 1)}`;
}

const MAX_COMMAND = 200;

export function commandSpan(command: Command): string {
  const line = typeof command === 'string' ? command : command.map(shellWord).join(' ');
  return codeSpan(shortened(seenText(line), MAX_COMMAND));
}

export function shortCommit(commit: string): string {
  return /^[0-9a-f]{40,64}$/.test(commit) ? commit.slice(0, 8) : shortened(commit, 40);
}

/** `1 task`, `2 tasks`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString('en-US')} ${count === 1 ? one : many}`;
}
