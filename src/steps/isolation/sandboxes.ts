import { PreconditionError } from '../../core/errors.ts';
import type { Isolation, Sandbox as SandboxName } from '../../core/graph/graph.ts';
import type { TaskRuntime } from '../../core/task-runtime.ts';
import { BwrapSandbox } from './bwrap/bwrap.ts';
import { ContainerSandbox } from './oci/oci.ts';
import type { Purpose, Sandbox, SandboxUse } from './sandbox.ts';

/** By the name that the graph has for it. */
const SANDBOXES: Readonly<Partial<Record<SandboxName, Sandbox>>> = {
  bwrap: new BwrapSandbox(),
  oci: new ContainerSandbox(),
};

/** A sandbox with what it is for; null where the command runs as it is. */
export interface UsedSandbox {
  readonly sandbox: Sandbox;
  readonly use: SandboxUse;
}

/** What is the same for all commands of a run. Paths are absolute. */
export interface SandboxPlace {
  readonly graph: string;
  readonly runDirectory: string;
  readonly repository: string;
  readonly commonDir: string;
  /** Of `SandboxUse`, as the one below; none unless told. */
  readonly programs?: readonly string[];
  readonly hiddenFiles?: readonly string[];
}

/** The sandbox of an agent, or of a command of the graph file that runs beside it. */
export function sandboxFor(
  runtime: TaskRuntime,
  place: SandboxPlace,
  what: {
    readonly purpose: Purpose;
    readonly cwd: string;
    readonly tty: boolean;
    readonly env: Readonly<Record<string, string>>;
  },
): UsedSandbox | null {
  const { task } = runtime;
  const isolation = what.purpose === 'agent' ? task.primaryAgent.isolation : task.isolation;
  const sandbox = sandboxNamed(isolation);
  if (sandbox === null) return null;
  const { graph, runDirectory, repository, commonDir, programs = [], hiddenFiles = [] } = place;
  const ofRun = { graph, runDirectory, repository, commonDir, programs, hiddenFiles };
  return { sandbox, use: { runtime, isolation, ...ofRun, signalDir: runtime.require('signalDir'), ...what } };
}

/** Throws `PreconditionError` where this version has none of that name. */
function sandboxNamed({ sandbox: name }: Isolation): Sandbox | null {
  if (name === 'none') return null;
  const found = SANDBOXES[name];
  if (found === undefined) throw new PreconditionError('unregistered_sandbox', `no sandbox ${name}`);
  return found;
}
