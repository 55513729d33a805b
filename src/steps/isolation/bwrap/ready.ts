import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { UserError } from '../../../core/errors.ts';
import type { Isolation } from '../../../core/graph/graph.ts';
import { readIfThere } from '../../tools/atomic-file.ts';
import { exec, ToolError } from '../../tools/exec.ts';
import { requireTool, type ToolRequirement } from '../../tools/versions.ts';
import { parseMounts } from '../mounts.ts';

const BWRAP: ToolRequirement = {
  program: 'bwrap',
  args: ['--version'],
  atLeast: [0, 5],
  install: 'apt-get install bubblewrap',
};

/** What every sandbox is made with. */
export const NAMESPACES = [
  ...['--unshare-user-try', '--unshare-pid', '--unshare-ipc', '--unshare-uts'],
  // Whoever runs it as root would be able to undo it.
  ...['--cap-drop', 'ALL', '--die-with-parent'],
];

const NO_NETWORK = '--unshare-net';

/** Versions, by whether there is a network; asked once of a machine that is fit for it. */
const known = new Map<boolean, Promise<string>>();

/** The version of bubblewrap, which is there and can make its sandboxes on this machine. Throws `UserError`. */
export async function requireBwrap(network = true): Promise<string> {
  const asked = known.get(network) ?? probe(network);
  known.set(network, asked);
  return await asked.catch((error: unknown) => {
    known.delete(network);
    throw error;
  });
}

/** Throws `UserError` where the sandbox cannot be what the graph asks for. */
export async function requireBwrapFor(isolation: Isolation): Promise<void> {
  const { cpus, memory, mounts, network } = isolation;
  const limit = cpus === null ? (memory === null ? null : 'memory') : 'cpus';
  if (limit !== null) {
    throw new UserError(`the sandbox bwrap has no limit of ${limit}`, {
      hint: `sandbox: oci has one; ${limit}: null does without`,
    });
  }
  for (const { source } of parseMounts(mounts, homedir())) {
    if (!existsSync(source)) throw new UserError(`there is no ${source}, which the sandbox bwrap is to mount`);
  }
  await requireBwrap(network);
}

async function probe(network: boolean): Promise<string> {
  const version = await requireTool(BWRAP);
  const places = ['--ro-bind', '/', '/', '--dev', '/dev', '--proc', '/proc', '--tmpfs', '/tmp'];
  try {
    await exec('bwrap', [...NAMESPACES, ...networkOption(network), ...places, 'true'], { timeout: 10_000 });
  } catch (error) {
    if (!(error instanceof ToolError)) throw error;
    throw new UserError(`bwrap cannot make a sandbox on this machine: ${error.stderr.trim() || error.message}`, {
      hint: remedy(),
      cause: error,
    });
  }
  return version;
}

export function networkOption(network: boolean): string[] {
  return network ? [] : [NO_NETWORK];
}

/** Settings of the kernel that forbid it, each with what allows it. */
const FORBIDDING = [
  ['kernel/unprivileged_userns_clone', '0', 'sysctl -w kernel.unprivileged_userns_clone=1'],
  ['kernel/apparmor_restrict_unprivileged_userns', '1', 'sysctl -w kernel.apparmor_restrict_unprivileged_userns=0'],
  ['user/max_user_namespaces', '0', 'sysctl -w user.max_user_namespaces=15000'],
] as const;

function remedy(): string {
  const found = FORBIDDING.find(([name, value]) => readIfThere(`/proc/sys/${name}`)?.trim() === value);
  return found === undefined
    ? 'it needs user namespaces, which a container around it may forbid; sandbox: oci or none does without'
    : `${found[2]}, as root`;
}
