import { UNSET_VARIABLE } from '../../agent-wrapper.ts';
import type { SandboxUse } from '../sandbox.ts';

/** Of whoever runs agentrelay: language, terminal, and who commits. */
const COMMON = [
  ...['LANG', 'LANGUAGE', 'LC_ALL', 'LC_CTYPE', 'LC_MESSAGES', 'LC_TIME', 'TZ'],
  ...['TERM', 'COLORTERM', 'NO_COLOR', 'FORCE_COLOR'],
  ...['GIT_AUTHOR_NAME', 'GIT_AUTHOR_EMAIL', 'GIT_COMMITTER_NAME', 'GIT_COMMITTER_EMAIL'],
  ...['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY', 'ALL_PROXY', 'http_proxy', 'https_proxy', 'no_proxy', 'all_proxy'],
];

/** By framework: what its program talks to its provider with, where a person has set it. */
const PROVIDERS: Readonly<Record<string, readonly string[]>> = {
  claude_code: [
    ...[
      'ANTHROPIC_API_KEY',
      'ANTHROPIC_AUTH_TOKEN',
      'ANTHROPIC_BASE_URL',
      'ANTHROPIC_MODEL',
      'CLAUDE_CODE_OAUTH_TOKEN',
    ],
    'IS_SANDBOX',
  ],
  codex: ['OPENAI_API_KEY', 'OPENAI_BASE_URL', 'CODEX_API_KEY'],
  gemini: ['GEMINI_API_KEY', 'GOOGLE_API_KEY', 'GOOGLE_CLOUD_PROJECT', 'GOOGLE_CLOUD_LOCATION'],
  opencode: ['ANTHROPIC_API_KEY', 'OPENAI_API_KEY', 'GEMINI_API_KEY', 'OPENROUTER_API_KEY'],
  aider: ['ANTHROPIC_API_KEY', 'OPENAI_API_KEY', 'GEMINI_API_KEY', 'OPENROUTER_API_KEY', 'DEEPSEEK_API_KEY'],
  cursor: ['CURSOR_API_KEY'],
  copilot: ['COPILOT_GITHUB_TOKEN'],
};

/** The wrapper in the container takes the names out that it holds. */
const FOR_WRAPPER = [UNSET_VARIABLE];

/**
 * The names of the variables that a container gets, whose values its client has: nothing else of the machine's environment
 * comes in. `own` are those that agentrelay itself sets; settings of git are numbered on from those that are in `client`.
 */
export function passedVariables(
  { purpose, runtime }: SandboxUse,
  own: readonly string[],
  client: NodeJS.ProcessEnv,
): string[] {
  const isAgent = purpose === 'agent';
  const provider = isAgent ? (PROVIDERS[runtime.task.primaryAgent.framework] ?? []) : [];
  const settings = Object.keys(client).filter((name) => /^GIT_CONFIG_(KEY|VALUE)_\d+$/.test(name));
  const names = [...own, ...settings, ...COMMON, ...provider, ...(isAgent ? FOR_WRAPPER : [])];
  // These have values of the container's own.
  return [...new Set(names)].filter((name) => name !== 'PATH' && name !== 'HOME');
}
