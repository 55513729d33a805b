import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { UserError } from '../../../core/errors.ts';
import type { Graph, GraphTask, Isolation } from '../../../core/graph/graph.ts';
import { ToolError } from '../../tools/exec.ts';
import { parseMounts } from '../mounts.ts';
import { type ContainerEngine, engineVersion, findEngine, imageEnvironment } from './engine.ts';
import { imageOf, missingEngine, missingImage } from './image.ts';

/** Environments whose agents start on another machine: nobody has looked for an engine and an image there. */
const ELSEWHERE = ['slurm', 'ssh'];

/** What would keep a graph's containers from running; one `UserError` for each thing. */
export async function containerProblems({ tasks }: Graph): Promise<UserError[]> {
  const isolations = tasks.flatMap(isolationsOf);
  const kinds = new Map(isolations.map((one) => [JSON.stringify([one.runtime, one.image]), one]));
  const asked = await Promise.all([...kinds.values()].map(lookForImage));
  const texts = new Map(isolations.map(({ mounts }) => [JSON.stringify(mounts), mounts]));
  return [
    ...tasks.flatMap(wrongPlace),
    // Two images may miss the same engine.
    ...new Map(asked.filter((found) => found instanceof UserError).map((error) => [error.message, error])).values(),
    ...[...texts.values()].flatMap(missingMounts),
  ];
}

/** Such as `podman 4.3.1, localhost/agentrelay-agent:latest`, for each engine and image that a graph needs. */
export async function containersFound({ tasks }: Graph): Promise<string[]> {
  const asked = await Promise.all(tasks.flatMap(isolationsOf).map(lookForImage));
  return [...new Set(asked.filter((found) => typeof found === 'string'))];
}

function isolationsOf({ isolation, primaryAgent }: GraphTask): Isolation[] {
  return [isolation, primaryAgent.isolation].filter(({ sandbox }) => sandbox === 'oci');
}

function wrongPlace({ id, primaryAgent: { environment, isolation } }: GraphTask): UserError[] {
  const type = environment.type;
  if (isolation.sandbox !== 'oci' || !ELSEWHERE.includes(type)) return [];
  return [
    new UserError(`task ${id} asks for the sandbox oci in the environment ${type}`, {
      hint: 'containers run where agentrelay does: environment tmux or process',
    }),
  ];
}

async function lookForImage(isolation: Isolation): Promise<string | UserError> {
  const engine = findEngine(isolation.runtime);
  if (engine === null) return missingEngine(isolation.runtime);
  try {
    const [version, environment] = await Promise.all([
      engineVersion(engine),
      imageEnvironment(engine, imageOf(isolation)),
    ]);
    if (environment === null) return missingImage(engine, imageOf(isolation));
    return `${engine.name} ${version}, ${imageOf(isolation)}`;
  } catch (error) {
    if (!(error instanceof ToolError)) throw error;
    return brokenEngine(engine, error);
  }
}

function brokenEngine({ name }: ContainerEngine, error: ToolError): UserError {
  return new UserError(`${name} is installed and does not answer: ${error.stderr.trim() || error.message}`, {
    hint: `${name} info shows more`,
    cause: error,
  });
}

function missingMounts(texts: readonly string[]): UserError[] {
  try {
    const missing = parseMounts(texts, homedir()).filter(({ source }) => !existsSync(source));
    return missing.map(({ source }) => new UserError(`there is no ${source}, which the sandbox oci is to mount`));
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return [error];
  }
}
