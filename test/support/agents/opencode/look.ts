import type { Look, Session, View } from '../personality.ts';
import { type Live, wrap } from '../terminal.ts';
import { opencodeConfig } from './config.ts';
import { OPENCODE_VERSION } from './help.ts';

const BAR = '  ┃';
const DONE = '     ▣  Build · Mock One';

function inBar(lines: readonly string[]): string[] {
  return ['', BAR, ...lines.map((line) => `${BAR}  ${line}`), BAR];
}

export const OPENCODE_LOOK: Look = {
  alternate: true,
  banner: () => [],
  prompt: (text, width) => inBar(wrap(text, width - 8)),
  said: (text, width) => ['', ...wrap(text, width - 8).map((line) => `     ${line}`)],
  toolDone({ kind, text }, output) {
    if (kind === 'shell') return inBar([`$ ${text}`, '', output.trimEnd() === '' ? '(no output)' : output.trimEnd()]);
    return kind === 'edit' ? ['', `     ← Write ${text}`] : inBar(['# Questions', '', text, output]);
  },
  denied: ({ kind, text }) => ['', kind === 'edit' ? `     ← Write ${text}` : `     $ ${text}`, '', DONE],
  interrupted: () => ['', `${DONE} · interrupted`],
  trouble: ({ text }, width) => [...inBar(wrap(text, width - 8)), '', DONE],
  turnDone: (seconds) => ['', `${DONE} · ${seconds}.4s`],
  live: (view) => live(view),
  title(state, _frame, session) {
    if (state === 'start' || state === 'dialog' || session.env.OPENCODE_DISABLE_TERMINAL_TITLE === '1') return null;
    return state === 'fresh' ? 'OpenCode' : 'OC | Mock session title';
  },
};

function live(view: View): Live {
  return view.turns === 0 && view.busy === null ? home(view) : work(view);
}

function agentLine(session: Session): string {
  const { flags } = session.args;
  return `Build${flags.has('--auto') ? ' auto' : ''} · Mock One Mock`;
}

function box(view: View, indent: string, placeholder: string): string[] {
  const text = view.input === '' ? [placeholder] : view.input.split('\n');
  const foot = `${indent}╹${'▀'.repeat(view.width - 2 * indent.length - 2)}`;
  return [
    `${indent}┃`,
    ...text.map((line) => `${indent}┃  ${line}`),
    `${indent}┃`,
    `${indent}┃  ${agentLine(view.session)}`,
    foot,
  ];
}

/** The first screen: the box in the middle. */
function home(view: View): Live {
  const indent = ' '.repeat(13);
  const lines = [
    `${indent}                  █▀▀█ █▀▀█ █▀▀█ █▀▀▄ █▀▀▀ █▀▀█ █▀▀█ █▀▀█`,
    `${indent}                  ▀▀▀▀ █▀▀▀ ▀▀▀▀ ▀▀▀▀ ▀▀▀▀ ▀▀▀▀ ▀▀▀▀ ▀▀▀▀`,
    '',
    '',
    ...box(view, indent, 'Ask anything… "What is the tech stack of this project?"'),
    'tab agents  ctrl+p commands'.padStart(view.width - 12),
    '',
    '',
    '',
    `  ${view.session.cwd}:main${OPENCODE_VERSION.padStart(12)}`,
  ];
  const last = lines.length - 8;
  return { lines, cursor: [last, view.input === '' ? 16 : (lines[last] ?? '').length] };
}

function work(view: View): Live {
  const { busy, width } = view;
  const right = '1.1K (1%) · $0.01  ctrl+p commands';
  const left = busy === null ? `   ${view.session.cwd}` : `   ${progress(busy.frame)}  esc interrupt`;
  const room = width - 4 - right.length;
  // What is told of a limit takes the place of the whole line.
  const foot =
    view.trouble?.kind === 'limit' && busy !== null ? limitLine(view) : `${left.slice(0, room).padEnd(room)}${right}`;
  const queued = view.queued.flatMap((text) => inBar([...text.split('\n'), ' QUEUED']));
  const lines = [...(busy === null ? [] : ['', DONE]), ...queued, '', ...box(view, '  ', ''), foot];
  const last = lines.length - 5;
  return { lines, cursor: [last, view.input === '' ? 5 : (lines[last] ?? '').length] };
}

function limitLine({ trouble, width }: View): string {
  return `   ⬝⬝⬝ ${trouble?.text} (click to expand) [retrying in 31s attempt #1]   esc interrupt`.slice(0, width - 2);
}

function progress(frame: number): string {
  const at = frame % 7;
  return `${'⬝'.repeat(at)}■${'⬝'.repeat(7 - at)}`;
}

export function skipsPermissions(session: Session): boolean {
  if (session.args.flags.has('--auto')) return true;
  const given = session.env.OPENCODE_PERMISSION;
  const permission = given === undefined ? opencodeConfig(session).permission : (JSON.parse(given) as unknown);
  // Without any word of it everything is allowed.
  if (permission === undefined || permission === 'allow') return true;
  return typeof permission === 'object' && !JSON.stringify(permission).includes('"ask"');
}
