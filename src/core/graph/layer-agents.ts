import type { AgentConfig, AgentEnvironment, Isolation } from './graph.ts';
import { DEFAULT_ENVIRONMENT, DEFAULT_FRAMEWORK } from './known-names.ts';
import type { AgentFile, EnvironmentFile, IsolationFile } from './schema-agent.ts';

/** Agents and isolation of the graph file, laid over each other key by key: later layers win. */

export const DEFAULT_ISOLATION: Isolation = Object.freeze({
  sandbox: 'none',
  tokenTier: 'standard',
  image: null,
  runtime: null,
  network: true,
  cpus: null,
  memory: null,
  mounts: Object.freeze([]),
});

/** `base` itself where `over` says nothing, so that 10,000 tasks share one. */
export function layIsolation(base: Isolation, over: IsolationFile | undefined): Isolation {
  if (over === undefined) return base;
  return Object.freeze({
    sandbox: over.sandbox ?? base.sandbox,
    tokenTier: over.token_tier ?? base.tokenTier,
    image: over.image === undefined ? base.image : over.image,
    runtime: over.runtime === undefined ? base.runtime : over.runtime,
    network: over.network ?? base.network,
    cpus: over.cpus === undefined ? base.cpus : over.cpus,
    memory: over.memory === undefined ? base.memory : over.memory,
    mounts: over.mounts === undefined ? base.mounts : Object.freeze(over.mounts),
  });
}

type Layer = AgentFile | undefined;

/**
 * One agent of several layers. `model` and `command` belong to the framework they were written for, so a layer that
 * names another framework starts without those of the layers below.
 */
export function layAgents(layers: readonly Layer[]): AgentFile {
  let agent: AgentFile = {};
  for (const layer of layers) {
    if (layer === undefined) continue;
    const { model: _, command: __, ...kept } = agent;
    const same = layer.framework === undefined || layer.framework === (agent.framework ?? DEFAULT_FRAMEWORK);
    agent = { ...(same ? agent : kept), ...layer, environment: layEnvironment(agent.environment, layer.environment) };
  }
  return agent;
}

function layEnvironment(base: EnvironmentFile | undefined, over: EnvironmentFile | undefined): EnvironmentFile {
  if (base === undefined || over === undefined) return over ?? base ?? {};
  const same = over.type === undefined || over.type === (base.type ?? DEFAULT_ENVIRONMENT);
  return same ? { ...base, ...over } : over;
}

/** What an agent has of its task where it says nothing itself. */
export interface AgentDefaults {
  readonly isolation: Isolation;
  readonly anthropicCredential: string | null;
  readonly model: string | null;
}

export function agentConfig(
  layers: readonly Layer[],
  { isolation, anthropicCredential, model }: AgentDefaults,
): AgentConfig {
  const agent = layAgents(layers);
  const environment: AgentEnvironment = Object.freeze({
    ...agent.environment,
    type: agent.environment?.type ?? DEFAULT_ENVIRONMENT,
  });
  return Object.freeze({
    framework: agent.framework ?? DEFAULT_FRAMEWORK,
    model: agent.model ?? model,
    adrVerbosity: agent.adr_verbosity ?? 'none',
    environment,
    isolation: layers.reduce((below, layer) => layIsolation(below, layer?.isolation), isolation),
    anthropicCredential: agent.anthropic_credential === undefined ? anthropicCredential : agent.anthropic_credential,
    command: agent.command === undefined ? null : Object.freeze(agent.command),
  });
}
