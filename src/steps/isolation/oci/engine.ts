import type { Isolation } from '../../../core/graph/graph.ts';
import { exec, ToolError } from '../../tools/exec.ts';
import { type FoundProgram, findFirstProgram } from '../../tools/find-program.ts';

export const ENGINES = ['podman', 'docker'] as const;

/** A program that runs containers; both understand the same words, but for few. */
export interface ContainerEngine {
  readonly name: (typeof ENGINES)[number];
  /** Absolute. */
  readonly program: string;
}

/** Milliseconds for one question; an engine that hangs is one that is lost. */
const LIMIT = 30_000;

/** That of `isolation.runtime`, else the first that is there; null where none is. */
export function findEngine(runtime: Isolation['runtime']): ContainerEngine | null {
  const names = runtime === null ? ENGINES : [runtime];
  const found: FoundProgram | null = findFirstProgram(names, '/', process.env.PATH ?? '');
  return found === null ? null : { name: found.name as ContainerEngine['name'], program: found.path };
}

/** Answers of an engine; throws `ToolError` where it gives none. */
export async function ask(engine: ContainerEngine, args: readonly string[]): Promise<string> {
  return (await exec(engine.program, args, { timeout: LIMIT })).stdout;
}

/** The same, and null where it knows no such thing. Throws `ToolError` where it does not run at all. */
export async function askIfThere(engine: ContainerEngine, args: readonly string[]): Promise<string | null> {
  try {
    return await ask(engine, args);
  } catch (error) {
    if (error instanceof ToolError && /no such (object|container|image)|image not known/i.test(error.stderr))
      return null;
    throw error;
  }
}

/**
 * What makes files belong to whoever runs agentrelay. An engine that runs as that user has root inside stand for it, so
 * that its own numbers must be kept; one that runs as root takes numbers as they are.
 */
export async function ownUser(engine: ContainerEngine): Promise<readonly string[]> {
  const [uid, gid] = [process.getuid?.() ?? 0, process.getgid?.() ?? 0];
  if (engine.name === 'podman') return uid === 0 ? ['--user=0:0'] : ['--userns=keep-id'];
  const options = await ask(engine, ['info', '--format', '{{json .SecurityOptions}}']);
  return options.includes('rootless') ? ['--user=0:0'] : [`--user=${uid}:${gid}`];
}

/** `NAME=VALUE` lines that an image is run with; null where the engine has no such image. */
export async function imageEnvironment(engine: ContainerEngine, image: string): Promise<readonly string[] | null> {
  const text = await askIfThere(engine, ['image', 'inspect', '--format', '{{json .Config.Env}}', image]);
  return text === null ? null : ((JSON.parse(text) as string[] | null) ?? []);
}

/** Such as `4.3.1`. */
export async function engineVersion(engine: ContainerEngine): Promise<string> {
  const text = await ask(engine, ['--version']);
  return /\d+(\.\d+)+/.exec(text)?.[0] ?? text;
}
