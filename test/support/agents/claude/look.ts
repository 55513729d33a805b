import type { Look, Session, ToolUse, View } from '../personality.ts';
import { type Live, wrap } from '../terminal.ts';
import { CLAUDE_VERSION } from './help.ts';

const GLYPHS = ['✢', '✶', '✻', '✽', '·'];
const RETRY_IN = ['', '', '1s', '2s', '4s', '8s'];
/** The program writes a hard blank behind its prompt sign. */
const PROMPT = '❯\u00a0';

export const CLAUDE_LOOK: Look = {
  alternate: true,
  // tmux takes it for a title.
  probe: '\u001b_Gi=31,s=1,v=1,a=q,t=d,f=24;AAAA\u001b\\',
  banner: (session) => [
    '',
    ` ▐▛███▛█   Claude Code v${CLAUDE_VERSION}`,
    '▝▜██████▀  Opus 5.5 · API Usage Billing',
    ` ▝▝   ▝▝   ${session.cwd}`,
  ],
  prompt: (text, width) => ['', ...wrap(`❯ ${text}`, width - 1, '  ')],
  said: (text, width) => ['', ...wrap(`● ${text}`, width - 1, '  ')],
  toolDone: (tool, output) => toolDone(tool, output),
  denied(tool, how) {
    if (tool.kind === 'question') return ['', "● Declined to answer Claude's questions:", `  ⎿  · ${tool.text}`];
    const what =
      tool.kind === 'edit' ? ['', `● Write(${tool.text})`] : ['', '  Did not run 1 call', `  ⎿  $ ${tool.text}`];
    if (how === 'no') return [...what, '  ⎿  Interrupted · What should Claude do instead?'];
    return tool.kind === 'edit' ? [...what, `  ⎿  Rejected write to ${tool.text}`] : what;
  },
  interrupted: () => ['  ⎿  Interrupted · What should Claude do instead?'],
  trouble({ kind, text }, width) {
    if (kind === 'error') return ['', ...wrap(`● API Error: ${text}`, width - 1, '  ')];
    const told = wrap(`  ⎿  ${text}`, width - 1, '     ');
    if (kind === 'login') return told;
    const until = resetOf(text);
    if (until === null) return told;
    const goesOn = `● Usage limit reached · set to continue automatically at ${until}`;
    return [...told, '     /upgrade to increase your usage limit.', '', goesOn];
  },
  turnDone: (seconds) => ['', `✻ Crunched for ${seconds}s · done 6:38 PM`],
  live: (view) => live(view),
  title(state, frame) {
    if (state === 'busy') return `${frame % 2 === 0 ? '◐' : '◑'} Claude Code`;
    // Until its first prompt it has none.
    return state === 'idle' || state === 'asking' ? '✳ Claude Code' : null;
  },
};

function toolDone({ kind, text }: ToolUse, output: string): string[] {
  if (kind === 'question') return ['', "● Answered Claude's questions:", `  ⎿  · ${text} → ${output}`];
  if (kind === 'edit') return ['', `● Write(${text})`, `  ⎿  Wrote 2 lines to ${text}`];
  return ['', '  Ran 1 shell command'];
}

/** The time of day in a limit's text. */
function resetOf(text: string): string | null {
  return /resets (\S+)/.exec(text)?.[1] ?? null;
}

function live(view: View): Live {
  const { width, busy } = view;
  const rule = '─'.repeat(width - 1);
  const above = busy === null ? aboveIdle(view) : [...queued(view), '', busyLine(view)];
  const box = view.input === '' ? [`${PROMPT}${placeholder(view)}`] : boxLines(view.input);
  const below = footer(view);
  const lines = ['', ...above, rule, ...box, rule, ...below];
  const last = lines.length - 2 - below.length;
  return { lines, cursor: [last, view.input === '' ? 2 : (lines[last] ?? '').length] };
}

function aboveIdle({ width, turns, isFolded, input }: View): string[] {
  const hint = input === '' || isFolded ? '◐ medium · /effort' : 'ctrl+g to edit in Vim';
  return turns > 3 ? [''] : [hint.padStart(width - 2)];
}

function queued({ queued }: View): string[] {
  return queued.flatMap((text) => ['', `❯ ${text.split('\n')[0]}`, '  ⎿  Queued · ctrl+x ctrl+s to send now']);
}

function busyLine({ busy }: View): string {
  const glyph = GLYPHS[(busy?.frame ?? 0) % GLYPHS.length];
  const retry = busy?.retry ?? null;
  if (retry !== null) {
    const text = retry.attempt < 3 ? 'API error' : retry.text;
    return `✻ ${text} · retrying in ${RETRY_IN[retry.attempt] ?? '16s'} · attempt ${retry.attempt}/10`;
  }
  const seconds = busy?.seconds ?? 0;
  return `${glyph} Percolating…${seconds < 2 ? '' : ` (${seconds}s · ↓ 73 tokens)`}`;
}

function placeholder({ queued, trouble }: View): string {
  if (queued.length > 0) return 'Press up to edit queued messages';
  return trouble?.kind === 'login' ? 'Once fixed, resend your message' : '';
}

function boxLines(input: string): string[] {
  return input.split('\n').map((line, number) => `${number === 0 ? PROMPT : '  '}${line}`);
}

function footer(view: View): string[] {
  const status = view.statusLine === null ? [] : [`  ${view.statusLine}`];
  if (view.isFolded) return ['  paste again to expand'];
  const until = view.trouble?.kind === 'limit' ? resetOf(view.trouble.text) : null;
  const limit =
    until === null
      ? []
      : [`  ⚠ Usage limit reached · limit resets ${until}`, `    Continuing automatically at ${until} · Esc to cancel`];
  const mode = modeLine(view.session);
  if (view.input !== '') return [...status, ...limit, `  ${mode}`];
  if (view.busy !== null) return [...status, ...limit, `  ${mode} · esc to interrupt`];
  return [...status, ...limit, `  ${mode} · ? for shortcuts${view.turns < 4 ? ' · ← for agents' : ''}`];
}

export function modeOf({ args }: Session): string {
  if (args.flags.has('--dangerously-skip-permissions')) return 'bypassPermissions';
  return args.flags.get('--permission-mode')?.at(-1) ?? 'auto';
}

function modeLine(session: Session): string {
  const modes: Readonly<Record<string, string>> = {
    bypassPermissions: '⏵⏵ bypass permissions on (shift+tab to cycle)',
    auto: '⏵⏵ auto mode on (shift+tab to cycle)',
    acceptEdits: '⏵⏵ accept edits on (shift+tab to cycle)',
    plan: '⏸ plan mode on (shift+tab to cycle)',
  };
  return modes[modeOf(session)] ?? '⏸ manual mode on';
}
