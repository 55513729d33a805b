import { parseDuration } from './duration.ts';
import type { RunBudget, Settings } from './graph.ts';
import type { GraphFile } from './schema.ts';

/** A graph says these of each agent. */
type OfCommandLine = 'environment' | 'sandbox' | 'credentials';

/** Only the keys that stand in the file: what is left out may come from the command line or the user's config. */
export function buildSettings(file: GraphFile): Partial<Settings> {
  const written: { readonly [K in Exclude<keyof Settings, OfCommandLine>]: Settings[K] | undefined } = {
    maxConcurrency: file.max_concurrency,
    maxTaskAttempts: file.max_task_attempts,
    teardownMode: file.teardown_mode,
    keepPanes: file.keep_panes,
    failFastOnWorkstreamError: file.fail_fast_on_workstream_error,
    failFastOnInternalError: file.fail_fast_on_internal_error,
    tmuxSession: file.tmux_session,
    model: file.model,
    tools: file.tools,
    anthropicCredential: file.anthropic_credential,
    mergeMethod: file.merge_method,
    caps: file.caps,
    notify: file.notify,
    forge: file.forge,
    budget: buildBudget(file.budget),
  };
  return Object.fromEntries(Object.entries(written).filter(([, value]) => value !== undefined));
}

/** One that bounds nothing is none. */
function buildBudget(budget: GraphFile['budget']): RunBudget | null | undefined {
  if (budget == null) return budget;
  const { max_cost_usd: cost, max_tokens: tokens, timeout } = budget;
  const built = {
    maxCostUsd: cost ?? null,
    maxTokens: tokens ?? null,
    timeoutMs: timeout == null ? null : parseDuration(timeout),
  };
  return Object.values(built).every((bound) => bound === null) ? null : Object.freeze(built);
}
