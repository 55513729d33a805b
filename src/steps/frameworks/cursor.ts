import type { DialogData, PresetData, ScreenData } from '../../core/frameworks/preset-data.ts';
import { withAskedAbout } from './asked-about.ts';
import { cursorStream } from './cursor-stream.ts';
import type { Screen, ScreenReading } from './framework.ts';
import { makePreset } from './make-preset.ts';
import { screenReader } from './read-screen.ts';

const DIALOGS: readonly DialogData[] = [
  {
    name: 'trust',
    kind: 'trust',
    // One that was answered stays on the screen, without its mark.
    shows: ['Workspace Trust Required', '▶ \\[a\\] Trust this workspace'],
    keys: ['a'],
    when: 'skip',
  },
  { name: 'mcp', kind: 'warning', shows: ['MCP Server Approval Required'], keys: null, when: 'always' },
  { name: 'login', kind: 'login', shows: ['Press any key to log in'], keys: null, when: 'always' },
];

/** As `arranged` leaves it. */
const SCREEN: ScreenData = {
  lines: 25,
  input: '^ ?▄{9,}[^\\n]*\\n *→(?: (?:(?:Plan, search, build anything|Add a follow-up)|(.*)))?$',
  busy: ['^ *[⠀-⣿]{1,3} \\S', '^ *[⬡⬢] \\S+(?:…|\\.{2,})', '^ctrl\\+c to stop$'],
  idle: ['^ *(?:⚠ |✗ )?Error: '],
  permission: [
    '^ *Run this command\\?$',
    '^ *Write to this file\\?$',
    '^ *(?:→ )?Skip \\(esc or n\\)',
    '\\(y\\) \\(enter\\)$',
    '^ *→ .* \\(y\\)$',
  ],
  question: ['Reason for rejection \\(Enter to submit'],
  login: ['^ *(?:Error: )?\\[unauthenticated\\]', '^ *(?:⚠ |✗ |Error: )?Authentication required'],
  limit: [
    "^ *(?:⚠ |✗ |Error: )?You[’']ve (?:hit|reached) your .*limit",
    '^ *(?:Connect)?(?:Error: )?\\[resource_exhausted\\]',
  ],
  queued: [],
  pasted: ['\\[Pasted text #\\d+'],
};

const HEADLESS = ['--print', '--output-format', 'stream-json', '{approvals_args}', '{model_args}'];

/**
 * Its sessions are in a database and its hooks in files of the repository or the person: only the screen tells. Newer
 * versions put a prompt of the command line into the input and leave it there; the kickoff sees that, and submits it.
 */
const cursorData: PresetData = {
  program: ['cursor-agent', 'agent'],
  start: ['{approvals_args}', '{model_args}', '{prompt_args}'],
  resume: ['{approvals_args}', '{model_args}', '--resume={session}', '{prompt_args}'],
  approvals: { ask: [], skip: ['--force', '--approve-mcps'] },
  model: ['--model', '{model}'],
  session: [],
  hooks: [],
  // Nobody is asked: what would be is denied. It does not start where nobody trusts the folder.
  headless: {
    start: [...HEADLESS, '--', '{prompt}'],
    resume: [...HEADLESS, '--resume={session}', '--', '{prompt}'],
    ask: [],
    skip: ['--force', '--approve-mcps', '--trust'],
    help: [],
  },
  prompt: ['--', '{prompt}'],
  env: {},
  unset: ['CURSOR_AGENT', 'CURSOR_TRACE_ID'],
  dialogs: DIALOGS,
  screen: SCREEN,
  title: { busy: [], idle: [] },
  keys: { approve: ['y'], deny: ['Escape'], choose: 'none', interrupt: ['C-c'], submit: ['Enter'] },
  submit: { settle: 500, waits: [1_500, 2_500, 4_000], queues: false },
  version: ['--version'],
  help: [['--help']],
  install: 'curl https://cursor.com/install -fsS | bash',
  root: {},
};

/** A command stands above the question, and a file in the box above it. */
const byPatterns = withAskedAbout(screenReader(cursorData), 'waiting_permission', (lines) => {
  const [, command] = lines.map((line) => /^\$ +(.+) in \S+$/u.exec(line)).findLast((found) => found !== null) ?? [];
  return command === undefined ? null : `Run this command? ${command}`;
});

export const cursor = makePreset('cursor', cursorData, { read: readCursor, stream: cursorStream });

/** Its choices bear no numbers, and stand next to what is asked. */
function readCursor(screen: Screen, now: number): ScreenReading {
  const { report, ...reading } = byPatterns(arranged(screen), now);
  const question = report?.question?.split(' → ')[0] ?? null;
  return { ...reading, report: report === null ? null : { ...report, question } };
}

const STOPS = /\s{2,}ctrl\+c to stop$/u;
/** Lines below the input: more are no footer. */
const FOOTER = 8;

/** While it works, how to stop it stands at the end of the line in which one types: it is put below it. */
function arranged(screen: Screen): Screen {
  const at = screen.lines.findLastIndex((line) => /^ *→/u.test(line));
  const line = screen.lines[at] ?? '';
  const below = screen.lines.slice(at + 1).filter((one) => one !== '');
  if (!STOPS.test(line) || below.length > FOOTER) return screen;
  return { ...screen, lines: [...screen.lines.with(at, line.replace(STOPS, '')), 'ctrl+c to stop'] };
}
