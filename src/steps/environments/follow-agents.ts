import type { Clock } from '../../core/clock.ts';
import type { TaskRuntime } from '../../core/task-runtime.ts';
import type { AgentMonitor, AgentTerminal } from '../agents/monitor.ts';
import { watchAgent } from '../agents/watch-agent.ts';
import type { FrameworkPreset } from '../frameworks/framework.ts';
import { Ticks } from '../tools/ticks.ts';

/** Makes what follows the agents of a framework; `terminal` is null for those that have none. */
export type FollowAgent = (
  framework: FrameworkPreset,
) => (runtime: TaskRuntime, terminal: AgentTerminal | null) => AgentMonitor;

/** Milliseconds between two looks at what does not tell of itself. */
const TICK = 1_000;

/** Follows the agents of a run, wherever they live. */
export class AgentFollower {
  readonly #options: { readonly graph: string; readonly runDirectory: string; readonly clock: Clock };
  readonly #ticks: Ticks;
  readonly #monitors = new Set<AgentMonitor>();

  /** `runDirectory` is absolute. */
  constructor(options: { readonly graph: string; readonly runDirectory: string; readonly clock: Clock }) {
    this.#options = options;
    this.#ticks = new Ticks(options.clock, TICK);
  }

  readonly follow: FollowAgent = (framework) => (runtime, terminal) => {
    const onClose = () => this.#monitors.delete(monitor);
    const options = { ...this.#options, framework, ticks: this.#ticks, onClose };
    const monitor: AgentMonitor = watchAgent(runtime, terminal, options);
    this.#monitors.add(monitor);
    return monitor;
  };

  /** Also those of agents that were never waited for. */
  close(): void {
    for (const monitor of this.#monitors) monitor.close();
  }
}
