import type { Agent } from '../../core/agent-handle.ts';
import type { AgentMonitor, AgentTerminal } from '../agents/monitor.ts';

/** An agent that a local environment keeps: what the steps after the launch ask of it, wherever it runs. */
export interface LiveAgent extends Agent {
  isAlive(): Promise<boolean>;
  /** Null while it runs, and for one that is gone without having left a code. */
  exitCode(): number | null;
  /** Resolves when it does not run any more; rejects when `signal` aborts or the place itself is lost. */
  exited(signal: AbortSignal): Promise<void>;
  /** The last lines that it showed, as plain text; after its end all that it printed is seen. Empty when unknown. */
  lastLines(count: number): Promise<string[]>;
  /** Follows what it does; left out where nobody can look into it. */
  readonly monitor?: AgentMonitor | undefined;
  readonly terminal?: AgentTerminal;
  /** Milliseconds between two looks at its signals, where the file system tells nobody of them; seconds where left out. */
  readonly signalsEvery?: number;
  /** Answers what it asks, where that needs no person; false where it is left to one. */
  clearWay?(signal: AbortSignal): Promise<boolean>;
}

export function isLiveAgent(agent: Agent): agent is LiveAgent {
  return 'exited' in agent && 'lastLines' in agent;
}
