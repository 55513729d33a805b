import type { Settings } from './graph.ts';
import type { GraphFile } from './schema.ts';

/** Only the keys that stand in the file: what is left out may come from the command line or the user's config. */
export function buildSettings(file: GraphFile): Partial<Settings> {
  const written: { readonly [K in keyof Settings]: Settings[K] | undefined } = {
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
  };
  return Object.fromEntries(Object.entries(written).filter(([, value]) => value !== undefined));
}
