import { AgentLaunchError, UserError } from '../../../core/errors.ts';
import type { Isolation } from '../../../core/graph/graph.ts';
import { type ContainerEngine, ENGINES, imageEnvironment } from './engine.ts';

/** Built by a person from `docs/places/Containerfile`. */
export const DEFAULT_IMAGE = 'localhost/agentrelay-agent:latest';

/** What Linux systems look for programs in, where an image does not say. */
const USUAL_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

export function imageOf({ image }: Isolation): string {
  return image ?? DEFAULT_IMAGE;
}

/** `NAME=VALUE` lines that it is run with. Throws `AgentLaunchError` `image_missing`. */
export async function requireImage(engine: ContainerEngine, isolation: Isolation): Promise<readonly string[]> {
  const image = imageOf(isolation);
  const environment = await imageEnvironment(engine, image);
  if (environment !== null) return environment;
  const { message, hint } = missingImage(engine, image);
  throw new AgentLaunchError('image_missing', `${message}; ${hint}`);
}

export function imageSearchPath(environment: readonly string[]): string {
  return environment.find((line) => line.startsWith('PATH='))?.slice('PATH='.length) ?? USUAL_PATH;
}

export function missingEngine(runtime: Isolation['runtime']): UserError {
  const names = runtime ?? ENGINES.join(' or ');
  return new UserError(`${names}, which runs the containers of sandbox oci, is not installed`, {
    hint: `apt-get install ${runtime === 'docker' ? 'docker.io' : 'podman'}, or sandbox: bwrap, or none`,
  });
}

/** Images are not fetched behind a person's back: agents get what is in them, and it may take long. */
export function missingImage({ name }: ContainerEngine, image: string): UserError {
  const hint =
    image === DEFAULT_IMAGE
      ? `${name} build -t ${image} DIRECTORY, with the Containerfile of docs/places/oci.md in it`
      : `${name} pull ${image}, or build it`;
  return new UserError(`${name} has no image ${image}`, { hint });
}
