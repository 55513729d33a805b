import { AgentLaunchError, UserError } from '../../../core/errors.ts';
import { makeGitFolders } from '../git-mounts.ts';
import type { Sandbox, SandboxUse } from '../sandbox.ts';
import { SandboxedGit } from '../sandboxed-git.ts';
import { NAMESPACES, networkOption, requireBwrapFor } from './ready.ts';
import { canShield, shielded } from './shield.ts';
import { gitPlaceOf, homeFolder, sightsOf } from './sights.ts';
import { bwrapOptions } from './view.ts';

/** Each command in namespaces of its own, with the machine around it read-only and most of what is a person's hidden. */
export class BwrapSandbox implements Sandbox {
  readonly name = 'bwrap';
  readonly #git = new SandboxedGit();
  #canShield = false;

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
    this.#canShield = await canShield();
  }

  enter(argv: readonly string[], use: SandboxUse): readonly string[] {
    const options = [...KERNEL, ...bwrapOptions(sightsOf(argv, use)), '--chdir', use.cwd];
    const client = ['bwrap', ...NAMESPACES, ...networkOption(use.isolation.network), ...options, '--'];
    return use.purpose === 'agent' && this.#canShield ? shielded(client, argv) : [...client, ...argv];
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
