import { homedir } from 'node:os';
import { delimiter, isAbsolute, join } from 'node:path';
import { AgentLaunchError } from '../../../core/errors.ts';
import { type CommandEnd, ToolError } from '../../tools/exec.ts';
import { makeGitFolders } from '../git-mounts.ts';
import type { Sandbox, SandboxUse } from '../sandbox.ts';
import { SandboxedGit } from '../sandboxed-git.ts';
import { installContainerClient } from './client.ts';
import { containerState, findContainers, removeContainer } from './containers.ts';
import { ask, type ContainerEngine, findEngine, ownUser } from './engine.ts';
import { imageOf, imageSearchPath, missingEngine, requireImage } from './image.ts';
import { containerName, labelsOf } from './names.ts';
import { detachKeys, runArgv } from './run-argv.ts';
import { gitPlace, mountsOf, requireMounts } from './shown.ts';
import { passedVariables } from './variables.ts';

/** What was found out of an engine and an image; nobody can ask while an argv is made. */
interface Known {
  readonly engine: ContainerEngine;
  readonly user: readonly string[];
  readonly path: string;
}

/** Each command in a container of its own. */
export class ContainerSandbox implements Sandbox {
  readonly name = 'oci';
  readonly #git = new SandboxedGit();
  /** By name of container. */
  readonly #known = new Map<string, Known>();
  readonly #users = new Map<string, readonly string[]>();

  /** Also frees the name: of a command that an earlier owner was killed in, or of an agent whose turn before this ended. */
  async requireReady(use: SandboxUse): Promise<void> {
    await this.#asked(use, async (engine) => {
      requireMounts(use);
      makeGitFolders(gitPlace(use));
      const name = containerName(use);
      const [environment, user, left] = await Promise.all([
        requireImage(engine, use.isolation),
        this.#userOf(engine),
        containerState(engine, name),
        this.#git.prepare(use),
      ]);
      if (left !== null) await removeContainer(engine, name);
      this.#known.set(name, { engine, user, path: imageSearchPath(environment) });
    });
  }

  around(argv: readonly string[], use: SandboxUse): readonly string[] {
    const name = containerName(use);
    const known = this.#known.get(name);
    if (known === undefined) throw new AgentLaunchError('not_ready', `nobody has looked whether ${name} can run`);
    const { engine, user, path } = known;
    const bin = join(use.runDirectory, 'bin');
    const run = runArgv(use.purpose === 'agent' ? argv : commandArgv(argv), use, {
      engine,
      user,
      image: imageOf(use.isolation),
      home: home(),
      path: [bin, path].join(delimiter),
      mounts: mountsOf(use),
      variables: passedVariables(use, [...Object.keys(use.env), ...Object.keys(this.env(use))], process.env),
    });
    if (use.purpose !== 'agent') return run;
    const [program = '', ...rest] = run;
    // Of the wrapper, which stands around the program.
    const [, , exitCodeFile = ''] = argv;
    return [
      '/bin/sh',
      installContainerClient(use.runDirectory),
      program,
      name,
      exitCodeFile,
      detachKeys(engine),
      ...rest,
    ];
  }

  env(use: SandboxUse): Readonly<Record<string, string>> {
    return this.#git.env(use);
  }

  async isAlive(use: SandboxUse): Promise<boolean> {
    return await this.#asked(use, async (engine) => {
      return (await containerState(engine, containerName(use)))?.isRunning ?? false;
    });
  }

  /** The client's own code, or its end, says nothing of the command. */
  async ended(use: SandboxUse, end: CommandEnd): Promise<CommandEnd> {
    const state = await this.#asked(use, (engine) => containerState(engine, containerName(use)));
    // Stopped: the engine has not put it in order yet.
    if (state?.status === 'exited' || state?.status === 'stopped') return { ...end, exitCode: state.exitCode };
    const what = state === null ? 'was not made' : state.isRunning ? 'lost its client' : `is ${state.status}`;
    throw new AgentLaunchError('container_failed', `the container of the ${use.purpose} command ${what}`);
  }

  /** Of an agent all that was begun for its attempt. */
  async stop(use: SandboxUse): Promise<void> {
    if (use.purpose === 'agent') return await this.endAll(use);
    await this.#asked(use, (engine) => removeContainer(engine, containerName(use)));
  }

  async endAll(use: SandboxUse): Promise<void> {
    await this.#asked(use, async (engine) => {
      const { token, repository } = labelsOf(use);
      for (const { name, isRunning, labels } of await findContainers(engine, { token, repository })) {
        const isLive = isRunning && labels.purpose === 'agent';
        if (isLive) await hangUp(engine, name);
        await removeContainer(engine, name, isLive ? 1 : 0);
      }
    });
  }

  async #userOf(engine: ContainerEngine): Promise<readonly string[]> {
    const user = this.#users.get(engine.program) ?? (await ownUser(engine));
    this.#users.set(engine.program, user);
    return user;
  }

  async #asked<T>(use: SandboxUse, work: (engine: ContainerEngine) => Promise<T>): Promise<T> {
    const engine = findEngine(use.isolation.runtime);
    if (engine === null)
      throw new AgentLaunchError('no_container_engine', missingEngine(use.isolation.runtime).message);
    try {
      return await work(engine);
    } catch (error) {
      if (!(error instanceof ToolError)) throw error;
      throw new AgentLaunchError('container_engine_failed', error.message, {
        cause: error,
        failureClass: 'internal_error',
      });
    }
  }
}

/**
 * As from a closing terminal: some programs tell what they have used as they go. The first process of a container gets no
 * signal that it does not expect, and so none is left to the engine.
 */
async function hangUp(engine: ContainerEngine, name: string): Promise<void> {
  await ask(engine, ['exec', name, '/bin/sh', '-c', 'kill -HUP -1']).catch((error: unknown) => {
    // It has gone by itself meanwhile, or will be ended the hard way.
    if (!(error instanceof ToolError)) throw error;
  });
}

/** A shell stays its parent: the first process of a container takes no signals, not even its own. */
function commandArgv(argv: readonly string[]): string[] {
  return ['/bin/sh', '-c', '"$@"; exit $?', 'sh', ...argv];
}

/** At the place of the user's own, so that the same mounts mean the same in each sandbox. */
function home(): string {
  const own = homedir();
  return isAbsolute(own) && own !== '/' ? own : '/home/agent';
}
