import type { Look, View } from '../personality.ts';
import { type Live, wrap } from '../terminal.ts';
import { COPILOT_VERSION } from './help.ts';

const DOTS = ['○', '◎', '◉', '●'];
const CANCELLED = ' ● Operation cancelled by user';

export const COPILOT_LOOK: Look = {
  alternate: true,
  banner: () => [
    ' [Current]  Sessions   Issues   Pull requests   Gists',
    '',
    '  ╭─╮╭─╮',
    `  ╰─╯╰─╯  Copilot v${COPILOT_VERSION} uses AI.`,
    '  █ ▘▝ █  Check for mistakes.',
    '   ▔▔▔▔',
    '',
    ' ● No copilot-instructions.md found. Run /init to generate.',
  ],
  prompt(text, width) {
    const [first = '', ...rest] = wrap(` ❯ ${text}`, width - 10, '   ');
    return ['', `${first.padEnd(width - 8)} 18:52`, ...rest];
  },
  said: (text, width) => ['', ...wrap(` ● ${text}`, width - 2, '   ')],
  toolDone({ kind, text }, output) {
    if (kind === 'shell') return ['', ' $ Shell Run a command', `   ${text}`];
    return ['', kind === 'edit' ? ` ✓ Create ${text}` : ` ✓ Asked user  ${text} → ${output}`];
  },
  denied: ({ kind, text }) => [
    '',
    ` ✗ ${kind === 'edit' ? 'Create' : 'Shell'} ${text} Operation aborted by user`,
    '',
    CANCELLED,
  ],
  interrupted: () => ['', CANCELLED],
  trouble: ({ text }, width) => ['', ...wrap(` ✗ ${text}`, width - 2, '   ')],
  turnDone: () => [],
  live: (view) => live(view),
  title(state, _frame, session) {
    if (session.env.COPILOT_DISABLE_TERMINAL_TITLE === '1' || state === 'start') return null;
    const fresh = state === 'fresh' || state === 'dialog';
    return fresh ? 'GitHub Copilot' : 'Do the work - GitHub Copilot';
  },
};

function live(view: View): Live {
  const { width, input, session } = view;
  const rule = '─'.repeat(width - 1);
  const box = input === '' ? ['❯ '] : input.split('\n').map((line, number) => `${number === 0 ? '❯' : ' '} ${line}`);
  const model = session.args.flags.get('--model')?.at(-1) ?? 'gpt-5-mini';
  const left = footer(view);
  const login = view.trouble?.kind === 'login' ? ['Please use /login to sign in to use Copilot'] : [];
  const pending = view.queued.flatMap((text) => [
    ...wrap(` ❯ ${text}`, width - 10, '   '),
    '   └ [pending · ↑ recall]',
  ]);
  const foot = `${left}${model.padStart(Math.max(2, width - 2 - left.length))}`;
  const lines = [...pending, '', ...login, ` ${session.cwd} [⎇ main%]`, rule, ...box, rule, foot];
  const last = lines.length - 3;
  return { lines, cursor: [last, input === '' ? 2 : (lines[last] ?? '').length] };
}

function footer({ busy, input, hasSpoken }: View): string {
  if (busy !== null) {
    const what = hasSpoken ? 'Working · 52 B esc esc interrupt' : 'Working esc esc edit prompt';
    return ` ${DOTS[busy.frame % DOTS.length]} ${what}${input === '' ? '' : ' · ctrl+q enqueue'}`;
  }
  if (input !== '') return ' Interactive · Manual Approval · @ files · # issues';
  return ' ← open sidebar · Interactive · Manual Approval · / commands · ? help · tab next tab';
}
