import type { KnownAgent } from '../../../core/agent-handle.ts';
import type { Clock } from '../../../core/clock.ts';
import type { TaskLauncher } from '../../../core/steps.ts';
import type { TaskRuntime } from '../../../core/task-runtime.ts';
import type { AgentSecrets } from '../../agent-command.ts';
import { RAW_LOG, STREAM } from '../../agent-log.ts';
import { wasLaunched } from '../../agent-wrapper.ts';
import type { AgentMonitor, AgentTerminal } from '../../agents/monitor.ts';
import { TranscriptFile } from '../../agents/transcript-file.ts';
import { transcriptPlace } from '../../agents/watch-agent.ts';
import { type FrameworkPreset, firstPrompt, type HeadlessMode } from '../../frameworks/framework.ts';
import { keepHeapLean } from '../../tools/lean-heap.ts';
import type { AgentProcess } from './agent-process.ts';
import { type AgentPlace, AttemptPlace } from './attempt-place.ts';
import { HeadlessAgent } from './headless-agent.ts';
import { STDIN } from './paths.ts';
import { PipedAgent } from './piped-agent.ts';
import { makePipe } from './stdin-pipe.ts';
import { type InTurn, StreamMonitor } from './stream-monitor.ts';
import { TurnRunner } from './turn-runner.ts';

export interface ProcessTaskLauncherOptions extends AgentPlace {
  /** What agents get of the credentials file. */
  readonly credentials: AgentSecrets;
  readonly framework: FrameworkPreset;
  readonly clock: Clock;
  /** Follows a program without a mode for scripts. */
  readonly follow: (runtime: TaskRuntime, terminal: AgentTerminal | null) => AgentMonitor;
  /** Shared by all agents of a run. */
  readonly inTurn: { readonly reading: InTurn; readonly writing: InTurn };
  /** Followed from here on, until it is closed. */
  readonly onFollow: (monitor: AgentMonitor) => void;
  readonly onClose: (monitor: AgentMonitor) => void;
}

/** Milliseconds: what a program for scripts does takes long, and it says nothing meanwhile. */
const STALL_AFTER = 30 * 60_000;

/** Starts an attempt's agent as a process without a terminal, in the task's worktree. */
export class ProcessTaskLauncher implements TaskLauncher {
  readonly #options: ProcessTaskLauncherOptions;

  constructor(options: ProcessTaskLauncherOptions) {
    this.#options = options;
  }

  async launch(runtime: TaskRuntime): Promise<HeadlessAgent | PipedAgent> {
    const place = this.#placeOf(runtime);
    const { headless } = this.#options.framework;
    if (headless !== undefined) {
      const { monitor, runner } = this.#turnsOf(place, headless);
      await runner.begin(firstPrompt(place.path('instructions.md')));
      return this.#headless(place, { headless, monitor, runner, label: null });
    }
    await makePipe(place.path(STDIN));
    const streams = { stdin: place.path(STDIN), stdout: place.path(RAW_LOG), stderr: null };
    const { process } = await place.start(place.signalDir, streams);
    return this.#piped(place, process, null);
  }

  async find(runtime: TaskRuntime): Promise<KnownAgent | null> {
    const place = this.#placeOf(runtime);
    const { headless } = this.#options.framework;
    const label = runtime.resumed?.agent ?? null;
    if (headless !== undefined) return await this.#findTurns(place, headless, label);
    if (label === null && !wasLaunched(place.signalDir)) return null;
    const process = place.find(place.signalDir);
    const isAlive = await process.isRunning();
    const found = isAlive ? 'alive' : process.exitCode() === null ? 'lost' : 'ended';
    return { agent: this.#piped(place, process, label), found };
  }

  async #findTurns(place: AttemptPlace, headless: HeadlessMode, label: string | null): Promise<KnownAgent | null> {
    const { monitor, runner } = this.#turnsOf(place, headless);
    if (label === null && runner.turns.last() === null) return null;
    const agent = this.#headless(place, { headless, monitor, runner, label });
    if (await runner.isRunning()) return { agent, found: 'alive' };
    const code = runner.lastCode();
    if (code === null) return { agent, found: 'lost' };
    return { agent, found: code === 0 || wasHeldUp(place.runtime) ? 'alive' : 'ended' };
  }

  #placeOf(runtime: TaskRuntime): AttemptPlace {
    const { framework, clock } = this.#options;
    return new AttemptPlace(runtime, framework, this.#options, clock);
  }

  #turnsOf(place: AttemptPlace, headless: HeadlessMode) {
    const { framework, clock, inTurn, onFollow, onClose } = this.#options;
    const { runtime, signalDir } = place;
    keepHeapLean();
    const looked = transcriptPlace(runtime, framework, this.#options);
    const { transcript, name } = framework;
    const isTold = headless.usageInTranscript !== true || transcript === undefined;
    const monitor: StreamMonitor = new StreamMonitor({
      ...{ headless, name, signalDir, clock },
      stream: place.path(STREAM),
      transcript: isTold ? null : new TranscriptFile(transcript, looked),
      session: looked.session,
      since: looked.since,
      goesOn: (runtime.keptWork?.session ?? null) !== null,
      stallAfter: runtime.task.stallAfterMs ?? STALL_AFTER,
      inTurn: inTurn.reading,
      onFollow: () => onFollow(monitor),
      onClose: () => {
        runner.leave();
        onClose(monitor);
      },
    });
    const runner = new TurnRunner(place, headless, monitor);
    return { monitor, runner };
  }

  #headless(
    place: AttemptPlace,
    parts: { headless: HeadlessMode; monitor: StreamMonitor; runner: TurnRunner; label: string | null },
  ): HeadlessAgent {
    return new HeadlessAgent({ place, ...parts, inTurn: this.#options.inTurn.writing });
  }

  #piped(place: AttemptPlace, process: AgentProcess, label: string | null): PipedAgent {
    const { follow, inTurn } = this.#options;
    const { runtime } = place;
    const isFollowed = canBeFollowed(this.#options.framework, runtime);
    return new PipedAgent({
      ...{ place, process, label },
      follow: isFollowed ? () => follow(runtime, null) : null,
      inTurn: inTurn.writing,
    });
  }
}

/** Of any other program nothing is known but that it runs. */
function canBeFollowed({ readHook, transcript }: FrameworkPreset, { task }: TaskRuntime): boolean {
  return readHook !== undefined || transcript !== undefined || task.stallAfterMs !== null;
}

/** Its turn was ended by what is not its failure, and it is to go on. */
function wasHeldUp({ resumed }: TaskRuntime): boolean {
  return resumed?.attention === 'usage_limited' || resumed?.attention === 'login_required';
}
