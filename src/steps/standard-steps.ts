import { join } from 'node:path';
import type { Clock } from '../core/clock.ts';
import { type DispatchKey, requireSteps, type StepFactory } from '../core/dispatch.ts';
import { PreconditionError, UserError } from '../core/errors.ts';
import type { Fact } from '../core/events.ts';
import type { Graph, Settings } from '../core/graph/graph.ts';
import { MergeQueue } from '../core/merge-queue.ts';
import type { TaskLauncher } from '../core/steps.ts';
import type { StepTables } from '../core/task-runner.ts';
import type { TaskRuntime } from '../core/task-runtime.ts';
import type { WorkstreamSteps } from '../core/workstream.ts';
import { type AgentCommand, agentCommand } from './agent-command.ts';
import type { AgentMonitor, AgentTerminal } from './agents/monitor.ts';
import { watchAgent } from './agents/watch-agent.ts';
import type { TmuxEnvironment } from './environments/tmux.ts';
import type { Extensions, OwnStepTable } from './extensions.ts';
import type { Forge } from './forges/forge.ts';
import type { ForgeSteps } from './forges/forge-steps.ts';
import { createLocalForge } from './forges/local-forge.ts';
import { command } from './frameworks/command.ts';
import type { FrameworkPreset } from './frameworks/framework.ts';
import { SHIPPED } from './frameworks/shipped.ts';
import { shellWord } from './instructions/markdown.ts';
import { writeLaunchers } from './launchers.ts';
import { notMade, type ShippedSteps, stepTable } from './step-table.ts';
import { type AttemptWatches, SignalCompletionChecker } from './task-completion-checker.ts';
import { CommandGateChecker } from './task-gate-checker.ts';
import { TmuxTaskKickoff } from './task-kickoff.ts';
import { TmuxTaskLauncher } from './task-launcher.ts';
import { WorktreeTaskPreparer } from './task-preparer.ts';
import { WorktreeTaskTeardown } from './task-teardown.ts';
import { REAL_CLOCK } from './tools/clock.ts';
import type { Git } from './tools/git.ts';
import { Ticks } from './tools/ticks.ts';
import { Worktrees } from './worktree.ts';
import { WorktreeHolders } from './worktree-holders.ts';

/** With what a config module adds. */
export interface StandardStepsOptions extends Extensions {
  readonly graph: Graph;
  readonly settings: Settings;
  readonly git: Git;
  /** Absolute, as the one below. */
  readonly commonDir: string;
  readonly runDirectory: string;
  readonly forge: Forge;
  /** Facts that belong to the run and not to one attempt. */
  readonly tell: (fact: Fact) => void;
  /** Null where no task runs in tmux. */
  readonly tmux: TmuxEnvironment | null;
  /** The real one unless told. */
  readonly clock?: Clock;
  /** What the agent-side commands run on. */
  readonly agentCommands: { readonly node: string; readonly agentScript: string };
}

export interface StandardSteps {
  readonly tables: StepTables;
  readonly workstreams: WorkstreamSteps;
  /** Ends what still follows attempts that were left without a teardown; it would keep the process alive. */
  close(): void;
}

/** Milliseconds between two looks at what does not tell of itself. */
const TICK = 1_000;

/** The frameworks that come with agentrelay. */
const FRAMEWORKS: Readonly<Record<string, FrameworkPreset>> = { command, ...SHIPPED };

