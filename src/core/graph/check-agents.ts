import { placeholderProblems } from './command-template.ts';
import { DEFAULT_ENVIRONMENT, DEFAULT_FRAMEWORK, ENVIRONMENT_KEYS, FRAMEWORKS } from './known-names.ts';
import { layAgents } from './layer-agents.ts';
import { asList, asMap, type Outline } from './outline.ts';
import { formatPath, nearest, type Problem, type ProblemPath, problem, quote } from './problem.ts';
import type { AgentFile } from './schema-agent.ts';
import { unknownKeys } from './schema-problems.ts';

/** What a user's config module adds to the names that are built in. */
export interface KnownNames {
  readonly extraFrameworks: readonly string[];
  readonly extraEnvironments: readonly string[];
}

/** An agent as it is written in one place of the file, possibly wrong. */
interface WrittenAgent {
  readonly path: ProblemPath;
  readonly map: Readonly<Record<string, unknown>>;
}

/** Frameworks, environments and commands: of each agent where it is written, and of what the layers add up to. */
export function agentProblems(outline: Outline, names: KnownNames): Problem[] {
  const primary = written(outline.top.primary_agent, ['primary_agent']);
  const review = written(asMap(outline.top.review)?.agent, ['review', 'agent']);
  const inherited = environmentType(primary, DEFAULT_ENVIRONMENT);
  const problems = [primary, review].flatMap((agent) => writtenProblems(agent, names, inherited));
  const seen = new Set<string>();
  const addOnce = (found: Problem | null): void => {
    const key = found === null ? '' : formatPath(found.path);
    if (found === null || seen.has(key)) return;
    seen.add(key);
    problems.push(found);
  };
  const shared = effectiveProblem([primary], names);
  const sharedReview = outline.top.review == null ? null : effectiveProblem([primary, review], names);
  for (const { map, path } of outline.tasks) {
    const own = written(map.primary_agent, [...path, 'primary_agent']);
    addOnce(hostProblem([primary, own]));
    const reviewMap = map.review === undefined ? undefined : asMap(map.review);
    const ownReview = written(reviewMap?.agent, [...path, 'review', 'agent']);
    problems.push(...writtenProblems(own, names, inherited), ...writtenProblems(ownReview, names, inherited));
    addOnce(own === null ? shared : effectiveProblem([primary, own], names));
    if (reviewMap === null || (reviewMap === undefined && outline.top.review == null)) continue;
    const plain = own === null && ownReview === null;
    addOnce(plain ? sharedReview : effectiveProblem([primary, own, review, ownReview], names));
  }
  return problems;
}

function written(value: unknown, path: ProblemPath): WrittenAgent | null {
  const map = asMap(value);
  return map === null ? null : { path, map };
}

function environmentType(agent: WrittenAgent | null, otherwise: string): string {
  const type = asMap(agent?.map.environment)?.type;
  return typeof type === 'string' ? type : otherwise;
}

function writtenProblems(agent: WrittenAgent | null, names: KnownNames, inheritedType: string): Problem[] {
  if (agent === null) return [];
  const { map, path } = agent;
  const problems = placeholderProblems(asList(map.command), [...path, 'command']);
  if (typeof map.framework === 'string') {
    problems.push(...unknownName('framework', map.framework, frameworks(names), [...path, 'framework']));
  }
  const environment = asMap(map.environment);
  if (environment === null) return problems;
  const type = environmentType(agent, inheritedType);
  const known = [...Object.keys(ENVIRONMENT_KEYS), ...names.extraEnvironments];
  const wrong = unknownName('environment', type, known, [...path, 'environment', 'type']);
  if (wrong.length > 0) return [...problems, ...(environment.type === undefined ? [] : wrong)];
  const keys = ENVIRONMENT_KEYS[type];
  // The keys of a user's own environment are its own.
  if (keys == null || names.extraEnvironments.includes(type)) return problems;
  const unknown = Object.keys(environment).filter((key) => key !== 'type' && !keys.includes(key));
  return [...problems, ...unknownKeys(unknown, [...path, 'environment'], ['type', ...keys])];
}

function frameworks(names: KnownNames): readonly string[] {
  return [...FRAMEWORKS, ...names.extraFrameworks];
}

function unknownName(kind: string, name: string, known: readonly string[], path: ProblemPath): Problem[] {
  if (known.includes(name)) return [];
  return [
    problem(path, `unknown ${kind} ${quote(name)}`, { allowed: known.join(', '), didYouMean: nearest(name, known) }),
  ];
}

/** Whether the layers together have a command exactly where their framework is `command`. */
function effectiveProblem(layers: readonly (WrittenAgent | null)[], names: KnownNames): Problem | null {
  const present = layers.filter((layer) => layer !== null);
  const agent = layAgents(present.map(({ map }) => relevant(map)));
  const framework = agent.framework ?? DEFAULT_FRAMEWORK;
  if (!frameworks(names).includes(framework)) return null;
  const source = (key: string): WrittenAgent | undefined => present.findLast(({ map }) => map[key] !== undefined);
  if (framework === 'command' && agent.command === undefined) {
    const path = [...(source('framework')?.path ?? []), 'framework'];
    return problem(path, "framework 'command' needs a `command`", { allowed: 'command: [program, argument, …]' });
  }
  if (framework !== 'command' && agent.command !== undefined) {
    const path = [...(source('command')?.path ?? []), 'command'];
    const message = `\`command\` is for framework 'command', and this agent's is ${quote(framework)}`;
    return problem(path, message, { atKey: true, allowed: 'framework: command' });
  }
  return null;
}

/** An agent on another machine needs to know which. */
function hostProblem(layers: readonly (WrittenAgent | null)[]): Problem | null {
  let [type, hasHost] = [DEFAULT_ENVIRONMENT, false];
  let said: ProblemPath = [];
  for (const layer of layers) {
    const environment = asMap(layer?.map.environment);
    if (layer === null || environment === null) continue;
    const own = environmentType(layer, type);
    if (own !== type) [type, hasHost] = [own, false];
    if (environment.type !== undefined) said = [...layer.path, 'environment', 'type'];
    hasHost ||= environment.host !== undefined;
  }
  if (type !== 'ssh' || hasHost) return null;
  return problem(said, "an environment of type 'ssh' needs a `host`", {
    allowed: 'host: NAME, or a Host of the ssh configuration',
  });
}

function relevant(map: Readonly<Record<string, unknown>>): AgentFile {
  const { framework, command } = map;
  return {
    ...(typeof framework === 'string' ? { framework } : {}),
    // A command of the wrong shape is a command all the same; its schema has reported it.
    ...(command === undefined ? {} : { command: [] }),
  };
}
