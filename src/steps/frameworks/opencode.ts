import type { PresetData, ScreenData } from '../../core/frameworks/preset-data.ts';
import { linesBehind, withAskedAbout } from './asked-about.ts';
import { makePreset } from './make-preset.ts';
import { OPENCODE_CONFIG, openCodeFiles } from './opencode-files.ts';
import { readOpenCodeHook } from './opencode-hooks.ts';
import { arrangedOpenCode } from './opencode-screen.ts';
import { openCodeStream } from './opencode-stream.ts';
import { screenReader } from './read-screen.ts';

/** As `arrangedOpenCode` leaves it. */
const SCREEN: ScreenData = {
  lines: 30,
  input: '^─{9,}\\n❯(?: (?:Ask anything(?:…|\\.\\.\\.).*|(.*)))?$',
  busy: ['\\besc (?:again to )?interrupt\\b', '\\bretrying in \\d'],
  idle: ['^ *▣ +\\S.* · (?:interrupted|\\d[\\d.hms ]*)$'],
  permission: ['△ Permission required', '\\bAllow once +Allow always +Reject\\b'],
  question: ['↑↓ select\\b.*\\besc dismiss\\b'],
  login: [
    '^ *(?:Incorrect|Invalid|Missing) (?:API|x-api)[ -]key',
    '^ *(?:.* )?API key is (?:missing|invalid|not valid)',
    '^ *(?:Unauthorized|Token refresh failed|OAuth token (?:has )?expired)',
  ],
  limit: [
    '^ *\\[(?:waits)\\] ',
    '^ *(?:.* )?(?:exceeded your (?:current|monthly|weekly) quota|usage limit (?:has been )?(?:reached|exceeded))',
    '^ *(?:Rate limit (?:reached|exceeded)|Insufficient (?:balance|credits))',
  ],
  queued: ['^ *QUEUED$'],
  pasted: ['\\[Pasted ~\\d+ lines\\]'],
};

/** Its title tells no state. It takes keys some seconds after it has drawn nothing: what is typed before is lost. */
const openCodeData: PresetData = {
  program: ['opencode'],
  start: ['{approvals_args}', '{model_args}', '{prompt_args}'],
  // It takes no prompt for a session that goes on.
  resume: ['{approvals_args}', '{model_args}', '--session', '{session}'],
  // What it asks for is in the config file, which `ask` writes more into.
  approvals: { ask: [], skip: ['--auto'] },
  model: ['--model', '{model}'],
  session: [],
  hooks: [],
  // Nobody is asked: what would be is denied.
  headless: {
    start: ['run', '--format', 'json', '{approvals_args}', '{model_args}', '--', '{prompt}'],
    resume: ['run', '--format', 'json', '{approvals_args}', '{model_args}', '--session', '{session}', '--', '{prompt}'],
    ask: [],
    skip: ['--auto'],
    help: [['run', '--help']],
  },
  prompt: ['--prompt={prompt}'],
  env: {
    OPENCODE_CONFIG: `{folder}/${OPENCODE_CONFIG}`,
    OPENCODE_DISABLE_AUTOUPDATE: '1',
    OPENCODE_DISABLE_MOUSE: '1',
  },
  // What an OpenCode around us has set for its own children.
  unset: ['OPENCODE', 'OPENCODE_PID', 'OPENCODE_SERVER_PASSWORD'],
  dialogs: [{ name: 'login', kind: 'login', shows: ['^\\s*Connect a provider\\s+esc'], keys: null, when: 'always' }],
  screen: SCREEN,
  title: { busy: [], idle: [] },
  keys: {
    approve: ['Enter'],
    deny: ['Escape'],
    choose: 'number',
    interrupt: ['Escape', 'Escape'],
    submit: ['Enter'],
  },
  submit: { settle: 500, waits: [1_500, 2_500, 4_000], queues: true },
  version: ['--version'],
  help: [['--help']],
  install: 'npm install -g opencode-ai',
  root: {},
};

/** What it asks for stands between its head and its buttons. */
const byPatterns = withAskedAbout(screenReader(openCodeData), 'waiting_permission', (lines) =>
  linesBehind(lines, /^△ Permission required$/u, /^Allow once\b/u),
);

export const openCode = makePreset('opencode', openCodeData, {
  read: (screen, now) => byPatterns(arrangedOpenCode(screen), now),
  files: openCodeFiles,
  readHook: readOpenCodeHook,
  stream: openCodeStream,
});
