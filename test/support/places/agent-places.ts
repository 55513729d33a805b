import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import type { DemoPlace } from '../../../src/commands/demo/place.ts';
import { cloneName } from '../../../src/steps/environments/ssh/layout.ts';
import type { AgentPlace, InPlace } from './agent-place.ts';
import { privatePodman } from './podman.ts';
import { SlurmCluster } from './slurm-cluster.ts';
import { startSshd } from './sshd.ts';

const nothing = async (): Promise<void> => {};

/** Makes a place, with whatever must run for it. */
const MAKERS: Readonly<Record<string, () => AgentPlace | Promise<AgentPlace>>> = {
  process: processes,
  bwrap: bubblewrap,
  oci: containers,
  ssh: anotherMachine,
  slurm: cluster,
};

export const AGENT_PLACES: readonly string[] = Object.keys(MAKERS);

/** Null for one that nobody can make. */
export async function agentPlace(name: string): Promise<AgentPlace | null> {
  return (await MAKERS[name]?.()) ?? null;
}

/** Plain children, without tmux. */
function processes(): AgentPlace {
  return { name: 'process', env: {}, of: () => ({ environment: { type: 'process' } }), end: nothing };
}

/** Windows of the local tmux, in bubblewrap. */
function bubblewrap(): AgentPlace {
  return { name: 'bwrap', env: {}, of: (_, demo) => sandboxed('bwrap', demo), end: nothing };
}

/** Windows of the local tmux, in containers of a podman of its own. */
function containers(): AgentPlace {
  const podman = privatePodman();
  const settings = { runtime: 'podman', image: podman.image };
  return {
    name: 'oci',
    env: podman.env,
    // Agents and gates of the demo name the Node that they run on.
    of: (_, demo) => sandboxed('oci', demo, settings, [`${process.execPath}:ro`]),
    left: (demo) => podman.containersOf(demo.repository),
    end: async () => podman.remove(),
  };
}

/** The tmux of a machine that is reached by ssh: this one, as far as it matters. */
async function anotherMachine(): Promise<AgentPlace> {
  const sshd = await startSshd();
  return {
    name: 'ssh',
    env: {},
    of: () => ({ environment: sshd.environment }),
    left: ({ repository }) => {
      const clone = cloneName({ repository, commonDir: join(repository, '.git') });
      const folders = sshd.left().filter((path) => path.startsWith(clone));
      return [...folders, ...sshd.processes(clone).map((pid) => `process ${pid} on the other machine`)];
    },
    end: () => sshd.end(),
  };
}

/** Jobs of two nodes, which see the files of this machine. */
async function cluster(): Promise<AgentPlace> {
  const slurm = await SlurmCluster.start();
  const env = { ...process.env, ...slurm.env };
  // A job's folder tells whose it is.
  const jobs = () => execFileSync('squeue', ['-h', '-o', '%j %T in %Z'], { env, encoding: 'utf8' }).split('\n');
  return {
    name: 'slurm',
    env: slurm.env,
    of: () => ({ environment: { type: 'slurm' } }),
    left: ({ directory }) => jobs().filter((job) => job.includes(`${directory}/`)),
    end: () => slurm.stop(),
  };
}

/** The scripts that play the agents, and the file in which they write down that they were started. */
function sandboxed(
  sandbox: 'bwrap' | 'oci',
  { directory }: DemoPlace,
  more: object = {},
  shown: readonly string[] = [],
): InPlace {
  const mounts = [...shown, `${join(directory, 'agents')}:ro`, join(directory, 'launches')];
  return { isolation: { sandbox, mounts, ...more } };
}

/** Each task somewhere else, one place after the other. */
export function mixed(places: readonly AgentPlace[]): AgentPlace {
  const chosen = new Map<string, AgentPlace>();
  const placeOf = (task: string): AgentPlace => {
    const place = chosen.get(task) ?? (places[chosen.size % places.length] as AgentPlace);
    chosen.set(task, place);
    return place;
  };
  return {
    name: 'mixed',
    env: Object.assign({}, ...places.map(({ env }) => env)),
    of: (task, demo) => placeOf(task).of(task, demo),
    left: (demo) => places.flatMap((place) => place.left?.(demo) ?? []),
    end: nothing,
  };
}
