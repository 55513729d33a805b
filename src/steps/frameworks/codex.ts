import type { DialogData, PresetData, ScreenData } from '../../core/frameworks/preset-data.ts';
import { readCodexNotice } from './codex-notice.ts';
import { codexRollout } from './codex-rollout.ts';
import { codexStream } from './codex-stream.ts';
import { makePreset } from './make-preset.ts';

const DIALOGS: readonly DialogData[] = [
  {
    name: 'trust',
    kind: 'trust',
    shows: [
      'Trust this folder\\?|trust the contents of this directory|allow Codex to work in this folder',
      '^\\s*[›>] 1\\. (?:Trust and continue|Yes|Allow)',
    ],
    keys: ['Enter'],
    when: 'skip',
  },
  // Not the first, which installs it for everything, and not the third, which is kept in the person's files.
  { name: 'update', kind: 'update', shows: ['Update available', '^\\s*[›> ] 2\\. Skip$'], keys: ['2'], when: 'always' },
  {
    name: 'hooks',
    kind: 'warning',
    shows: ['Hooks need review', 'Continue without trusting'],
    keys: ['3', 'Enter'],
    when: 'always',
  },
  {
    name: 'cheaper_model',
    kind: 'notice',
    shows: ['Approaching rate limits', '2\\. Keep current model$'],
    keys: ['2'],
    when: 'always',
  },
  { name: 'login', kind: 'login', shows: ['Sign in with ChatGPT'], keys: null, when: 'always' },
];

/** Words of the program stand at the left edge behind `■`, those of its model behind `•` or set in. */
const SCREEN: ScreenData = {
  lines: 40,
  input:
    '^›(?: (?!\\d+\\. )(?:(?:Ask Codex to do anything|Ask a follow-up question|Explain this codebase|Summarize recent commits' +
    '|Implement \\{feature\\}|Find and fix a bug in @filename|Write tests for @filename|Improve documentation in @filename' +
    '|Run /review on my current changes|Use /skills to list available skills)\\s*$|(.*)))?$',
  busy: ['^[•◦] .*\\((?:\\d+[hms] ?)+ • esc to interrupt\\)'],
  idle: ['^ {2}Worked for <?\\d+[hms]', '^[─ ]*Worked for ', '^■ Conversation interrupted'],
  permission: [
    '^\\s*Press enter to confirm or esc to cancel',
    '^\\s*Would you like to (?:run the following|make the following|grant)',
    'No, and tell Codex what to do differently',
  ],
  question: ['\\| enter to submit (?:answer|all)', '^\\s*Question \\d+/\\d+'],
  login: ['^■ .*(?:401 Unauthorized|log out and sign in again|Please (?:log|sign) in)'],
  limit: ["^■ You[’']ve hit your usage limit", '^■ Quota exceeded', '^■ .*429 Too Many Requests'],
  queued: ['^• Queued follow-up inputs'],
  pasted: ['\\[Pasted Content \\d+ chars\\]'],
};

/**
 * Keeps the program from updating itself, and from leaving a server behind that outlives its window. Keys that a version
 * does not know are ignored.
 */
const QUIET = ['check_for_update_on_startup', 'features.daemon_auto_start', 'features.in_app_updates'].flatMap(
  (key) => ['-c', `${key}=false`],
);

export const codexData: PresetData = {
  program: ['codex'],
  start: ['{approvals_args}', '{model_args}', '{hooks_args}', '--', '{prompt_args}'],
  resume: ['resume', '{approvals_args}', '{model_args}', '{hooks_args}', '--', '{session}', '{prompt_args}'],
  approvals: {
    ask: ['--ask-for-approval', 'on-request'],
    // Trust for this start only: what its dialog is told is kept in the person's files.
    skip: ['--dangerously-bypass-approvals-and-sandbox', '-c', 'projects={"{worktree}"={trust_level="trusted"}}'],
  },
  model: ['--model', '{model}'],
  session: [],
  // Hooks would have to be trusted first, in the person's files; this needs no trust.
  hooks: ['-c', 'notify=["{bin}/agentrelay-hook","notify"]', ...QUIET],
  // Nobody is asked: what its sandbox forbids fails. It does not take a sandbox for a session that goes on, so the person's is used.
  headless: {
    start: ['exec', '--json', '{approvals_args}', '{model_args}', ...QUIET, '--', '{prompt}'],
    resume: ['exec', 'resume', '--json', '{approvals_args}', '{model_args}', ...QUIET, '--', '{session}', '{prompt}'],
    ask: [],
    skip: ['--dangerously-bypass-approvals-and-sandbox'],
    help: [
      ['exec', '--help'],
      ['exec', 'resume', '--help'],
    ],
  },
  prompt: ['{prompt}'],
  env: {},
  unset: [],
  dialogs: DIALOGS,
  screen: SCREEN,
  title: { busy: ['^[⠁-⣿] '], idle: [] },
  keys: { approve: ['y'], deny: ['Escape'], choose: 'number', interrupt: ['Escape'], submit: ['Enter'] },
  submit: { settle: 400, waits: [1_500, 2_500, 4_000], queues: true },
  version: ['--version'],
  help: [['--help'], ['resume', '--help']],
  install: 'npm install -g @openai/codex',
  root: {},
};

export const codex = makePreset('codex', codexData, {
  readHook: readCodexNotice,
  transcript: codexRollout,
  stream: codexStream,
});
