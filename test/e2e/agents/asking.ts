import { expect } from 'vitest';
import { script, started } from '../../support/agents/script.ts';
import type { AgentCell } from '../../support/presets/agent-cell.ts';
import type { Preset } from '../../support/presets/preset-table.ts';
import { absent, type Situation } from '../../support/presets/situation.ts';
import { TRUST_ASKED } from './starting.ts';
import { FINISH, FINISHED } from './words.ts';

const ALLOWED = 'permission, answer allow';
const DENIED = 'permission, answer deny';
const CHOSEN = 'question, answer 2';
const QUESTION = 'Which database?';
const CHOICES = ['SQLite', 'Postgres'];

const NO_QUESTIONS: Partial<Record<Preset, string>> = {
  aider: 'it asks for yes or no only',
  cursor: 'it asks in words, at the end of a turn',
};

const OWN_WORDS = `
ask() { agentrelay-attention "$1" --question "$2" --choice "$3" --choice "$4"; IFS= read -r said; printf '%s\\n' "$said" >>"$HOME/$AGENTRELAY_TASK.heard"; agentrelay-attention working; }
ask waiting_permission 'npm install left-pad?' Yes No
ask waiting_permission 'rm -rf build?' Yes No
ask waiting_input '${QUESTION}' ${CHOICES.join(' ')}
${FINISHED}`;

/** It asks for trust, and twice to be allowed something; is nudged when that has ended its turn; and asks a question. */
export const ASKING: Situation = {
  id: 'asking',
  rows: [TRUST_ASKED.row, ALLOWED, DENIED, CHOSEN],
  plan: (preset) => ({
    task: { approvals: 'ask' },
    script:
      preset === 'command'
        ? OWN_WORDS
        : started(
            { dialogs: TRUST_ASKED.dialogs(preset) },
            script(
              [
                { permission: { tool: 'shell', text: 'npm install left-pad', run: 'true' } },
                { permission: { tool: 'shell', text: 'rm -rf build', run: 'touch removed' } },
              ],
              [
                ...(NO_QUESTIONS[preset] !== undefined ? [] : [{ question: { text: QUESTION, choices: CHOICES } }]),
                FINISH,
              ],
            ),
          ),
    async drive(cell) {
      cell.tell(TRUST_ASKED.row, await TRUST_ASKED.seen(cell));
      cell.tell(ALLOWED, await permitted(cell, 'npm install left-pad', 'allow'));
      cell.tell(DENIED, await permitted(cell, 'rm -rf build', 'deny'));
      const question = await questioned(cell);
      cell.tell(CHOSEN, `${question}; ${await cell.merged()}`);
      expect(cell.facts('shell').filter(({ command }) => command === 'touch removed')).toEqual([]);
    },
  }),
};

async function permitted(cell: AgentCell, what: string, how: 'allow' | 'deny'): Promise<string> {
  const before = cell.facts('answer').length;
  const { choices = [] } = await cell.next(
    'agent_waiting_permission',
    ({ question }) => question?.includes(what) === true,
  );
  expect(choices.length).toBeGreaterThanOrEqual(2);
  await cell.answer(how);
  const told = `question and ${choices.length} choices told`;
  if (cell.preset === 'command') return `${told} by itself, the words arrive`;
  const { key, text } = await cell.fact('answer', before + 1);
  if (how === 'allow') return `${told}; ${key} (${text}), it goes on`;
  const { how: end } = await cell.fact('turn_ended');
  expect(end).toBe('denied');
  const { missing } = await cell.next('task_nudged');
  return `${told}; ${key} (${text || 'cancelled'}), its turn ends, nudged: ${missing.join(', ')}`;
}

async function questioned(cell: AgentCell): Promise<string> {
  const why = NO_QUESTIONS[cell.preset];
  if (why !== undefined) return absent(why);
  const { question, choices = [] } = await cell.next('agent_waiting_input');
  expect([question, ...choices.slice(0, 2)]).toEqual([expect.stringContaining(QUESTION), ...CHOICES]);
  const before = cell.facts('answer').length;
  await cell.answer('2');
  if (cell.preset === 'command') return 'told by itself, the words arrive';
  const { key, text } = await cell.fact('answer', before + 1);
  expect(text).toBe('Postgres');
  return `question and choices told; ${key} (${text})`;
}
