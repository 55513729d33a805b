import type { Action } from '../../support/agents/script.ts';
import type { Preset } from '../../support/presets/preset-table.ts';

/** What every task ends with. */
export const FINISH: Action = {
  shell:
    'echo done >"$AGENTRELAY_TASK.txt" && git add -A && git commit -qm "write it" && agentrelay-complete --title Done --body "It is done."',
};
/** The same for a script of `framework: command`. */
export const FINISHED = 'commit "$AGENTRELAY_TASK.txt" done; agentrelay-complete --title Done --body "It is done."';

export function until(file: string): string {
  return `wait_for '${file}'`;
}

/** `framework: command` runs any program. */
export const ANY_PROGRAM = 'agentrelay knows nothing of its screen, nor how it is told anything';

const AHEAD = 2 * 3_600_000;

/** Two hours from now, as people say it. */
function clock(style: 'am/pm' | ' AM/PM'): string {
  const at = new Date(Date.now() + AHEAD);
  const [hour, minute] = [at.getUTCHours(), String(at.getUTCMinutes()).padStart(2, '0')];
  const half = hour < 12 ? 'am' : 'pm';
  return `${hour % 12 === 0 ? 12 : hour % 12}:${minute}${style === 'am/pm' ? half : ` ${half.toUpperCase()}`}`;
}

/** What each program says at a limit of usage; seen with the real ones but for aider, cursor and copilot. */
export const LIMITS: Readonly<Record<Exclude<Preset, 'command'>, () => string>> = {
  claude_code: () => `You've hit your 5-hour limit · resets ${clock('am/pm')} (UTC)`,
  codex: () =>
    `You’ve hit your usage limit. Upgrade to Pro (https://chatgpt.com/explore/pro), visit https://chatgpt.com/codex/settings/usage to purchase more credits or try again at ${clock(' AM/PM')}.`,
  gemini: () => `Usage limit reached for gemini-2.5-flash. Access resets at ${clock(' AM/PM')} UTC.`,
  opencode: () => 'Rate limit reached for mock-1 in organization org-mock on tokens per min (TPM): Limit 30000',
  aider: () => 'litellm.RateLimitError: RateLimitError: OpenAIException - Rate limit reached. Please try again in 2h.',
  cursor: () => `You've hit your usage limit. It resets at ${clock(' AM/PM')} UTC.`,
  copilot: () => "Sorry, you've hit a rate limit on model requests. Please try again in 2 hours.",
};

export const ERRORS: Readonly<Record<Exclude<Preset, 'command'>, string>> = {
  claude_code: 'Repeated 529 Overloaded errors. The API is at capacity — this is usually temporary.',
  codex: 'unexpected status 500 Internal Server Error: mock, url: http://127.0.0.1:8787/v1/responses',
  gemini: '[API Error: {"error":{"code":500,"message":"Internal error encountered.","status":"INTERNAL"}}]',
  opencode: 'Internal Server Error',
  aider: 'litellm.InternalServerError: OpenAIException - the server had an error',
  cursor: 'Error: [internal] the server had an error',
  copilot: 'Request failed due to an API error',
};

export const LOGINS: Readonly<Record<Exclude<Preset, 'command'>, string>> = {
  claude_code: 'Not logged in · Please run /login',
  codex: 'unexpected status 401 Unauthorized: Incorrect API key provided: dummy.',
  gemini:
    '[API Error: {"error":{"code":401,"message":"Request had invalid authentication credentials.","status":"UNAUTHENTICATED"}}]',
  opencode: 'Incorrect API key provided: dummy. You can find your API key at https://platform.openai.com/',
  aider: 'litellm.AuthenticationError: AuthenticationError: OpenAIException - Incorrect API key provided: dummy.',
  cursor: 'Error: [unauthenticated] Authentication required',
  copilot:
    'Authentication failed with provider at http://127.0.0.1:1/v1 (HTTP 401). Check your COPILOT_PROVIDER_API_KEY',
};
