import type { DialogData, PresetData, ScreenData } from '../../core/frameworks/preset-data.ts';
import { aiderHistory } from './aider-history.ts';
import { aiderReader } from './aider-screen.ts';
import { aiderStream } from './aider-stream.ts';
import type { HookRecord, Told } from './framework.ts';
import { makePreset } from './make-preset.ts';

/** A question of it is answered in the line in which it stands: one that was answered has a letter at its end. */
const asked = (words: string) => `${words}.*\\[(?:Yes|No)\\]:$`;

const DIALOGS: readonly DialogData[] = [
  {
    name: 'documentation',
    kind: 'notice',
    shows: [asked('Open documentation url for more info\\?')],
    keys: ['d', 'Enter'],
    when: 'always',
  },
  {
    name: 'release_notes',
    kind: 'notice',
    shows: [asked("Would you like to see what's new in this version\\?")],
    keys: ['n', 'Enter'],
    when: 'always',
  },
  {
    name: 'analytics',
    kind: 'notice',
    shows: [asked('Allow collection of anonymous analytics')],
    keys: ['n', 'Enter'],
    when: 'always',
  },
  { name: 'login', kind: 'login', shows: [asked('Login to OpenRouter')], keys: null, when: 'always' },
];

const SCREEN: ScreenData = {
  lines: 20,
  input: '^(?:[a-z-]+ )?(?:[a-z-]+)?>(?: (.*))?$',
  busy: [
    '^[\\s░█=#]*(?:Waiting for|Updating repo map|Scanning repo|Summarizing|Generating commit)\\b',
    '^Retrying in [\\d.]+ seconds',
  ],
  idle: ['^Aider v\\d', '^Tokens: .* received\\.', '^\\^C KeyboardInterrupt', '^litellm\\.\\w+(?:Error|Exception)\\b'],
  permission: ['\\[(?:Yes|No)\\]:$'],
  question: [],
  login: [
    '^litellm\\.(?:AuthenticationError|PermissionDeniedError)',
    '^The API provider is not able to authenticate you',
    '^No LLM model was specified and no API keys were provided',
  ],
  limit: [
    '^litellm\\.RateLimitError',
    '^The API provider has rate limited you',
    '^(?:.* )?exceeded your current quota',
    '^(?:.* )?insufficient_quota',
  ],
  queued: [],
  pasted: [],
};

const HISTORY = '{folder}/aider.chat.history.md';

const HEADLESS = [
  '{approvals_args}',
  '{model_args}',
  '--no-pretty',
  '--no-stream',
  '--no-check-update',
  '--no-show-release-notes',
  '--no-gitignore',
  '--read',
  '{instructions}',
];

/**
 * `--message` ends the program after one turn, so its first prompt is typed; it opens no file by itself, so it is given the
 * instructions. Its `--yes-always` would refuse every shell command that it suggests, and with them our own: where
 * approvals are skipped each is allowed by its keys.
 */
const aiderData: PresetData = {
  program: ['aider'],
  start: [
    '{approvals_args}',
    '{model_args}',
    '{hooks_args}',
    '--no-check-update',
    '--no-show-release-notes',
    '--no-gitignore',
    '--read',
    '{instructions}',
  ],
  resume: [
    '{approvals_args}',
    '{model_args}',
    '{hooks_args}',
    '--no-check-update',
    '--no-show-release-notes',
    '--no-gitignore',
    '--restore-chat-history',
    '--read',
    '{instructions}',
  ],
  approvals: { ask: [], skip: [] },
  model: ['--model', '{model}'],
  session: [],
  // A shell runs it, with the terminal as its standard input: what it tells is an argument.
  hooks: [
    '--notifications',
    '--notifications-command',
    `'{bin}/agentrelay-hook' Waiting '{"session":"{session}","transcript":"${HISTORY}"}'`,
  ],
  // Its `--yes-always` edits without asking, and refuses every shell command: it asks nobody, and cannot say that it is done.
  // Without it, and without a fancy input, an end of its standard input is the answer that is proposed, which is yes.
  headless: {
    start: [...HEADLESS, '--message={prompt}'],
    resume: [...HEADLESS, '--restore-chat-history', '--message={prompt}'],
    ask: ['--yes-always'],
    skip: ['--no-fancy-input', '--no-show-model-warnings'],
    help: [],
  },
  prompt: null,
  env: {
    AIDER_CHAT_HISTORY_FILE: HISTORY,
    AIDER_INPUT_HISTORY_FILE: '{folder}/aider.input.history',
    AIDER_ANALYTICS: 'false',
  },
  unset: [],
  litter: ['.aider*'],
  dialogs: DIALOGS,
  screen: SCREEN,
  title: { busy: [], idle: [] },
  keys: { approve: ['y', 'Enter'], deny: ['n', 'Enter'], choose: 'none', interrupt: ['C-c'], submit: ['Enter'] },
  submit: { settle: 300, waits: [2_000, 3_000, 5_000], queues: false },
  version: ['--version'],
  help: [['--help']],
  install: 'python -m pip install aider-install && aider-install',
  root: {},
};

export const aider = makePreset('aider', aiderData, {
  read: aiderReader(aiderData),
  readHook: readAiderHook,
  transcript: aiderHistory,
  stream: aiderStream,
});

/** It waits for an answer or for a prompt, or has just answered itself: its screen tells which. */
function readAiderHook({ at, event, data }: HookRecord): Told | null {
  if (event !== 'Waiting') return null;
  const { session, transcript } = data ?? {};
  return {
    at,
    ...(typeof session === 'string' ? { session } : {}),
    ...(typeof transcript === 'string' ? { transcript } : {}),
  };
}
