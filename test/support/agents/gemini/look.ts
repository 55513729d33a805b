import { basename } from 'node:path';
import { framed } from '../framed.ts';
import type { Look, Session, View } from '../personality.ts';
import { type Live, wrap } from '../terminal.ts';
import { GEMINI_VERSION } from './help.ts';

const SPINNER = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];

export function isYolo({ args }: Session): boolean {
  return args.flags.has('--yolo') || args.flags.get('--approval-mode')?.at(-1) === 'yolo';
}

/** Its prompts stand between bars, in the history as in the input box. */
function barred(lines: readonly string[], width: number): string[] {
  return ['▄'.repeat(width - 1), ...lines, '▀'.repeat(width - 1)];
}

export const GEMINI_LOOK: Look = {
  alternate: false,
  banner: () => [
    '',
    ` ▝▜▄     Gemini CLI v${GEMINI_VERSION}`,
    '   ▝▜▄',
    '  ▗▟▀    Authenticated with gemini-api-key /auth',
    ' ▝▀',
    '',
    '',
    'Tips for getting started:',
    '1. Create GEMINI.md files to customize your interactions',
    '2. /help for more information',
    '3. Ask coding questions, edit code or run commands',
    '4. Be specific for the best results',
  ],
  prompt: (text, width) => barred(wrap(` > ${text}`, width - 2, '   '), width),
  said: (text, width) => wrap(`✦ ${text}`, width - 2, '  '),
  toolDone({ kind, text }, output, width) {
    const what = { shell: `Shell ${text}`, edit: `WriteFile ${text}`, question: `Ask User → ${output}` }[kind];
    return ['', ...framed([`✓  ${what}`, '', output.trimEnd()], width - 4)];
  },
  denied: ({ kind, text }) => [
    '',
    `  -  ${kind === 'edit' ? 'WriteFile' : 'Shell'}  ${text} → Rejected`,
    '',
    CANCELLED,
  ],
  interrupted: () => ['', CANCELLED],
  trouble({ kind, text }, width) {
    const told = kind === 'limit' ? `${text} Please wait and try again later.` : text;
    return [
      ...wrap(`✕ [API Error: ${told}]`, width - 2, '  '),
      '',
      ...wrap(
        'ℹ This request failed. Press F12 for diagnostics, or run /settings and change "Error Verbosity" to full for full details.',
        width - 2,
        '  ',
      ),
    ];
  },
  turnDone: () => [],
  live: (view) => live(view),
  title(state, _frame, session) {
    const name = basename(session.cwd);
    const pad = (text: string) => text.padEnd(80);
    if (state === 'busy') return pad(`✦  Working… (${name})`);
    if (state === 'asking') return pad(`✋  Action Required (${name})`);
    // Also while a dialog of the start is up.
    return state === 'start' ? null : pad(`◇  Ready (${name})`);
  },
};

const CANCELLED = 'ℹ Request cancelled.';

function live(view: View): Live {
  const { input, width, session } = view;
  const sign = isYolo(session) ? '*' : '>';
  const box =
    input === ''
      ? [` ${sign}   Type your message or @path/to/file`]
      : input.split('\n').map((line, number) => ` ${number === 0 ? sign : ' '} ${line}`);
  const mode = isYolo(session) ? ' YOLO Ctrl+Y' : ' Shift+Tab to accept edits';
  const model = session.args.flags.get('--model')?.at(-1) ?? 'gemini-2.5-flash';
  const below = [
    ' workspace (/directory)                         sandbox                                      /model',
    ` ${session.cwd}    no sandbox    ${model}`,
  ];
  const state = status(view);
  const hint = input === '' ? '? for shortcuts' : '';
  const above = [...queued(view), '', `${state}${hint.padStart(Math.max(1, width - 2 - state.length))}`];
  const lines = [...above, '─'.repeat(width - 1), mode, ...barred(box, width), ...below];
  const last = lines.length - below.length - 2;
  return { lines, cursor: [last, input === '' ? 3 : (lines[last] ?? '').length] };
}

function status({ busy, turns }: View): string {
  // It stays a while after the turn.
  if (busy === null) return turns > 0 ? '  Executing Hook: agentrelay' : '';
  return ` ${SPINNER[busy.frame % SPINNER.length]} Thinking... (esc to cancel, ${busy.seconds}s)`;
}

function queued({ queued }: View): string[] {
  if (queued.length === 0) return [];
  return ['', '  Queued (press ↑ to edit):', ...queued.map((text) => `    ${text.replaceAll('\n', ' ')}`)];
}
