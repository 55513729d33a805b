import { join } from 'node:path';
import { AgentLaunchError } from '../../../core/errors.ts';
import type { TaskRuntime } from '../../../core/task-runtime.ts';
import type { AgentCommand } from '../../agent-command.ts';
import type { WindowEngine } from '../../places/window-engine.ts';
import type { TmuxAgent } from '../tmux-agent.ts';
import { JOB_FILE } from './agent-job.ts';
import type { JobBoard } from './job-board.ts';
import { jobName, ownerOf } from './job-names.ts';
import { slurmOptions } from './options.ts';
import { createSlurmAgent } from './slurm-agent.ts';
import { srunArgv } from './srun.ts';

/** Has the agents in windows run as jobs of a cluster. */
export class SlurmEngine implements WindowEngine {
  readonly #graph: string;
  readonly #board: JobBoard;

  constructor(options: { readonly graph: string; readonly board: JobBoard }) {
    this.#graph = options.graph;
    this.#board = options.board;
  }

  through(runtime: TaskRuntime, { cwd }: AgentCommand): (argv: readonly string[]) => readonly string[] {
    requireNoContainer(runtime);
    const { resources } = slurmOptions(runtime.task.primaryAgent.environment);
    const jobFile = join(runtime.require('signalDir'), JOB_FILE);
    return (argv) => srunArgv(argv, { job: { name: this.nameOf(runtime), resources }, cwd, jobFile, tty: true });
  }

  agent(runtime: TaskRuntime, inWindow: TmuxAgent): TmuxAgent {
    const { queueTimeout } = slurmOptions(runtime.task.primaryAgent.environment);
    return createSlurmAgent(runtime, inWindow, { board: this.#board, name: this.nameOf(runtime), queueTimeout });
  }

  nameOf(runtime: TaskRuntime): string {
    return jobName(ownerOf(runtime, this.#graph));
  }
}

/** A container's engine is on this machine, and not on the node. */
function requireNoContainer({ task }: TaskRuntime): void {
  if (task.primaryAgent.isolation.sandbox !== 'oci') return;
  throw new AgentLaunchError(
    'no_sandbox_on_slurm',
    `task ${task.id}: jobs of Slurm cannot run in sandbox oci; bwrap can`,
  );
}
