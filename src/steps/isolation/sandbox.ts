import type { Isolation } from '../../core/graph/graph.ts';
import type { TaskRuntime } from '../../core/task-runtime.ts';
import type { CommandEnd } from '../tools/exec.ts';

/** What a command is run for; each has a sandbox of its own. */
export type Purpose = 'agent' | 'gate' | 'setup' | 'verify' | 'cleanup';

/** What a sandbox is made for. Paths are absolute. */
export interface SandboxUse {
  readonly runtime: TaskRuntime;
  readonly purpose: Purpose;
  readonly isolation: Isolation;
  readonly graph: string;
  /** The worktree, and where the command starts. */
  readonly cwd: string;
  readonly signalDir: string;
  /** Holds `bin`, with the agent-side commands and the wrappers. */
  readonly runDirectory: string;
  /** The main checkout, and the git folder that all worktrees share. */
  readonly repository: string;
  readonly commonDir: string;
  /** Files that must be there to run: the owner's Node, and the script behind the agent-side commands. */
  readonly programs: readonly string[];
  /** Files that nothing in it may read, wherever they lie, such as the one with the credentials. */
  readonly hiddenFiles: readonly string[];
  /** Whoever runs it looks at it and types. */
  readonly tty: boolean;
  /** What it is started with beside the environment that agentrelay itself has; values are never in an argv. */
  readonly env: Readonly<Record<string, string>>;
}

/** What keeps a command apart from the machine: a change of its argv, wherever it is started then. */
export interface Sandbox {
  /** Of `isolation.sandbox`. */
  readonly name: string;
  /** Around the program itself: its exit code is passed on, and nothing of it outlives its parent. */
  enter?(argv: readonly string[], use: SandboxUse): readonly string[];
  /**
   * Around the program with the wrapper beside it: a client whose end is not that of the program, such as that of a
   * container engine. The program is looked for inside.
   */
  around?(argv: readonly string[], use: SandboxUse): readonly string[];
  /** Whether it runs, asked of the engine; left out where the process is the truth. */
  isAlive?(use: SandboxUse): Promise<boolean>;
  /**
   * What became of a command whose client ended so, asked of the engine; left out where the process is the truth. Throws
   * `AgentLaunchError` where the command itself has no end.
   */
  ended?(use: SandboxUse, end: CommandEnd): Promise<CommandEnd>;
  /** Ends all that is in it and removes it; any number of times. */
  stop?(use: SandboxUse): Promise<void>;
  /** The same for all that was begun for the attempt, by whatever owner. */
  endAll?(use: SandboxUse): Promise<void>;
  /** Environment variables that the command needs inside, such as where git finds its hooks. */
  env?(use: SandboxUse): Readonly<Record<string, string>>;
  /** Throws `AgentLaunchError` where it cannot be used on this machine. */
  requireReady?(use: SandboxUse): Promise<void>;
}
