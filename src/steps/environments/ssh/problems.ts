import { join } from 'node:path';
import { UserError } from '../../../core/errors.ts';
import type { Graph, GraphTask } from '../../../core/graph/graph.ts';
import { runDirectory } from '../../../core/names.ts';
import { RunStore } from '../../run-store.ts';
import { ConnectionLost, SshConnection } from './connection.ts';
import { remoteLeftovers } from './leftovers.ts';
import { keyOf, type Machine, machineOf, nameOf } from './machine.ts';
import { survey } from './survey.ts';

/** What a look at a machine came to. */
export interface MachineLook {
  readonly name: string;
  /** Of what is needed there; null where something is wrong. */
  readonly versions: string | null;
  readonly problem: UserError | null;
  /** It did not answer, or let nobody in. */
  readonly isAway: boolean;
}

/** Milliseconds that a machine has to answer before a run begins. */
const LIMIT = 15_000;

/** Every machine that the graph names, each asked once. `root` is that of the repository. */
export async function lookAtMachines(graph: Graph, root: string): Promise<MachineLook[]> {
  const machines = new Map<string, Machine>();
  const looks: MachineLook[] = [];
  for (const task of graph.tasks.filter(isElsewhere)) {
    try {
      requireNoSandbox(task);
      const machine = machineOf(task.primaryAgent.environment, root);
      machines.set(keyOf(machine), machine);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      looks.push({ name: task.id, versions: null, problem: error, isAway: false });
    }
  }
  return [...looks, ...(await Promise.all([...machines.values()].map(look)))];
}

/** What keeps agents from running there, before a run is spent on it. */
export async function sshProblems(graph: Graph, root: string): Promise<UserError[]> {
  const looks = await lookAtMachines(graph, root);
  const machines = machinesWithAgents(graph, root);
  // A run that goes on waits for a machine that may still have an agent of its own.
  const wrong = looks.filter(({ name, isAway }) => !(isAway && machines.has(name)));
  return wrong.flatMap(({ problem }) => (problem === null ? [] : [problem]));
}

function machinesWithAgents(graph: Graph, root: string): Set<string> {
  const store = new RunStore(root, graph.name);
  const last = store.runs().at(-1);
  const left = last === undefined ? [] : remoteLeftovers(join(root, runDirectory(graph.name, last)));
  return new Set(left.filter(({ record }) => !record.released).map(({ record }) => record.machine));
}

function isElsewhere({ primaryAgent }: GraphTask): boolean {
  return primaryAgent.environment.type === 'ssh';
}

async function look(machine: Machine): Promise<MachineLook> {
  const connection = new SshConnection(machine);
  const name = nameOf(machine);
  try {
    await connection.atOnce(LIMIT);
    return { name, versions: (await survey(connection)).versions, problem: null, isAway: false };
  } catch (error) {
    if (error instanceof UserError) return { name, versions: null, problem: error, isAway: false };
    if (!(error instanceof ConnectionLost)) throw error;
    const hint = `ssh ${name} must work without a question; docs/places/ssh.md says what else is needed`;
    return { name, versions: null, problem: new UserError(error.message, { hint, cause: error }), isAway: true };
  } finally {
    await connection.close();
  }
}

/** A sandbox is of the machine where it is made; one that is asked for and not there would be worse than none. */
function requireNoSandbox({ id, isolation, primaryAgent }: GraphTask): void {
  const sandbox = [primaryAgent.isolation, isolation].find((one) => one.sandbox !== 'none')?.sandbox;
  if (sandbox === undefined) return;
  throw new UserError(`task ${id} asks for the sandbox ${sandbox} on another machine, where there is none`, {
    hint: 'sandbox: none for this task, or an environment on this machine',
  });
}
