import { execFileSync } from 'node:child_process';
import type { Mode } from './provider/model.ts';

/** A program that plays its part without an account, against an API on this machine. */
export interface Program {
  /** The framework that starts it. */
  readonly name: string;
  readonly command: string;
  /** What it is started with beside what every agent has; `url` is that of the provider. */
  readonly env: (url: string) => Readonly<Record<string, string>>;
  /** Files of the person's home: that somebody has logged in there, and where the models are. */
  readonly files: (url: string) => Readonly<Record<string, string>>;
  /** What it never does. */
  readonly without: readonly Mode[];
  /** Of a usage limit. */
  readonly tellsLimitEnd: boolean;
}

const claudeCode: Program = {
  name: 'claude_code',
  command: 'claude',
  env: (url) => ({
    ANTHROPIC_BASE_URL: url,
    CLAUDE_CODE_OAUTH_TOKEN: 'sk-ant-oat01-none',
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
    CLAUDE_CODE_MAX_RETRIES: '0',
    // As root it skips no approvals without this; a throw-away home is one.
    IS_SANDBOX: '1',
  }),
  files: () => ({ '.claude.json': JSON.stringify({ hasCompletedOnboarding: true }) }),
  without: [],
  tellsLimitEnd: true,
};

const codex: Program = {
  name: 'codex',
  command: 'codex',
  env: () => ({ REAL_PROVIDER_KEY: 'none' }),
  files: (url) => ({
    '.codex/config.toml': [
      'model = "a-model"',
      'model_provider = "local"',
      '[model_providers.local]',
      'name = "local"',
      `base_url = "${url}/v1"`,
      'wire_api = "responses"',
      'env_key = "REAL_PROVIDER_KEY"',
      '',
    ].join('\n'),
  }),
  // Only where it plans.
  without: ['QUESTION'],
  tellsLimitEnd: true,
};

const gemini: Program = {
  name: 'gemini',
  command: 'gemini',
  env: (url) => ({ GEMINI_API_KEY: 'none', GOOGLE_GEMINI_BASE_URL: url }),
  files: () => ({
    '.gemini/settings.json': JSON.stringify({
      security: { auth: { selectedType: 'gemini-api-key' } },
      privacy: { usageStatisticsEnabled: false },
    }),
  }),
  without: [],
  tellsLimitEnd: false,
};

const opencode: Program = {
  name: 'opencode',
  command: 'opencode',
  env: () => ({
    OPENCODE_DISABLE_MODELS_FETCH: '1',
    OPENCODE_DISABLE_LSP_DOWNLOAD: '1',
    OPENCODE_DISABLE_DEFAULT_PLUGINS: '1',
  }),
  files: (url) => ({
    '.config/opencode/opencode.json': JSON.stringify({
      share: 'disabled',
      enabled_providers: ['local'],
      model: 'local/a-model',
      small_model: 'local/a-model',
      provider: {
        local: {
          npm: '@ai-sdk/openai-compatible',
          name: 'Local',
          options: { baseURL: `${url}/v1`, apiKey: 'none' },
          models: {
            'a-model': {
              name: 'A Model',
              tool_call: true,
              limit: { context: 128_000, output: 8_000 },
              cost: { input: 1, output: 2, cache_read: 0.1, cache_write: 1 },
            },
          },
        },
      },
      // What it allows by itself, a person may want to be asked about.
      permission: { bash: 'ask', edit: 'ask' },
    }),
  }),
  without: [],
  tellsLimitEnd: true,
};

const copilot: Program = {
  name: 'copilot',
  command: 'copilot',
  env: (url) => ({
    COPILOT_OFFLINE: 'true',
    COPILOT_PROVIDER_BASE_URL: `${url}/v1`,
    COPILOT_PROVIDER_API_KEY: 'none',
    COPILOT_MODEL: 'gpt-5-mini',
  }),
  files: () => ({}),
  // It repeats what was refused without a word.
  without: ['LIMIT'],
  tellsLimitEnd: false,
};

export const PROGRAMS: readonly Program[] = [claudeCode, codex, gemini, opencode, copilot];

/** What it says of its version; null where it cannot be run. */
export function versionOf({ command }: Program): string | null {
  try {
    const said = execFileSync(command, ['--version'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    return /\d+(?:\.\d+)+/.exec(said)?.[0] ?? said.trim();
  } catch {
    return null;
  }
}
