import { expect } from 'vitest';
import { script } from '../../support/agents/script.ts';
import type { AgentCell } from '../../support/presets/agent-cell.ts';
import type { Situation } from '../../support/presets/situation.ts';
import { absent } from '../../support/presets/situation.ts';
import { FINISH, FINISHED, until } from './words.ts';

const ROWS = ['plain', 'what it uses'] as const;

export const PLAIN: Situation = {
  id: 'plain',
  rows: ROWS,
  plan: (preset) => ({
    script: (go) =>
      preset === 'command'
        ? `${until(go)}; ${FINISHED}`
        : script([{ usage: { input: 1000, output: 500, costUsd: 0.25 } }, { waitFor: go }, FINISH, { say: 'Done.' }]),
    async drive(cell) {
      await cell.next('task_waiting');
      cell.release();
      cell.tell('plain', await cell.merged());
      cell.tell('what it uses', await used(cell));
    },
  }),
};

async function used(cell: AgentCell): Promise<string> {
  if (cell.preset === 'command') return absent('nobody knows what it prints');
  if (cell.preset === 'cursor') return absent('it keeps what it uses in a database, and shows it nowhere');
  await cell.next('task_torn_down');
  const { input_tokens = 0, output_tokens = 0, cost_usd = null } = cell.all('task_usage').at(-1) ?? {};
  expect(input_tokens).toBeGreaterThanOrEqual(1000);
  expect(output_tokens).toBeGreaterThanOrEqual(500);
  if (cost_usd === null) return 'told: tokens, which is all that it tells';
  expect(cost_usd).toBeGreaterThanOrEqual(0.25);
  return 'told: tokens and cost';
}
