import { setTimeout as delay } from 'node:timers/promises';
import { ToolError } from '../../tools/exec.ts';
import type { Git } from '../../tools/git.ts';
import type { SshConnection } from './connection.ts';
import { shellCommand } from './ssh-argv.ts';

/** Milliseconds; a first push may be a whole repository. */
const LIMIT = 30 * 60_000;
/** After which the connection itself has noticed that it is lost. */
const NOTICE = 300;

export interface RemoteCloneOptions {
  readonly git: Git;
  readonly connection: SshConnection;
  /** There; absolute. */
  readonly path: string;
  /** Of the login shell there. */
  readonly searchPath: string;
}

/** The clone on a machine, which git keeps up to date over the same connection as everything else. */
export class RemoteClone {
  readonly #options: RemoteCloneOptions;

  constructor(options: RemoteCloneOptions) {
    this.#options = options;
  }

  /** Sets refs there, whatever they were. */
  async push(refs: Readonly<Record<string, string>>, signal?: AbortSignal): Promise<void> {
    const specs = Object.entries(refs).map(([ref, commit]) => `+${commit}:${ref}`);
    await this.#run(['push', '--quiet', '--no-verify', `--receive-pack=${this.#side('receive-pack')}`], specs, signal);
  }

  /** Brings the objects of these refs here; no ref of ours is moved. */
  async fetch(refs: readonly string[], signal?: AbortSignal): Promise<void> {
    const options = ['--quiet', '--no-tags', '--no-write-fetch-head', '--no-auto-maintenance'];
    await this.#run(['fetch', ...options, `--upload-pack=${this.#side('upload-pack')}`], refs, signal);
  }

  /** Git there runs none of the hooks that an agent may have made. */
  #side(service: string): string {
    return shellCommand(['env', `PATH=${this.#options.searchPath}`, 'git', '-c', 'core.hooksPath=/dev/null', service]);
  }

  async #run(command: readonly string[], refs: readonly string[], signal?: AbortSignal): Promise<void> {
    const { git, connection, path } = this.#options;
    const { host } = connection.machine;
    const url = `ssh://${host.includes(':') ? `[${host}]` : host}${path}`;
    for (;;) {
      await connection.ready({ ...(signal === undefined ? {} : { signal }) });
      const { generation } = connection;
      const env = {
        GIT_SSH_COMMAND: shellCommand(['ssh', ...connection.sessionOptions()]),
        GIT_SSH_VARIANT: 'ssh',
        GIT_SSH: undefined,
      };
      try {
        await connection.session(() => git.run([...command, url, ...refs], { env, timeout: LIMIT, signal }));
        return;
      } catch (error) {
        if (!(error instanceof ToolError)) throw error;
        await delay(NOTICE);
        if (connection.isUp && connection.generation === generation) throw error;
      }
    }
  }
}

/** A script that finds what a login shell would, and runs git as we do. */
export function scriptWith(searchPath: string, script: string): string {
  const hooks = 'GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=core.hooksPath GIT_CONFIG_VALUE_0=/dev/null';
  return `PATH=${shellCommand([searchPath])}\nexport PATH ${hooks}\n${script}`;
}
