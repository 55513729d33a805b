import type { DialogData, PresetData, ScreenData } from '../../core/frameworks/preset-data.ts';
import { withAskedAbout } from './asked-about.ts';
import type { Screen, ScreenReading } from './framework.ts';
import { readGeminiHook } from './gemini-hooks.ts';
import { geminiStream } from './gemini-stream.ts';
import { geminiTranscript } from './gemini-transcript.ts';
import { limitEnd } from './limit-time.ts';
import { makePreset } from './make-preset.ts';
import { screenReader } from './read-screen.ts';
import { report } from './report.ts';

const USAGE_LIMIT = ['usage_limit', 'usage_limit_choice'];

const DIALOGS: readonly DialogData[] = [
  {
    name: 'trust',
    kind: 'trust',
    shows: ['Do you trust the files in this folder\\?', '^[\\s●]*1\\. Trust folder'],
    keys: ['Enter'],
    when: 'skip',
  },
  {
    name: 'trust_folders',
    kind: 'trust',
    shows: ['Do you trust the following folders being added', '^[\\s●]*1\\. Yes$'],
    keys: ['Enter'],
    when: 'skip',
  },
  {
    name: 'ide',
    kind: 'notice',
    shows: ['Do you want to connect .* to Gemini CLI\\?'],
    keys: ['Escape'],
    when: 'always',
  },
  // The request that was refused ends, so that there is an input line again for whoever goes on later.
  {
    name: 'usage_limit',
    kind: 'notice',
    shows: ['Usage limit reached for', '^[\\s●]*1\\. Keep trying$', '^[\\s●]*2\\. Stop$'],
    keys: ['Down', 'Enter'],
    when: 'always',
  },
  { name: 'usage_limit_choice', kind: 'notice', shows: ['Usage limit reached for'], keys: null, when: 'always' },
  {
    name: 'login',
    kind: 'login',
    shows: ['How would you like to authenticate for this project\\?'],
    keys: null,
    when: 'always',
  },
  { name: 'api_key', kind: 'login', shows: ['Enter Gemini API Key'], keys: null, when: 'always' },
  { name: 'browser', kind: 'login', shows: ['Waiting for auth'], keys: null, when: 'always' },
];

/**
 * While a dialog is open there is no input box; the prompts that were sent stand in boxes of the same look. Where colours are
 * few, the boxes are blank lines.
 */
const SCREEN: ScreenData = {
  lines: 30,
  input: '^(?: ?▄{9,}[^\\n]*\\n)? [>*!](?: +(?:Type your message or @path.*|(.*)))?$',
  busy: ['^ ?[⠁-⣿] .*\\(esc to cancel, '],
  idle: ['^✦ ', '^ℹ Request cancelled\\.'],
  permission: ['^\\s*Allow execution of ', '^\\s*Apply this change\\?', '^[\\s●]*\\d\\. No, suggest changes \\(esc\\)'],
  question: ['^\\s*Enter to select · .*Esc to cancel'],
  login: ['^✕ \\[API Error: .*(?:"code":401|API key not valid|UNAUTHENTICATED)', '^✕ Failed to (?:login|sign in)'],
  limit: [
    '^✕ \\[API Error: .*(?:exhausted your (?:daily|capacity|quota)|RESOURCE_EXHAUSTED|exceeded your current quota)',
  ],
  queued: ['^ *Queued \\(press ↑ to edit\\):'],
  pasted: ['\\[Pasted Text: \\d+ lines\\]'],
};

const HEADLESS = ['--output-format', 'stream-json', '{approvals_args}', '{model_args}'];

/**
 * The first prompt is typed: one of the command line is sent to the model behind the question whether the folder is trusted,
 * and again after it. Settings of one start would need a file whose folders are all root's, so hooks are only those that a
 * person has set up; the title tells whether it works. The attempt's folder is not made a folder of its own: seconds after
 * its start, over the work, the program would ask whether that is trusted, too. What its own tool may not read, its shell may.
 */
const geminiData: PresetData = {
  program: ['gemini'],
  start: ['{approvals_args}', '{model_args}', '{session_args}'],
  resume: ['{approvals_args}', '{model_args}', '--resume', '{session}'],
  approvals: { ask: ['--approval-mode', 'default'], skip: ['--approval-mode', 'yolo', '--skip-trust'] },
  model: ['--model', '{model}'],
  session: ['--session-id', '{session}'],
  hooks: [],
  // Nobody is asked: it has no tools but those that only read. It does not start where nobody trusts the folder.
  headless: {
    start: [...HEADLESS, '{session_args}', '--prompt={prompt}'],
    resume: [...HEADLESS, '--resume', '{session}', '--prompt={prompt}'],
    ask: ['--approval-mode', 'default'],
    skip: ['--approval-mode', 'yolo', '--skip-trust'],
    help: [],
  },
  prompt: null,
  // Without it there is no frame around its input.
  env: { COLORTERM: 'truecolor' },
  // What a Gemini CLI around us has set for its own children.
  unset: ['GEMINI_CLI', 'GEMINI_CLI_NO_RELAUNCH'],
  dialogs: DIALOGS,
  screen: SCREEN,
  title: { busy: ['^✦ '], idle: ['^◇ '] },
  keys: { approve: ['Enter'], deny: ['Escape'], choose: 'arrows', interrupt: ['Escape'], submit: ['Enter'] },
  // A key that comes less than 50 ms after the text is a line break.
  submit: { settle: 500, waits: [1_500, 2_500, 4_000], queues: true },
  version: ['--version'],
  help: [['--help']],
  install: 'npm install -g @google/gemini-cli',
  root: {},
};

/** The tool, and what it is to do, stand in the head of the box. */
const byPatterns = withAskedAbout(screenReader(geminiData), 'waiting_permission', (lines) => {
  const [, tool, what] =
    lines.map((line) => /^\? (\S+) {2,}(\S.*)$/u.exec(line)).findLast((found) => found !== null) ?? [];
  return tool === undefined ? null : `${tool}: ${what}`;
});

const RESTARTS = 'Gemini CLI is restarting to apply the trust changes';
const NOTHING: ScreenReading = { report: null, dialog: null, input: null, queued: false };

/** The dialog of a limit is one, and says when it ends. The one that has made the program start anew stays on the screen. */
function readGemini(whole: Screen, now: number): ScreenReading {
  const from = whole.lines.findLastIndex((line) => line.includes(RESTARTS)) + 1;
  const screen = from === 0 ? whole : { ...whole, lines: whole.lines.slice(from) };
  if (screen.lines.every((line) => line === '')) return NOTHING;
  const reading = byPatterns(screen, now);
  if (reading.dialog === null || !USAGE_LIMIT.includes(reading.dialog)) return reading;
  const ends = screen.lines.slice(-geminiData.screen.lines).map((line) => limitEnd(line, now));
  return { ...reading, report: { ...report('usage_limited'), until: ends.find((end) => end !== null) ?? null } };
}

export const gemini = makePreset('gemini', geminiData, {
  read: readGemini,
  readHook: readGeminiHook,
  transcript: geminiTranscript,
  stream: geminiStream,
});
