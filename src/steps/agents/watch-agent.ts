import { homedir } from 'node:os';
import type { Clock } from '../../core/clock.ts';
import type { TaskRuntime } from '../../core/task-runtime.ts';
import { agentCommand, sessionOf } from '../agent-command.ts';
import { isTokenOf } from '../attempt-tokens.ts';
import type { FrameworkPreset, TranscriptPlace } from '../frameworks/framework.ts';
import type { Ticks } from '../tools/ticks.ts';
import { createMonitor } from './create-monitor.ts';
import type { AgentMonitor, AgentTerminal } from './monitor.ts';

export interface WatchAgentOptions {
  readonly framework: FrameworkPreset;
  readonly graph: string;
  /** Absolute. */
  readonly runDirectory: string;
  /** Shared by all agents of a run. */
  readonly ticks: Ticks;
  readonly clock: Clock;
  readonly onClose?: () => void;
}

/** Milliseconds; for programs that show on a screen that they work. */
const STALL_AFTER = 10 * 60_000;

/** Follows the agent of an attempt. */
export function watchAgent(
  runtime: TaskRuntime,
  terminal: AgentTerminal | null,
  { framework, graph, runDirectory, ticks, clock, onClose }: WatchAgentOptions,
): AgentMonitor {
  const { task } = runtime;
  return createMonitor({
    preset: framework,
    signalDir: runtime.require('signalDir'),
    isOwnToken: (token) => isTokenOf(token, runtime),
    place: transcriptPlace(runtime, framework, { graph, runDirectory }),
    goesOn: framework.resume !== undefined && (runtime.keptWork?.session ?? null) !== null,
    terminal,
    ticks,
    clock,
    ...(onClose === undefined ? {} : { onClose }),
    stallAfter: task.stallAfterMs ?? (framework.terminal === undefined ? null : STALL_AFTER),
  });
}

/** Where the transcript of its session is looked for. */
export function transcriptPlace(
  runtime: TaskRuntime,
  framework: FrameworkPreset,
  run: { readonly graph: string; readonly runDirectory: string },
): Omit<TranscriptPlace, 'told'> {
  const { env, unset } = agentCommand(runtime, framework, { ...run, credentials: null });
  const inherited = Object.entries(process.env).filter(([name]) => !unset.includes(name));
  const startedAt = runtime.recorded()?.startedAt;
  return {
    worktree: runtime.require('worktreePath'),
    session: runtime.recorded()?.session ?? runtime.keptWork?.session ?? sessionOf(runtime),
    since: startedAt === undefined ? 0 : Date.parse(startedAt),
    env: { ...Object.fromEntries(inherited), ...env },
    home: homedir(),
  };
}
