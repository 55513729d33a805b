import { createHash } from 'node:crypto';
import { delimiter, dirname, join } from 'node:path';
import type { AgentConfig } from '../core/graph/graph.ts';
import type { TaskRuntime } from '../core/task-runtime.ts';
import { SECRETS_FILE, SECRETS_VARIABLE } from './agent-wrapper.ts';
import { type AgentInvocation, type FrameworkPreset, firstPrompt } from './frameworks/framework.ts';
import { ensureFile, makeFolder } from './tools/atomic-file.ts';

/** What starts an agent, in whatever place. */
export interface AgentCommand {
  /** Program and arguments; run without a shell. */
  readonly argv: readonly string[];
  /** What it is started with: names below the attempt's signal directory, and their contents. */
  readonly files: Readonly<Record<string, string>>;
  /** The task's worktree; absolute. */
  readonly cwd: string;
  /** Added to the environment that agentrelay itself has. */
  readonly env: Readonly<Record<string, string>>;
  /** Taken out of it. */
  readonly unset: readonly string[];
  /**
   * What it gets of the credentials file, as it is now: only by `writeSecrets`, right before it is started, and never by an
   * argv or an environment that others see. Throws `AgentLaunchError`.
   */
  readonly secrets: () => Readonly<Record<string, string>>;
}

/** What agents get of the credentials file of the run: `RunSecrets`. */
export interface AgentSecrets {
  /** Names of the variables that it gets. */
  names(agent: AgentConfig): readonly string[];
  /** Those that are taken out of what it would take over. */
  unset(agent: AgentConfig): readonly string[];
  read(agent: AgentConfig): Readonly<Record<string, string>>;
}

/** Program and arguments of an agent whose session may be one that goes on. */
export type AgentArgv = (invocation: AgentInvocation, session: string | null) => readonly string[];

/**
 * The agent of a prepared attempt: its framework's argv, or the one that is made of its invocation, and what every agent
 * has in its environment.
 */
export function agentCommand(
  runtime: TaskRuntime,
  framework: FrameworkPreset,
  run: { readonly graph: string; readonly runDirectory: string; readonly credentials: AgentSecrets | null },
  argv: AgentArgv = (invocation, session) => argvOf(framework, invocation, session),
): AgentCommand {
  const { task, attempt } = runtime;
  const signalDir = runtime.require('signalDir');
  const instructions = join(signalDir, 'instructions.md');
  const agent = task.primaryAgent;
  const { model, command } = agent;
  const { credentials } = run;
  const bin = join(run.runDirectory, 'bin');
  const worktree = runtime.require('worktreePath');
  const invocation: AgentInvocation = {
    ...{ instructions, model, command, attempt, bin, worktree },
    prompt: firstPrompt(instructions),
    task: task.id,
    approvals: task.approvals,
    session: sessionOf(runtime),
    folder: signalDir,
  };
  return {
    argv: argv(invocation, runtime.keptWork?.session ?? null),
    files: framework.files?.(invocation) ?? {},
    cwd: worktree,
    env: {
      ...(typeof framework.env === 'function' ? framework.env(invocation) : framework.env),
      AGENTRELAY_SIGNAL_DIR: signalDir,
      AGENTRELAY_INSTRUCTIONS: instructions,
      AGENTRELAY_GRAPH: run.graph,
      AGENTRELAY_TASK: task.id,
      AGENTRELAY_ATTEMPT: String(attempt),
      AGENTRELAY_TOKEN: runtime.token,
      PATH: [bin, process.env.PATH ?? ''].join(delimiter),
      ...((credentials?.names(agent) ?? []).length > 0 ? { [SECRETS_VARIABLE]: SECRETS_FILE } : {}),
    },
    unset: [...(framework.unset ?? []), ...(credentials?.unset(agent) ?? [])],
    secrets: () => credentials?.read(agent) ?? {},
  };
}

/** Puts what the program is started with beside its signals. Any number of times. */
export function writeAgentFiles(signalDir: string, files: AgentCommand['files']): void {
  for (const [name, text] of Object.entries(files)) {
    makeFolder(dirname(join(signalDir, name)));
    ensureFile(join(signalDir, name), text, { mode: 0o600 });
  }
}

/** The session goes on with the work that is kept, where the program can. */
function argvOf(framework: FrameworkPreset, invocation: AgentInvocation, session: string | null): readonly string[] {
  return session === null || framework.resume === undefined
    ? framework.argv(invocation)
    : framework.resume(invocation, session);
}

/** A UUID for the session of an attempt: the same for every owner, and no other's. */
export function sessionOf({ token }: Pick<TaskRuntime, 'token'>): string {
  const digits = createHash('sha256').update(`session of ${token}`).digest('hex');
  const variant = ((Number.parseInt(digits[16] ?? '0', 16) & 0x3) | 0x8).toString(16);
  return [
    digits.slice(0, 8),
    digits.slice(8, 12),
    `4${digits.slice(13, 16)}`,
    `${variant}${digits.slice(17, 20)}`,
    digits.slice(20, 32),
  ].join('-');
}
