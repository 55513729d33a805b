import type { Mount } from '../mounts.ts';
import type { SandboxUse } from '../sandbox.ts';
import type { ContainerEngine } from './engine.ts';
import { containerName, LABELS, type Labels, labelsOf } from './names.ts';

/** All that a container is made from beside what its use says. */
export interface ContainerSettings {
  readonly engine: ContainerEngine;
  readonly image: string;
  /** Arguments that make its files belong to the user. */
  readonly user: readonly string[];
  /** In it; empty when it begins. Absolute. */
  readonly home: string;
  /** What its programs are looked for in. */
  readonly path: string;
  /** Later ones lie over earlier ones. */
  readonly mounts: readonly Mount[];
  /** Names of variables whose values the client has. */
  readonly variables: readonly string[];
}

/** What runs `argv` in a container of its own; the client stays with it to its end. */
export function runArgv(argv: readonly string[], use: SandboxUse, settings: ContainerSettings): string[] {
  const { engine, image, user, home, path, mounts, variables } = settings;
  const { isolation, cwd, tty } = use;
  const [program = '', ...rest] = argv;
  const labels = Object.entries(labelsOf(use)).map(([key, value]) => `--label=${LABELS[key as keyof Labels]}=${value}`);
  return [
    ...[engine.program, 'run', `--name=${containerName(use)}`, ...labels],
    // What is wanted is there already, or is a person's to bring; what it prints is kept by whoever runs the client.
    ...['--pull=never', '--log-driver=none'],
    // How its client ends is not how it ends.
    ...['--sig-proxy=false', ...(tty ? ['--interactive', '--tty', `--detach-keys=${detachKeys(engine)}`] : [])],
    ...user,
    ...['--read-only', '--cap-drop=all', '--security-opt=no-new-privileges', '--security-opt=label=disable'],
    ...limits(use),
    ...(isolation.network ? [] : ['--network=none']),
    ...['/tmp', '/var/tmp', home].map((folder) => `--tmpfs=${folder}:rw,exec,nosuid,nodev,mode=1777`),
    ...mounts.flatMap(mountArgument),
    ...[`--env=HOME=${home}`, `--env=PATH=${path}`, ...variables.map((name) => `--env=${name}`)],
    ...[`--workdir=${cwd}`, `--entrypoint=${program}`, image, ...rest],
  ];
}

function limits({ isolation: { cpus, memory } }: SandboxUse): string[] {
  return [
    ...(cpus === null ? [] : [`--cpus=${cpus}`]),
    ...(memory === null ? [] : [`--memory=${memory.toLowerCase()}`]),
  ];
}

/** Agents have a use for every key. podman takes an empty list for none; docker for its own, which has Ctrl-P in it. */
export function detachKeys({ name }: ContainerEngine): string {
  return name === 'podman' ? '' : 'ctrl-^,ctrl-_,ctrl-^,ctrl-_,ctrl-^';
}

/** One line of CSV, as both engines read it. */
function mountArgument({ source, target, readOnly }: Mount): string[] {
  const fields = ['type=bind', `source=${source}`, `target=${target}`, ...(readOnly ? ['readonly'] : [])];
  return [
    '--mount',
    fields.map((field) => (/[",]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field)).join(','),
  ];
}
