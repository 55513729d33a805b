import { basename } from 'node:path';
import type { Look, View } from '../personality.ts';
import { type Live, wrap } from '../terminal.ts';
import { CODEX_VERSION } from './help.ts';

const SPINNER = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const PLACEHOLDER = 'Ask Codex to do anything';

export const CODEX_LOOK: Look = {
  alternate: true,
  banner: (session) => ['', `  >_ OpenAI Codex (v${CODEX_VERSION})`, `     ${session.cwd}`],
  prompt: (text, width) => ['', ...wrap(`› ${text}`, width - 1, '  ')],
  said: (text, width) => ['', ...wrap(`• ${text}`, width - 1, '  ')],
  toolDone({ kind, text }, output) {
    if (kind === 'question') return ['', '• Questions 1/1 answered', `  • ${text}`, `    answer: ${output}`];
    if (kind === 'edit') return ['', `• Added ${text} (+2 -0)`, '    1 +first line', '    2 +second line'];
    return [
      '',
      `• Ran ${text}`,
      ...(output === '' ? ['(no output)'] : output.trimEnd().split('\n')).map((line) => `  └ ${line}`),
    ];
  },
  denied({ kind, text }, _how, width) {
    const what = kind === 'shell' ? ['', ...wrap(`✗ You canceled the request to run ${text}`, width - 1, '  ')] : [];
    return [...what, '', INTERRUPTED];
  },
  interrupted: () => ['', INTERRUPTED],
  trouble: ({ text }, width) => ['', ...wrap(`■ ${text}`, width - 1)],
  turnDone: (seconds) => ['', `  Worked for ${seconds === 0 ? '<1s' : `${seconds}s`} • 18:49`],
  live: (view) => live(view),
  title(state, frame, session) {
    const name = basename(session.cwd);
    if (state === 'busy') return `${SPINNER[frame % SPINNER.length]} ${name}`;
    if (state === 'asking') return `${frame % 2 === 0 ? '[ ! ]' : '[ . ]'} Action Required | ${name}`;
    return state === 'start' || state === 'dialog' ? null : name;
  },
};

const INTERRUPTED = '■ Conversation interrupted - use /feedback if something went wrong';

function live(view: View): Live {
  const { input, width, session } = view;
  const box =
    input === '' ? [`› ${PLACEHOLDER}`] : input.split('\n').map((line, n) => `${n === 0 ? '›' : ' '} ${line}`);
  const model = session.args.flags.get('--model')?.at(-1) ?? 'gpt-5.5-codex';
  const warnings = '⚠ 3 warnings · f2 to view'.padStart(width - 2);
  const below = ['', `  ${model} default · ${session.cwd}`, footer(view) ?? warnings];
  const lines = [...working(view), ...queued(view), '', ...box, ...below];
  const last = lines.length - 1 - below.length;
  return { lines, cursor: [last, input === '' ? 2 : (lines[last] ?? '').length] };
}

/** While it says something there is no such line; a part of that time stands for it here. */
function working({ busy, hasSpoken }: View): string[] {
  if (busy === null) return [];
  if (busy.retry !== null) {
    const { attempt, text } = busy.retry;
    return ['', `• Reconnecting... ${attempt - 1}/5 (${busy.seconds}s • esc to interrupt)`, `  └ ${text}`];
  }
  if (hasSpoken && busy.frame % 4 === 3) return [];
  return ['', `${busy.frame % 2 === 0 ? '•' : '◦'} Working (${busy.seconds}s • esc to interrupt)`];
}

function queued({ queued }: View): string[] {
  if (queued.length === 0) return [];
  const texts = queued.map((text) => `  ↳ ${text.split('\n')[0]}`);
  return ['', '• Queued follow-up inputs', ...texts, '    shift+← edit last queued message'];
}

function footer({ input, busy }: View): string | null {
  if (input !== '') return busy === null ? null : '  tab to queue message';
  return '  ← for agents · ? for shortcuts';
}