/** The steps as shipped, with the user's own before them. */
export async function createStandardSteps(options: StandardStepsOptions): Promise<StandardSteps> {
  const { git, settings, runDirectory, forge, tell, steps: own = {} } = options;
  const graph = options.graph.name;
  const worktrees = new Worktrees(git, options.commonDir);
  const holders = new WorktreeHolders(worktrees);
  const queue = new MergeQueue((target, entries) => tell({ kind: 'merge_queue_changed', target, entries }));
  const watches: AttemptWatches = new Map();
  const monitors = new Set<AgentMonitor>();
  writeLaunchers(join(runDirectory, 'bin'), options.agentCommands);
  const forgeSteps = await stepsOf(forge, { ...options, worktrees, queue });
  const { branches, merger } = forgeSteps;
  const preparer = new WorktreeTaskPreparer({
    git,
    commonDir: options.commonDir,
    worktrees,
    holders,
    queue,
    branches,
    graph,
    forge,
    tools: settings.tools,
    litterOf: (name) => ({ ...FRAMEWORKS, ...options.frameworks })[name]?.data?.litter ?? [],
    runDirectory,
  });
  const command = (verb: string) => shellWord(join(runDirectory, 'bin', `agentrelay-${verb}`));
  const clock = options.clock ?? REAL_CLOCK;
  const completionChecker = new SignalCompletionChecker({ git, worktrees, watches, command, clock });
  const gateChecker = new CommandGateChecker({ worktrees });
  const kickoff = new TmuxTaskKickoff();
  const teardown = new WorktreeTaskTeardown({
    git,
    worktrees,
    holders,
    branches,
    watches,
    keepPanes: settings.keepPanes,
  });
  const table = <T>(step: string, shipped: ShippedSteps<T>, entries: OwnStepTable<T> | undefined) =>
    stepTable(step, shipped, entries, (runtime) => commandOf(runtime, options));
  return {
    tables: {
      preparer: table('preparer', { default: () => preparer }, own.preparer),
      launcher: table('launcher', { entries: tmuxLaunchers(options, monitors) }, own.launcher),
      kickoff: table('kickoff', { entries: tmuxEntries(options.frameworks, () => () => kickoff) }, own.kickoff),
      completionChecker: table('completion checker', { default: () => completionChecker }, own.completionChecker),
      gateChecker: table('gate checker', { default: () => gateChecker }, own.gateChecker),
      merger: table('merger', { default: () => merger }, own.merger),
      teardown: table('teardown', { default: () => teardown }, own.teardown),
    },
    workstreams: forgeSteps.workstreams,
    close() {
      forgeSteps.close();
      for (const watch of watches.values()) watch.close();
      // Also those of agents that were never waited for.
      for (const monitor of monitors) monitor.close();
      watches.clear();
    },
  };
}

/** What talks to GitHub is loaded only where it is needed. */
async function stepsOf(
  forge: Forge,
  options: StandardStepsOptions & { worktrees: Worktrees; queue: MergeQueue },
): Promise<ForgeSteps> {
  const { settings, graph } = options;
  const shared = { ...options, method: settings.mergeMethod, removeWorktrees: settings.teardownMode !== 'never' };
  if (forge.name === 'local') return createLocalForge({ ...shared, graph: graph.name });
  const { createGhForge } = await import('./forges/gh-forge.ts');
  return createGhForge({ ...shared, forge });
}

/** Throws `UserError` when the graph needs a framework or a place that neither agentrelay nor the config module has. */
export function requireStandardSteps(graph: Graph, { frameworks, steps = {} }: Extensions): void {
  const entries = tmuxEntries(frameworks, () => notMade);
  try {
    requireSteps(graph, [
      stepTable('launcher', { entries }, steps.launcher),
      stepTable('kickoff', { entries }, steps.kickoff),
    ]);
  } catch (error) {
    if (!(error instanceof PreconditionError)) throw error;
    throw new UserError(`this version has ${error.message}`, {
      hint: 'framework: command runs any program; docs/extending.md shows how to add a framework or an environment',
    });
  }
}

/** Every framework in a tmux window. */
function tmuxEntries<T>(
  own: Extensions['frameworks'],
  make: (framework: FrameworkPreset) => StepFactory<T>,
): Record<DispatchKey, StepFactory<T>> {
  const frameworks = Object.entries({ ...FRAMEWORKS, ...own });
  return Object.fromEntries(frameworks.map(([name, framework]) => [`${name}/tmux`, make(framework)]));
}

function tmuxLaunchers(
  options: StandardStepsOptions,
  monitors: Set<AgentMonitor>,
): Record<DispatchKey, StepFactory<TaskLauncher>> {
  const { tmux: environment, frameworks, graph, runDirectory } = options;
  if (environment === null) return {};
  const clock = options.clock ?? REAL_CLOCK;
  const ticks = new Ticks(clock, TICK);
  return tmuxEntries(frameworks, (framework) => {
    const followed = { framework, graph: graph.name, runDirectory, ticks, clock };
    const watch = (runtime: TaskRuntime, terminal: AgentTerminal) => {
      const onClose = () => monitors.delete(monitor);
      const monitor: AgentMonitor = watchAgent(runtime, terminal, { ...followed, onClose });
      monitors.add(monitor);
      return monitor;
    };
    const launcher = new TmuxTaskLauncher({ environment, framework, graph: graph.name, runDirectory, clock, watch });
    return () => launcher;
  });
}

function commandOf(runtime: TaskRuntime, options: StandardStepsOptions): AgentCommand {
  const name = runtime.task.primaryAgent.framework;
  const framework = { ...FRAMEWORKS, ...options.frameworks }[name];
  if (framework === undefined) throw new PreconditionError('unregistered_framework', `no preset of framework ${name}`);
  return agentCommand(runtime, framework, { graph: options.graph.name, runDirectory: options.runDirectory });
}
