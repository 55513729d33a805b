import { join } from 'node:path';
import type { Clock } from '../core/clock.ts';
import { type DispatchKey, requireSteps, type StepFactory } from '../core/dispatch.ts';
import { PreconditionError, UserError } from '../core/errors.ts';
import type { Fact } from '../core/events.ts';
import type { Graph, Settings } from '../core/graph/graph.ts';
import { MergeQueue } from '../core/merge-queue.ts';
import type { StepTables } from '../core/task-runner.ts';
import type { TaskRuntime } from '../core/task-runtime.ts';
import type { WorkstreamSteps } from '../core/workstream.ts';
import { type AgentCommand, agentCommand } from './agent-command.ts';
import { maskFolder } from './credentials/mask-files.ts';
import { NO_SECRETS, type RunSecrets } from './credentials/run-secrets.ts';
import { ENVIRONMENT_TYPES, environmentEntries } from './environments/entries.ts';
import type { EnvironmentEntry } from './environments/entry.ts';
import { AgentFollower } from './environments/follow-agents.ts';
import type { TmuxEnvironment } from './environments/tmux.ts';
import type { Extensions, OwnStepTable } from './extensions.ts';
import type { Forge } from './forges/forge.ts';
import type { ForgeSteps } from './forges/forge-steps.ts';
import { createLocalForge } from './forges/local-forge.ts';
import { command } from './frameworks/command.ts';
import type { FrameworkPreset } from './frameworks/framework.ts';
import { SHIPPED } from './frameworks/shipped.ts';
import { shellWord } from './instructions/markdown.ts';
import { LateSignals } from './late-signals.ts';
import { writeLaunchers } from './launchers.ts';
import type { CommandRunner } from './places/command-runner.ts';
import { LocalCommands } from './places/local-commands.ts';
import { notMade, type ShippedSteps, stepTable } from './step-table.ts';
import { type AttemptWatches, SignalCompletionChecker } from './task-completion-checker.ts';
import { CommandGateChecker } from './task-gate-checker.ts';
import { WorktreeTaskPreparer } from './task-preparer.ts';
import { WorktreeTaskTeardown } from './task-teardown.ts';
import { REAL_CLOCK } from './tools/clock.ts';
import type { Git } from './tools/git.ts';
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
  /** Of the credentials file; none where the run has no such file. */
  readonly credentials?: RunSecrets;
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
  close(): Promise<void>;
}

/** The frameworks that come with agentrelay. */
const FRAMEWORKS: Readonly<Record<string, FrameworkPreset>> = { command, ...SHIPPED };

