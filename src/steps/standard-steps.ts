import { join } from 'node:path';
import { type DispatchKey, StepDispatch, type StepFactory } from '../core/dispatch.ts';
import type { Graph, Settings } from '../core/graph/graph.ts';
import { KeyedQueue } from '../core/queue.ts';
import type { TaskKickoff, TaskLauncher } from '../core/steps.ts';
import type { StepTables } from '../core/task-runner.ts';
import type { WorkstreamSteps } from '../core/workstream.ts';
import type { TmuxEnvironment } from './environments/tmux.ts';
import { LocalTaskMerger } from './forges/local-task-merger.ts';
import { command } from './frameworks/command.ts';
import type { FrameworkPreset } from './frameworks/framework.ts';
import { writeLaunchers } from './launchers.ts';
import { LocalWorkstreamSteps } from './local-workstream-steps.ts';
import { SignalCompletionChecker } from './task-completion-checker.ts';
import { CommandGateChecker } from './task-gate-checker.ts';
import { TmuxTaskKickoff } from './task-kickoff.ts';
import { TmuxTaskLauncher } from './task-launcher.ts';
import { WorktreeTaskPreparer } from './task-preparer.ts';
import { WorktreeTaskTeardown } from './task-teardown.ts';
import type { Git } from './tools/git.ts';
import { Worktrees } from './worktree.ts';
import { WorktreeHolders } from './worktree-holders.ts';

export interface StandardStepsOptions {
  readonly graph: Graph;
  readonly settings: Settings;
  readonly git: Git;
  /** Absolute, as the one below. */
  readonly commonDir: string;
  readonly runDirectory: string;
  /** Null where no task runs in tmux. */
  readonly tmux: TmuxEnvironment | null;
  /** What the agent-side commands run on. */
  readonly agentCommands: { readonly node: string; readonly agentScript: string };
  /** The user's own, from a config module. */
  readonly frameworks?: Readonly<Record<string, FrameworkPreset>>;
  readonly launchers?: Readonly<Record<DispatchKey, StepFactory<TaskLauncher>>>;
  readonly kickoffs?: Readonly<Record<DispatchKey, StepFactory<TaskKickoff>>>;
}

export interface StandardSteps {
  readonly tables: StepTables;
  readonly workstreams: WorkstreamSteps;
}

/** The frameworks that come with agentrelay. */
const FRAMEWORKS: Readonly<Record<string, FrameworkPreset>> = { command };

/** The steps as shipped, with the user's own beside them. */
export function createStandardSteps(options: StandardStepsOptions): StandardSteps {
  const { git, settings, runDirectory } = options;
  const graph = options.graph.name;
  const worktrees = new Worktrees(git, options.commonDir);
  const holders = new WorktreeHolders(worktrees);
  const queue = new KeyedQueue();
  const watches = new WeakMap();
  writeLaunchers(join(runDirectory, 'bin'), options.agentCommands);
  const { launchers, kickoffs } = tmuxEntries(options);
  const forge = settings.forge ?? 'local';
  const preparer = new WorktreeTaskPreparer({
    git,
    worktrees,
    holders,
    queue,
    graph,
    forge,
    tools: settings.tools,
    runDirectory,
  });
  const completionChecker = new SignalCompletionChecker({ git, worktrees, watches });
  const gateChecker = new CommandGateChecker({ worktrees });
  const merger = new LocalTaskMerger({ git, queue, method: settings.mergeMethod });
  const teardown = new WorktreeTaskTeardown({ git, worktrees, holders, watches, keepPanes: settings.keepPanes });
  return {
    tables: {
      preparer: new StepDispatch('preparer', { default: () => preparer }),
      launcher: new StepDispatch('launcher', { entries: { ...launchers, ...options.launchers } }),
      kickoff: new StepDispatch('kickoff', { entries: { ...kickoffs, ...options.kickoffs } }),
      completionChecker: new StepDispatch('completion checker', { default: () => completionChecker }),
      gateChecker: new StepDispatch('gate checker', { default: () => gateChecker }),
      merger: new StepDispatch('merger', { default: () => merger }),
      teardown: new StepDispatch('teardown', { default: () => teardown }),
    },
    workstreams: new LocalWorkstreamSteps({
      git,
      worktrees,
      queue,
      graph,
      removeWorktrees: settings.teardownMode !== 'never',
    }),
  };
}

/** Every framework in a tmux window. */
function tmuxEntries({ tmux, frameworks, graph, runDirectory }: StandardStepsOptions): {
  launchers: Record<DispatchKey, StepFactory<TaskLauncher>>;
  kickoffs: Record<DispatchKey, StepFactory<TaskKickoff>>;
} {
  const launchers: Record<DispatchKey, StepFactory<TaskLauncher>> = {};
  const kickoffs: Record<DispatchKey, StepFactory<TaskKickoff>> = {};
  if (tmux === null) return { launchers, kickoffs };
  const kickoff = new TmuxTaskKickoff();
  for (const [name, framework] of Object.entries({ ...FRAMEWORKS, ...frameworks })) {
    const launcher = new TmuxTaskLauncher({ environment: tmux, framework, graph: graph.name, runDirectory });
    launchers[`${name}/tmux`] = () => launcher;
    kickoffs[`${name}/tmux`] = () => kickoff;
  }
  return { launchers, kickoffs };
}
