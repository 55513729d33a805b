/** The core of agentrelay and its steps, as a library: docs/library.md, and docs/extending.md for config modules. */

import { fileURLToPath } from 'node:url';

export type { Agent, AgentAddress, Answer, KnownAgent, SendResult } from './core/agent-handle.ts';
export type { Attention } from './core/attention.ts';
export type { Clock } from './core/clock.ts';
export { type DispatchKey, dispatchKey, requireSteps, StepDispatch, type StepFactory } from './core/dispatch.ts';
export {
  AgentLaunchError,
  type Boundary,
  classifyFailure,
  type IntegrationFailureClass,
  isStepError,
  PreconditionError,
  PullRequestError,
  SignalError,
  StepError,
  UserError,
  WorkspaceError,
} from './core/errors.ts';
export { type EventListener, EventLog, type EventLogOptions } from './core/event-log.ts';
export type {
  BlockRoot,
  EventKind,
  Fact,
  FactOf,
  RunEvent,
  TaskOutline,
  WorkstreamOutline,
} from './core/events.ts';
export type { PresetData } from './core/frameworks/preset-data.ts';
export {
  type AgentConfig,
  type AgentEnvironment,
  DEFAULT_SETTINGS,
  type Graph,
  type GraphTask,
  type Settings,
  type TearDownMode,
  type Workstream,
} from './core/graph/graph.ts';
export { criticalPath, topologicalOrder } from './core/graph/order.ts';
export type { Problem } from './core/graph/problem.ts';
export { type ReadGraph, type ReadGraphOptions, readGraph } from './core/graph/read-graph.ts';
export {
  isActive,
  isSuccess,
  isTerminal,
  type RunOutcome,
  type TaskStatus,
  type WorkstreamStatus,
} from './core/lifecycle.ts';
export { MergeQueue, type MergeTurn } from './core/merge-queue.ts';
export { NO_PR } from './core/names.ts';
export { Orchestrator, type OrchestratorOptions } from './core/orchestrator.ts';
export { KeyedQueue } from './core/queue.ts';
export { reduce, replay } from './core/reduce.ts';
export { runStarted } from './core/run-started.ts';
export {
  type AttemptState,
  currentAttempt,
  emptyRunState,
  type RunState,
  type TaskState,
  type WorkstreamState,
} from './core/run-state.ts';
export type {
  GateResult,
  KickedOff,
  MergeResult,
  TaskCompletionChecker,
  TaskCompletionSignal,
  TaskGateChecker,
  TaskKickoff,
  TaskLauncher,
  TaskMerger,
  TaskPreparer,
  TaskTeardown,
  UndoneTeardown,
} from './core/steps.ts';
export { StandardTaskRunner, type StepTables, type TaskRunner, type TaskRunResult } from './core/task-runner.ts';
export { type AbortCause, TaskRuntime, type TaskRuntimeInput } from './core/task-runtime.ts';
export type {
  IntegrationMerge,
  IntegrationPullRequest,
  WorkstreamRuntime,
  WorkstreamSteps,
} from './core/workstream.ts';
export { type AgentCommand, agentCommand } from './steps/agent-command.ts';
export { attemptTokens } from './steps/attempt-tokens.ts';
export { isLiveAgent, type LiveAgent } from './steps/environments/environment.ts';
export { createTmuxEnvironment, type TmuxEnvironment } from './steps/environments/tmux.ts';
export { excludeOurFolders } from './steps/exclude.ts';
export type { Extensions, GivenToStep, OwnStepFactory, OwnSteps, OwnStepTable, StepOf } from './steps/extensions.ts';
export { type ChosenForge, type Forge, forgeOfRun, type GhForge, LOCAL_FORGE } from './steps/forges/forge.ts';
export { GhTaskMerger } from './steps/forges/gh-task-merger.ts';
export { GhWorkstreamSteps } from './steps/forges/gh-workstream-steps.ts';
export { LocalTaskMerger } from './steps/forges/local-task-merger.ts';
export { LocalWorkstreamSteps } from './steps/forges/local-workstream-steps.ts';
export type {
  AgentInvocation,
  FrameworkPreset,
  HookRecord,
  Screen,
  ScreenReading,
  TerminalTraits,
  Told,
  TranscriptFormat,
  UsageEntry,
} from './steps/frameworks/framework.ts';
export { makePreset, type PresetFunctions } from './steps/frameworks/make-preset.ts';
export { SHIPPED as PRESETS } from './steps/frameworks/shipped.ts';
export { findRepository, preflight, type Repository } from './steps/preflight.ts';
export { RunStore } from './steps/run-store.ts';
export { createStandardSteps, type StandardSteps, type StandardStepsOptions } from './steps/standard-steps.ts';
export { SignalCompletionChecker } from './steps/task-completion-checker.ts';
export { CommandGateChecker } from './steps/task-gate-checker.ts';
export { TmuxTaskKickoff } from './steps/task-kickoff.ts';
export { TmuxTaskLauncher } from './steps/task-launcher.ts';
export { WorktreeTaskPreparer } from './steps/task-preparer.ts';
export { WorktreeTaskTeardown } from './steps/task-teardown.ts';
export { REAL_CLOCK } from './steps/tools/clock.ts';
export { Git } from './steps/tools/git.ts';
export { GraphFileError, type GraphFileProblem, loadGraph } from './steps/tools/graph-file.ts';
export { tryLock } from './steps/tools/lock-file.ts';
export { TmuxControl } from './steps/tools/tmux-control.ts';
export { Worktrees } from './steps/worktree.ts';
export { WorktreeHolders } from './steps/worktree-holders.ts';

/** The script behind the agent-side commands, for `createStandardSteps`; absolute, beside this file. */
export const agentScript: string = fileURLToPath(
  new URL(import.meta.url.endsWith('.ts') ? './agent/run.ts' : './agent-run.js', import.meta.url),
);
