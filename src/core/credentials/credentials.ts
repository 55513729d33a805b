import type { AgentConfig, TokenTier } from '../graph/graph.ts';

/** Where an Anthropic account comes from. An OAuth file is read at each launch: its token is renewed in place. */
export type AnthropicCredential =
  | { readonly kind: 'api_key'; readonly key: string }
  | { readonly kind: 'oauth_file'; readonly path: string };

/** What a credentials file holds, with the files that it names read in. */
export interface Credentials {
  /** Absolute. */
  readonly file: string;
  /** Null where the file says nothing of tiers. */
  readonly tiers: Readonly<Partial<Record<TokenTier, Readonly<Record<string, string>>>>> | null;
  readonly anthropic: Readonly<Record<string, AnthropicCredential>>;
  /** It, and all that it names; absolute. */
  readonly files: readonly string[];
  /** Values that nobody may see. */
  readonly secrets: readonly string[];
}

const API_KEY_VARIABLE = 'ANTHROPIC_API_KEY';
const OAUTH_VARIABLE = 'CLAUDE_CODE_OAUTH_TOKEN';

/** Each of them would come before, or stand in for, the account that was chosen. */
const ACCOUNT_VARIABLES = [
  API_KEY_VARIABLE,
  OAUTH_VARIABLE,
  'ANTHROPIC_AUTH_TOKEN',
  'CLAUDE_CODE_USE_BEDROCK',
  'CLAUDE_CODE_USE_VERTEX',
  'CLAUDE_CODE_USE_FOUNDRY',
];

/** The shipped programs that have no use for an Anthropic account. */
const OTHER_ACCOUNTS = new Set(['codex', 'gemini', 'cursor', 'copilot']);

/** The Anthropic entry of an agent; null for none. */
export function anthropicOf(credentials: Credentials, agent: AgentConfig): AnthropicCredential | null {
  const name = agent.anthropicCredential;
  if (name === null || OTHER_ACCOUNTS.has(agent.framework)) return null;
  return credentials.anthropic[name] ?? null;
}

/** The variables that an agent's tier gives it. */
export function tierOf(credentials: Credentials, agent: AgentConfig): Readonly<Record<string, string>> {
  return credentials.tiers?.[agent.isolation.tokenTier] ?? {};
}

export function anthropicVariable({ kind }: AnthropicCredential): string {
  return kind === 'api_key' ? API_KEY_VARIABLE : OAUTH_VARIABLE;
}

/** Variables that no agent, and no command beside it, takes over from whoever started agentrelay. */
export function withheldNames({ tiers, anthropic }: Credentials): string[] {
  const ofTiers = Object.values(tiers ?? {}).flatMap((map) => Object.keys(map));
  const ofAccounts = Object.values(anthropic).map(anthropicVariable);
  return [...new Set([...ofTiers, ...ofAccounts])];
}

/** What is taken out of one agent's environment before it gets its own. */
export function unsetFor(credentials: Credentials, agent: AgentConfig): string[] {
  const chosen = anthropicOf(credentials, agent) === null ? [] : ACCOUNT_VARIABLES;
  return [...new Set([...withheldNames(credentials), ...chosen])];
}
