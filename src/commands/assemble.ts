import type { Clock } from '../core/clock.ts';
import type { EventLog } from '../core/event-log.ts';
import type { Graph, Settings } from '../core/graph/graph.ts';
import { Orchestrator } from '../core/orchestrator.ts';
import { StandardTaskRunner } from '../core/task-runner.ts';
import { attemptTokens } from '../steps/attempt-tokens.ts';
import type { RunSecrets } from '../steps/credentials/run-secrets.ts';
import { needsTmux } from '../steps/environments/needs-tmux.ts';
import { createTmuxEnvironment, type TmuxEnvironment } from '../steps/environments/tmux.ts';
import type { Extensions } from '../steps/extensions.ts';
import { type ChosenForge, forgeOfRun } from '../steps/forges/forge.ts';
import type { Repository } from '../steps/preflight.ts';
import { createStandardSteps } from '../steps/standard-steps.ts';
import { REAL_CLOCK } from '../steps/tools/clock.ts';
import type { Git } from '../steps/tools/git.ts';
import { TmuxControl } from '../steps/tools/tmux-control.ts';
import { endLeftSession } from '../steps/tools/tmux-session.ts';

/** What the agent-side commands run on; absolute paths. */
export interface AgentCommands {
  readonly node: string;
  readonly agentScript: string;
}

export interface AssembleOptions {
  readonly repository: Repository;
  readonly git: Git;
  readonly graph: Graph;
  readonly settings: Settings;
  readonly forge: ChosenForge;
  readonly extensions: Extensions;
  /** Arguments of `tmux` that say which server. */
  readonly tmuxServer: readonly string[];
  readonly agentCommands: AgentCommands;
  readonly log: EventLog;
  /** Of its credentials file. */
  readonly credentials: RunSecrets;
  /** Absolute. */
  readonly runDirectory: string;
  /** The real one unless told. */
  readonly clock?: Clock;
  readonly waitForPerson: ((signal: AbortSignal) => Promise<void>) | null;
}

/** The orchestrator of an opened run with its steps; nothing is started, and tmux is reached when it is needed. */
export async function assemble(
  options: AssembleOptions,
): Promise<{ orchestrator: Orchestrator; release: () => Promise<void> }> {
  const { graph, settings, log, git, runDirectory, clock = REAL_CLOCK } = options;
  const tmux = tmuxOf(options);
  log.maskWith(options.credentials.mask);
  const steps = await createStandardSteps({
    ...options.extensions,
    graph,
    settings,
    credentials: options.credentials,
    git,
    commonDir: options.repository.commonDir,
    runDirectory,
    tmux,
    forge: forgeOfRun(options.forge, runDirectory),
    tell: (fact) => {
      // What is told while all is being closed belongs to no run any more.
      if (log.state.finishedAt === null) log.append(fact);
    },
    agentCommands: options.agentCommands,
    clock,
  });
  const orchestrator = new Orchestrator({
    graph,
    settings,
    taskRunner: new StandardTaskRunner(steps.tables),
    workstreamSteps: steps.workstreams,
    log,
    tokenOf: attemptTokens(runDirectory),
    clock,
    waitForPerson: options.waitForPerson,
  });
  const release = async () => {
    await steps.close();
    await tmux?.disconnect();
  };
  return { orchestrator, release };
}

function tmuxOf({ graph, settings, credentials, tmuxServer: server }: AssembleOptions): TmuxEnvironment | null {
  if (!needsTmux(graph)) return null;
  const session = settings.tmuxSession;
  return createTmuxEnvironment({
    session,
    connect: () => TmuxControl.connect({ server, session, withheld: credentials.withheld }),
    endLeft: () => endLeftSession(server, session),
  });
}
