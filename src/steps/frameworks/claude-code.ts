import type { DialogData, PresetData, ScreenData } from '../../core/frameworks/preset-data.ts';
import { CLAUDE_SETTINGS, claudeSettings, readClaudeHook } from './claude-hooks.ts';
import { claudeStream } from './claude-stream.ts';
import { claudeTranscript } from './claude-transcript.ts';
import { makePreset } from './make-preset.ts';

/**
 * In each pair the first stands on the choice that ends the program, as newer versions do, and the second on the one that
 * goes on: a key too many would end what it should start.
 */
const DIALOGS: readonly DialogData[] = [
  {
    name: 'trust',
    kind: 'trust',
    shows: ['a project you created or one you trust|trust the files in this folder', '^\\s*❯ (?:\\d\\. )?No, exit'],
    keys: ['Down', 'Enter'],
    when: 'skip',
  },
  {
    name: 'trust_chosen',
    kind: 'trust',
    shows: ['a project you created or one you trust|trust the files in this folder', '^\\s*❯ (?:\\d\\. )?Yes,'],
    keys: ['Enter'],
    when: 'skip',
  },
  {
    name: 'bypass',
    kind: 'warning',
    shows: ['running in Bypass Permissions mode', '^\\s*❯ (?:\\d\\. )?No, exit'],
    keys: ['Down', 'Enter'],
    when: 'skip',
  },
  {
    name: 'bypass_chosen',
    kind: 'warning',
    shows: ['running in Bypass Permissions mode', '^\\s*❯ (?:\\d\\. )?Yes, I accept'],
    keys: ['Enter'],
    when: 'skip',
  },
  {
    name: 'resume',
    kind: 'notice',
    shows: ['^\\s*❯ (?:\\d\\. )?Resume from summary', 'Resume full session as-is'],
    keys: ['Down', 'Enter'],
    when: 'always',
  },
  { name: 'mcp', kind: 'warning', shows: ['New MCP servers? found in'], keys: null, when: 'always' },
  { name: 'imports', kind: 'warning', shows: ['Allow external CLAUDE\\.md file imports'], keys: null, when: 'always' },
  { name: 'api_key', kind: 'login', shows: ['Do you want to use this API key'], keys: null, when: 'always' },
  { name: 'login', kind: 'login', shows: ['Select login method:'], keys: null, when: 'always' },
  {
    name: 'theme',
    kind: 'notice',
    shows: ['Choose the text style that looks best', '^\\s*Syntax theme:'],
    keys: null,
    when: 'always',
  },
];

/** Words of the program stand at the left edge, behind `●` or behind `⎿`; those of its model are set in. */
const SCREEN: ScreenData = {
  lines: 40,
  input:
    '^(?:─{9,}[^\\n]*|╭─{9,}╮)\\n(?:│ )?[❯>](?: (?:(?:Press up to [^│]*queued messages?[^│]*|Once fixed, resend your message' +
    '|Resend your message to try again|Run /rewind to go back|Try "[^"]*")\\s*│?|(.*)))?$',
  busy: [
    '^ {1,4}(?:[⏸⏵][^·]*· )?(?:.* · )?esc to interrupt(?: · .*)?$',
    '^[✢✳✶✻✽∗·*] (?:\\S.*…(?: \\(.*)?|.* · retrying in \\d.*|Waiting for \\d.*)$',
  ],
  idle: [
    '^[✢✳✶✻✽∗·*] \\S+ for (?:\\d+[dhms] ?)+',
    '^ {2}⎿ +(?:Interrupted|Rejected) ?',
    '^● Declined to answer',
    '^ {1,4}(?:[⏸⏵].* · )?\\? for shortcuts',
  ],
  permission: [
    'Esc to cancel · Tab to amend',
    '^\\s*Do you want to .*\\?$',
    'Would you like to proceed\\?$',
    'No, and tell Claude what to do differently',
    '^\\s*Exit plan mode\\?$',
    '^\\s*Enter to stay in auto mode · ',
  ],
  question: ['^\\s*Enter to select · .* to navigate', '^\\s*Review your answers$'],
  login: ['^ {2}⎿ +(?:Invalid API key|Not logged in|.*Please run /login)', '^● (?:API Error: 401|.*Please run /login)'],
  limit: [
    "^ *[⎿●⚠] +You[’']ve (?:hit|reached) your .*limit",
    '^ *[⎿●⚠] +(?:Claude (?:AI )?)?usage limit reached',
    '^ *[⎿●] +(?:API Error: (?:Request rejected \\(429\\)|Rate limit reached)|Credit balance (?:is )?too low)',
    'Stop and wait for limit to reset',
  ],
  queued: ['^ {2}⎿ +Queued · ', '^❯ Press up to .*queued message'],
  pasted: ['\\[Pasted text #\\d+'],
};

const HEADLESS = ['--print', '--output-format', 'stream-json', '--verbose', '{approvals_args}', '{model_args}'];

/**
 * As root the program refuses to skip approvals unless `IS_SANDBOX=1` says that nothing can be harmed: only a person knows
 * that, so it is left to the environment that agents are started in.
 */
export const claudeCodeData: PresetData = {
  program: ['claude'],
  start: ['{approvals_args}', '{model_args}', '{session_args}', '{hooks_args}', '{prompt_args}'],
  resume: ['{approvals_args}', '{model_args}', '{hooks_args}', '--resume', '{session}', '{prompt_args}'],
  approvals: { ask: ['--permission-mode', 'default'], skip: ['--dangerously-skip-permissions'] },
  model: ['--model', '{model}'],
  session: ['--session-id', '{session}'],
  hooks: ['--settings', `{folder}/${CLAUDE_SETTINGS}`],
  headless: {
    start: [...HEADLESS, '{session_args}', '--', '{prompt}'],
    resume: [...HEADLESS, '--resume', '{session}', '--', '{prompt}'],
    // Nobody is asked: what would be is denied. Without these it could not read what it is to do, nor say that it is done.
    ask: ['--permission-mode', 'default', '--allowedTools=Read(/{folder}/**),Bash({bin}/agentrelay-*)'],
    skip: ['--dangerously-skip-permissions'],
    help: [],
  },
  prompt: ['{prompt}'],
  env: { DISABLE_AUTOUPDATER: '1', CLAUDE_CODE_DISABLE_MOUSE: '1' },
  // What a Claude Code around us has set for its own children.
  unset: [
    'CLAUDECODE',
    'CLAUDE_CODE_ENTRYPOINT',
    'CLAUDE_CODE_SSE_PORT',
    'CLAUDE_CODE_SESSION_ID',
    'CLAUDE_CODE_CHILD_SESSION',
    'CLAUDE_CODE_EXECPATH',
    'CLAUDE_EFFORT',
  ],
  dialogs: DIALOGS,
  screen: SCREEN,
  title: { busy: ['^[◐◑◒◓⠁-⣿] '], idle: ['^[✳✻✽✶✢] '] },
  keys: { approve: ['1'], deny: ['Escape'], choose: 'number', interrupt: ['Escape'], submit: ['Enter'] },
  submit: { settle: 300, waits: [1_500, 2_500, 4_000], queues: true },
  version: ['--version'],
  help: [['--help']],
  install: 'npm install -g @anthropic-ai/claude-code',
  root: { IS_SANDBOX: '1' },
};

export const claudeCode = makePreset('claude_code', claudeCodeData, {
  files: (invocation) => ({ [CLAUDE_SETTINGS]: claudeSettings(invocation) }),
  readHook: readClaudeHook,
  transcript: claudeTranscript,
  stream: claudeStream,
});
