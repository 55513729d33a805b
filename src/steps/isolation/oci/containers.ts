import { existsSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { AgentLaunchError } from '../../../core/errors.ts';
import { ToolError } from '../../tools/exec.ts';
import { ask, askIfThere, type ContainerEngine } from './engine.ts';
import { LABELS, type Labels, readLabels } from './names.ts';

/** What an engine says of a container. */
export interface ContainerState {
  /** `created`, `running`, `exited` and others. */
  readonly status: string;
  readonly isRunning: boolean;
  readonly exitCode: number;
  readonly outOfMemory: boolean;
}

interface Inspected {
  readonly Status: string;
  readonly Running: boolean;
  readonly Pid: number;
  readonly ExitCode: number;
  readonly OOMKilled?: boolean;
}

/** Null where the engine has none of that name. Throws `ToolError` where the engine does not answer. */
export async function containerState(engine: ContainerEngine, name: string): Promise<ContainerState | null> {
  const text = await askIfThere(engine, ['container', 'inspect', '--format', '{{json .State}}', name]);
  if (text === null) return null;
  const { Status, Running, Pid, ExitCode, OOMKilled } = JSON.parse(text) as Inspected;
  const isRunning = Running && !isGone(engine, Pid);
  return { status: Status, isRunning, exitCode: ExitCode, outOfMemory: OOMKilled ?? false };
}

/** podman says of a container that it runs for ever, when what watched over it was killed before it. */
function isGone(engine: ContainerEngine, pid: number): boolean {
  return engine.name === 'podman' && existsSync('/proc/self') && !existsSync(`/proc/${pid}`);
}

export interface FoundContainer {
  readonly engine: ContainerEngine;
  readonly name: string;
  readonly isRunning: boolean;
  readonly labels: Labels;
}

/** Those of agentrelay that bear all of these labels, whoever made them. Throws `ToolError`. */
export async function findContainers(
  engine: ContainerEngine,
  labels: Partial<Labels>,
): Promise<readonly FoundContainer[]> {
  const filters = Object.entries(labels).flatMap(([key, value]) => {
    return ['--filter', `label=${LABELS[key as keyof Labels]}=${value}`];
  });
  // Every container of ours has it.
  const ours = ['--filter', `label=${LABELS.token}`];
  const ids = await ask(engine, ['ps', '-a', '-q', '--no-trunc', ...ours, ...filters]);
  if (ids === '') return [];
  const found = await Promise.all(ids.split('\n').map((id) => look(engine, id)));
  return found.filter((one) => one !== null);
}

async function look(engine: ContainerEngine, id: string): Promise<FoundContainer | null> {
  const format = '{"name":{{json .Name}},"running":{{json .State.Running}},"labels":{{json .Config.Labels}}}';
  const text = await askIfThere(engine, ['container', 'inspect', '--format', format, id]);
  if (text === null) return null;
  const { name, running, labels } = JSON.parse(text) as {
    readonly name: string;
    readonly running: boolean;
    readonly labels: Readonly<Record<string, string>>;
  };
  return { engine, name: name.replace(/^\//, ''), isRunning: running, labels: readLabels(labels) };
}

/** Times 100 ms: how long a container that is being removed may still be there. */
const MAX_LOOKS = 50;

/**
 * Ends it with all that is in it, and removes it; one that is not there is no error. `seconds` is how long it has for
 * what it still does; docker gives none. Throws `AgentLaunchError` `container_not_removed`.
 */
export async function removeContainer(engine: ContainerEngine, name: string, seconds = 0): Promise<void> {
  const grace = engine.name === 'podman' ? ['-t', String(seconds)] : [];
  let failure: unknown;
  try {
    for (let looks = 0; looks < MAX_LOOKS; looks++) {
      await askIfThere(engine, ['rm', '-f', '-v', ...grace, name]).catch((error: unknown) => {
        if (!(error instanceof ToolError)) throw error;
        failure = error;
      });
      if ((await containerState(engine, name)) === null) return;
      await delay(100);
    }
  } catch (error) {
    failure = error;
  }
  const why = failure instanceof Error ? `: ${failure.message}` : '';
  throw new AgentLaunchError('container_not_removed', `the container ${name} is still there${why}`, {
    cause: failure,
    failureClass: 'internal_error',
  });
}