/** The steps as shipped, with the user's own before them. */
export async function createStandardSteps(options: StandardStepsOptions): Promise<StandardSteps> {
  const { git, settings, runDirectory, forge, tell, credentials = NO_SECRETS, steps: own = {} } = options;
  const graph = options.graph.name;
  const worktrees = new Worktrees(git, options.commonDir);
  const holders = new WorktreeHolders(worktrees);
  const queue = new MergeQueue((target, entries) => tell({ kind: 'merge_queue_changed', target, entries }));
  const watches: AttemptWatches = new Map();
  const late = new LateSignals();
  writeLaunchers(join(runDirectory, 'bin'), options.agentCommands);
  const forgeSteps = await stepsOf(forge, { ...options, worktrees, queue });
  const { branches, merger } = forgeSteps;
  const clock = options.clock ?? REAL_CLOCK;
  const follower = new AgentFollower({ graph, runDirectory, clock });
  const place = {
    ...{ graph, runDirectory, repository: git.root, commonDir: options.commonDir, hiddenFiles: credentials.files },
    programs: [options.agentCommands.node, options.agentCommands.agentScript],
  };
  const environments = await environmentEntries(options.graph, options.tmux, {
    ...{ ...place, credentials, clock, follow: follower.follow, withheld: credentials.withheld },
    ...{ git, session: settings.tmuxSession, agentScript: options.agentCommands.agentScript },
  });
  const commands = commandsOf(environments, new LocalCommands(place, credentials.withheld));
  const shared = { git, worktrees, holders, branches, commands };
  const preparer = new WorktreeTaskPreparer({
    ...{ ...shared, graph, forge, queue, runDirectory, commonDir: options.commonDir, tools: settings.tools },
    worktreePerAttempt: new Set(environments.filter((one) => one.worktreePerAttempt).map(({ type }) => type)),
    litterOf: (name) => ({ ...FRAMEWORKS, ...options.frameworks })[name]?.data?.litter ?? [],
  });
  const command = (verb: string) => shellWord(join(runDirectory, 'bin', `agentrelay-${verb}`));
  const completionChecker = new SignalCompletionChecker({ git, worktrees, watches, command, clock });
  const gateChecker = new CommandGateChecker({ worktrees, commands });
  const teardown = new WorktreeTaskTeardown({ ...shared, watches, late, credentials, keepPanes: settings.keepPanes });
  const table = <T>(step: string, shipped: ShippedSteps<T>, entries: OwnStepTable<T> | undefined) =>
    stepTable(step, shipped, entries, (runtime) => commandOf(runtime, { ...options, credentials }));
  return {
    tables: {
      preparer: table('preparer', { default: () => preparer }, own.preparer),
      launcher: table('launcher', { entries: entriesOf(environments, options.frameworks, 'launcher') }, own.launcher),
      kickoff: table('kickoff', { entries: entriesOf(environments, options.frameworks, 'kickoff') }, own.kickoff),
      completionChecker: table('completion checker', { default: () => completionChecker }, own.completionChecker),
      gateChecker: table('gate checker', { default: () => gateChecker }, own.gateChecker),
      merger: table('merger', { default: () => merger }, own.merger),
      teardown: table('teardown', { default: () => teardown }, own.teardown),
    },
    workstreams: forgeSteps.workstreams,
    async close() {
      forgeSteps.close();
      for (const watch of watches.values()) watch.close();
      follower.close();
      watches.clear();
      late.close();
      for (const environment of environments) await environment.close?.();
      await maskFolder(join(runDirectory, 'signals'), credentials.masker);
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
  const entries = withEveryFramework(ENVIRONMENT_TYPES, frameworks, () => notMade);
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

/** Every framework in every environment. */
function withEveryFramework<T>(
  types: readonly string[],
  own: Extensions['frameworks'],
  make: (framework: FrameworkPreset, type: string) => StepFactory<T>,
): Record<DispatchKey, StepFactory<T>> {
  const frameworks = Object.entries({ ...FRAMEWORKS, ...own });
  return Object.fromEntries(
    types.flatMap((type) => frameworks.map(([name, framework]) => [`${name}/${type}`, make(framework, type)])),
  );
}

function entriesOf<S extends 'launcher' | 'kickoff'>(
  environments: readonly EnvironmentEntry[],
  own: Extensions['frameworks'],
  step: S,
): Record<DispatchKey, StepFactory<ReturnType<EnvironmentEntry[S]>>> {
  const byType = new Map(environments.map((entry) => [entry.type, entry]));
  return withEveryFramework([...byType.keys()], own, (framework, type) => {
    const made = (byType.get(type) as EnvironmentEntry)[step](framework) as ReturnType<EnvironmentEntry[S]>;
    return () => made;
  });
}

/** Where the task's agent is, there its commands run. */
function commandsOf(environments: readonly EnvironmentEntry[], local: CommandRunner): CommandRunner {
  const own = new Map(environments.map(({ type, commands }) => [type, commands]));
  const of = (runtime: TaskRuntime) => own.get(runtime.task.primaryAgent.environment.type) ?? local;
  return {
    run: (runtime, command) => of(runtime).run(runtime, command),
    end: async (runtime) => await of(runtime).end?.(runtime),
  };
}

function commandOf(
  runtime: TaskRuntime,
  options: StandardStepsOptions & { readonly credentials: RunSecrets },
): AgentCommand {
  const name = runtime.task.primaryAgent.framework;
  const framework = { ...FRAMEWORKS, ...options.frameworks }[name];
  if (framework === undefined) throw new PreconditionError('unregistered_framework', `no preset of framework ${name}`);
  return agentCommand(runtime, framework, { ...options, graph: options.graph.name });
}
