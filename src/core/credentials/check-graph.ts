import type { AgentConfig, Graph, TokenTier } from '../graph/graph.ts';
import { DEFAULT_ISOLATION } from '../graph/layer-agents.ts';
import { nearest } from '../graph/problem.ts';
import type { Credentials } from './credentials.ts';

/** What a graph asks for and does not get, in words, each once; `credentials` is null where no file was given. */
export function missingCredentials(graph: Graph, credentials: Credentials | null): string[] {
  const found = new Map<string, string>();
  for (const { id, primaryAgent, review } of graph.tasks) {
    for (const agent of review === null ? [primaryAgent] : [primaryAgent, review.agent]) {
      for (const [key, message] of missingOf(agent, credentials)) {
        if (!found.has(key)) found.set(key, `task ${id} ${message}`);
      }
    }
  }
  return [...found.values()];
}

function missingOf(agent: AgentConfig, credentials: Credentials | null): [string, string][] {
  const { anthropicCredential: name, isolation } = agent;
  const missing: [string, string][] = [];
  if (!hasTier(isolation.tokenTier, credentials)) {
    const message = `asks for the token tier ${isolation.tokenTier}, ${tiersThere(credentials)}`;
    missing.push([`tier ${isolation.tokenTier}`, message]);
  }
  if (name !== null && credentials?.anthropic[name] === undefined) {
    missing.push([`account ${name}`, `asks for the anthropic_credential ${name}, ${accountsThere(name, credentials)}`]);
  }
  return missing;
}

/** The tier that is asked for by saying nothing need not be there where the file has no tiers. */
function hasTier(tier: TokenTier, credentials: Credentials | null): boolean {
  const tiers = credentials?.tiers ?? null;
  return tiers === null ? tier === DEFAULT_ISOLATION.tokenTier : tiers[tier] !== undefined;
}

const NO_FILE = 'and there is no credentials file (-C)';

function tiersThere(credentials: Credentials | null): string {
  if (credentials === null) return NO_FILE;
  const there = Object.keys(credentials.tiers ?? {});
  return `which ${credentials.file} does not have: it has ${there.length === 0 ? 'no tiers' : there.join(', ')}`;
}

function accountsThere(name: string, credentials: Credentials | null): string {
  if (credentials === null) return NO_FILE;
  const there = Object.keys(credentials.anthropic);
  const guess = nearest(name, there);
  const list = there.length === 0 ? 'no anthropic entries' : there.join(', ');
  return `which ${credentials.file} does not have: it has ${list}${guess === null ? '' : `; did you mean ${guess}?`}`;
}
