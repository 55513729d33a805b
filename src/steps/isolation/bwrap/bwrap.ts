import { AgentLaunchError, UserError } from '../../../core/errors.ts';
import { makeGitFolders } from '../git-mounts.ts';
import type { Sandbox, SandboxUse } from '../sandbox.ts';
import { SandboxedGit } from '../sandboxed-git.ts';
import { NAMESPACES, networkOption, requireBwrapFor } from './ready.ts';
import { gitPlaceOf, homeFolder, sightsOf } from './sights.ts';
import { bwrapOptions } from './view.ts';

/** Each command in namespaces of its own, with the machine around it read-only and most of what is a person's hidden. */
export class BwrapSandbox implements Sandbox {
  readonly name = 'bwrap';
  readonly #git = new SandboxedGit();

  async requireReady(use: SandboxUse): Promise<void> {
    try {
      await requireBwrapFor(use.isolation);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      const help = error.hint === null ? '' : `; ${error.hint}`;
      throw new AgentLaunchError('sandbox_not_ready', `${error.message}${help}`, { cause: error });
    }
    makeGitFolders(gitPlaceOf(use));
    await this.#git.prepare(use);
  }

  enter(argv: readonly string[], use: SandboxUse): readonly string[] {
    return enterBwrap(argv, {
      options: [...KERNEL, ...bwrapOptions(sightsOf(argv, use)), '--chdir', use.cwd],
      network: use.isolation.network,
      tty: use.tty,
    });
  }

  env(use: SandboxUse): Readonly<Record<string, string>> {
    return { ...this.#git.env(use), ...(homeFolder() === null ? { HOME: '/tmp' } : {}) };
  }
}

/** Root owns the settings of the kernel, and needs no capability to change them. */
const KERNEL = [
  ...['--ro-bind', '/', '/', '--dev', '/dev', '--proc', '/proc'],
  ...['sys', 'sysrq-trigger', 'irq', 'bus'].flatMap((name) => ['--ro-bind-try', `/proc/${name}`, `/proc/${name}`]),
];

/** Signals that a terminal sends to all who use it. */
const OF_TERMINAL = 'INT,QUIT';

/**
 * The command that runs `argv` in bubblewrap. Ctrl-C is for the agent: bubblewrap itself, which would end by it, ignores
 * it, and `env` takes that off again.
 */
export function enterBwrap(
  argv: readonly string[],
  { options, network, tty }: { readonly options: readonly string[]; readonly network: boolean; readonly tty: boolean },
): string[] {
  const bwrap = ['bwrap', ...NAMESPACES, ...networkOption(network), ...options, '--'];
  if (!tty) return [...bwrap, ...argv];
  const restored = [...['env', `--default-signal=${OF_TERMINAL}`], ...['/bin/sh', '-c', 'exec "$@"', 'sh', ...argv]];
  const ignoring = `trap '' ${OF_TERMINAL.replace(',', ' ')}; exec "$@"`;
  return ['/bin/sh', '-c', ignoring, 'sh', ...bwrap, ...restored];
}
