import type { DialogData, PresetData, ScreenData } from '../../core/frameworks/preset-data.ts';
import { linesBehind, withAskedAbout } from './asked-about.ts';
import { copilotEvents } from './copilot-events.ts';
import { COPILOT_PLUGIN, copilotFiles, readCopilotHook } from './copilot-hooks.ts';
import { copilotStream } from './copilot-stream.ts';
import { withListedChoices } from './listed-choices.ts';
import { makePreset } from './make-preset.ts';
import { screenReader } from './read-screen.ts';

const DIALOGS: readonly DialogData[] = [
  {
    name: 'trust',
    kind: 'trust',
    shows: ['Confirm folder trust', 'Do you trust the files in this folder\\?', '❯ 1\\. Yes$'],
    keys: ['Enter'],
    when: 'skip',
  },
  { name: 'login', kind: 'login', shows: ['What account do you want to log into\\?'], keys: null, when: 'always' },
];

const SCREEN: ScreenData = {
  lines: 30,
  input: '^─{9,}[^\\n]*\\n❯(?: (.*))?$',
  busy: ['^ *[○◎◉●] Working\\b', '\\besc esc (?:interrupt|edit prompt)\\b'],
  // What the program itself has to say begins like what its model says.
  idle: ['^ ?● (?!Request failed due to|MCP Servers|No copilot|Tip|IDE )'],
  permission: ['^\\s*Do you want to .*\\?$', '\\d\\. No, and tell Copilot what to do differently'],
  question: ['· enter accept · .*esc cancel$'],
  login: [
    '^ ?✗ (?:Authentication failed|You must be logged in|.*Please run /login)',
    '^ ?(?:! )?Please use /login to sign in',
  ],
  limit: ['^ ?[✗!] .*(?:rate.?limit|quota|premium request|usage limit|additional requests)'],
  queued: ['\\[pending · ↑ recall\\]'],
  pasted: ['\\[Paste #\\d+ - \\d+ lines\\]', '\\[Saved pasted content to workspace'],
};

const HEADLESS = ['--output-format=json', '{approvals_args}', '{model_args}', '--add-dir={folder}'];

/**
 * Its title tells no state. A prompt of some ten thousand characters is put into a file: then neither hooks nor transcript
 * hold its words. It retries at limits without a word.
 */
const copilotData: PresetData = {
  program: ['copilot'],
  start: ['{approvals_args}', '{model_args}', '{session_args}', '{hooks_args}', '--add-dir={folder}', '{prompt_args}'],
  resume: [
    '{approvals_args}',
    '{model_args}',
    '--resume={session}',
    '{hooks_args}',
    '--add-dir={folder}',
    '{prompt_args}',
  ],
  approvals: { ask: [], skip: ['--allow-all'] },
  model: ['--model={model}'],
  session: ['--session-id={session}'],
  hooks: [`--plugin-dir={folder}/${COPILOT_PLUGIN}`],
  // Nobody is asked: what would be is denied. It may read the attempt's folder.
  headless: {
    start: [...HEADLESS, '{session_args}', '--prompt={prompt}'],
    resume: [...HEADLESS, '--resume={session}', '--prompt={prompt}'],
    ask: [],
    skip: ['--allow-all'],
    help: [],
  },
  prompt: ['--interactive={prompt}'],
  env: { COPILOT_AUTO_UPDATE: 'false' },
  unset: ['COPILOT_ALLOW_ALL'],
  dialogs: DIALOGS,
  screen: SCREEN,
  title: { busy: [], idle: [] },
  keys: {
    approve: ['Enter'],
    deny: ['Escape'],
    choose: 'arrows',
    interrupt: ['Escape', 'Escape'],
    submit: ['Enter'],
  },
  submit: { settle: 400, waits: [2_000, 3_000, 4_000], queues: true },
  version: ['--version'],
  help: [['--help']],
  install: 'npm install -g @github/copilot',
  root: {},
};

/** The name of a field stands between what is asked and its choices. */
const read = withAskedAbout(withListedChoices(screenReader(copilotData)), 'waiting_input', (lines) =>
  linesBehind(lines, /^Copilot needs information\.$/u),
);

export const copilot = makePreset('copilot', copilotData, {
  read,
  files: copilotFiles,
  readHook: readCopilotHook,
  transcript: copilotEvents,
  stream: copilotStream,
});
