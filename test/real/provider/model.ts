import type { Conversation, Move, Turn } from './conversation.ts';

/** Words of a task's description, by which its model knows what to do beside the work. */
export const MODES = ['PERMISSION', 'QUESTION', 'IDLE', 'LIMIT', 'LOGIN', 'SLOW'] as const;
export type Mode = (typeof MODES)[number];

export interface ModelSettings {
  /** Milliseconds since 1970: when the limit of tasks with `LIMIT` ends; null until the first of them has reached it. */
  limitEnd(task: string): number;
  /** Whether tasks with `LOGIN` are logged in by now. */
  isLoggedIn(): boolean;
}

const FIRST_PROMPT = /Read (\S+\/signals\/([^/\s]+)\/attempt-\d+\/instructions\.md) and follow it\./;
const NUDGE = 'your turn has ended and there is no signal';
const QUESTION = 'Which word shall the file hold?';
/** Milliseconds. */
const SLOW = 20_000;

/** What is known of the task that a session is about. */
interface Brief {
  readonly task: string;
  readonly path: string;
  /** Null until it was read. */
  readonly mode: Mode | null;
  /** `agentrelay-complete`, ready for a shell; null until it was read. */
  readonly complete: string | null;
}

/**
 * Plays a model that does its task: reads the instructions that the first prompt names, makes a file, commits it, and runs
 * the command that ends the task. Everything follows from what the program sends, so that it may ask twice.
 */
export function nextMove({ turns, tools }: Conversation, settings: ModelSettings): Move {
  const brief = briefOf(turns);
  if (brief === null || tools.length === 0) return { kind: 'say', text: 'A title' };
  const move = wished(brief, turns, settings);
  if (!wasRefused(turns, move)) return move;
  return move.kind === 'read'
    ? again(turns, { kind: 'shell', command: `cat ${move.path}`, outside: false })
    : { kind: 'say', text: 'I was not allowed to do that.' };
}

function wished(brief: Brief, turns: readonly Turn[], settings: ModelSettings): Move {
  const { mode, complete, path, task } = brief;
  if (complete === null) return { kind: 'read', path };
  const said = (word: string) => turns.some(({ from, text }) => from === 'tool' && text.includes(word));
  const file = `real-${task}.txt`;
  if (!said(`Write ${file}`)) {
    const first = before(brief, turns, settings);
    if (first !== null) return first;
    const command = `echo ${task} > ${file} && git add ${file} && git commit -m 'Write ${file}'`;
    return { kind: 'shell', command, outside: mode === 'PERMISSION', ...(mode === 'SLOW' ? { thinks: SLOW } : {}) };
  }
  const last = turns.findLast(({ from }) => from !== 'tool');
  if (last?.from === 'model' && last.text.includes(complete)) return { kind: 'say', text: 'It is done.' };
  const command = `${complete} --title 'Write ${file}' --body 'As the task says.'`;
  return { kind: 'shell', command, outside: mode === 'PERMISSION' };
}

/** What comes before the work, by the mode. */
function before({ mode, task }: Brief, turns: readonly Turn[], settings: ModelSettings): Move | null {
  const isSaid = (word: string) => turns.some(({ text }) => text.includes(word));
  switch (mode) {
    case 'IDLE':
      return isSaid(NUDGE) ? null : { kind: 'say', text: 'I have read it, and think about it.' };
    case 'QUESTION':
      return isSaid(QUESTION) ? null : { kind: 'ask', question: QUESTION, choices: ['Apple', 'Pear'] };
    case 'LIMIT': {
      const end = settings.limitEnd(task);
      return Date.now() < end ? { kind: 'limit', until: Math.ceil(end / 1000) } : null;
    }
    case 'LOGIN':
      return settings.isLoggedIn() ? null : { kind: 'login' };
    default:
      return null;
  }
}

function briefOf(turns: readonly Turn[]): Brief | null {
  const prompt = turns.flatMap(({ from, text }) => (from === 'person' ? (FIRST_PROMPT.exec(text) ?? []) : []));
  const [, path, task] = prompt;
  if (path === undefined || task === undefined) return null;
  const page = turns.find(({ from, text }) => from === 'tool' && text.includes('How to finish'))?.text ?? null;
  const complete = page === null ? null : (/(\S+agentrelay-complete) --title/.exec(page)?.[1] ?? null);
  const mode = MODES.find((word) => page?.includes(word)) ?? null;
  return { task, path, mode, complete };
}

/** The tool that was used for this was not: what it should have made is not there. */
function wasRefused(turns: readonly Turn[], move: Move): boolean {
  const last = turns.at(-1);
  const used = turns.findLast(({ from }) => from === 'model');
  if (last?.from !== 'tool' || used === undefined) return false;
  if (move.kind === 'read') return used.text.includes(move.path);
  return move.kind === 'shell' && used.text.includes(move.command);
}

function again(turns: readonly Turn[], move: Move): Move {
  return wasRefused(turns, move) ? { kind: 'say', text: 'I was not allowed to read it.' } : move;
}
