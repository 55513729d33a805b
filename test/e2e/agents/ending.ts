import { expect } from 'vitest';
import { script, started } from '../../support/agents/script.ts';
import type { AgentCell } from '../../support/presets/agent-cell.ts';
import type { Situation } from '../../support/presets/situation.ts';
import { until } from './words.ts';

const STALLED = 'silent for stall_after';
const CRASH = 'crash';
const LEFT = 'exit 0 without a signal';

/** Without a word for a while, and then with an exit code. */
const CRASHED: Situation = {
  id: 'crashed',
  rows: [STALLED, CRASH],
  plan: (preset) => ({
    fails: true,
    task: { stall_after: 3 },
    script: (go) =>
      preset === 'command'
        ? `${until(go)}; echo last words; exit 7`
        : started({ spinnerMs: 1_000_000 }, script([{ waitFor: go }, { crash: 7 }])),
    async drive(cell) {
      await cell.next('agent_stalled');
      expect(cell.need()).toBeNull();
      cell.tell(STALLED, 'stalled told, left alone');
      cell.release();
      cell.tell(CRASH, await ended(cell, 7, /; its last lines: .*(TypeError|last words)/));
    },
  }),
};

const GONE: Situation = {
  id: 'left',
  rows: [LEFT],
  plan: (preset) => ({
    fails: true,
    script: (go) => (preset === 'command' ? `${until(go)}; exit 0` : script([{ waitFor: go }, { exit: 0 }])),
    async drive(cell) {
      await cell.next('task_waiting');
      cell.release();
      cell.tell(LEFT, await ended(cell, 0, /exited with 0 and without a signal/));
    },
  }),
};

export const ENDING: readonly Situation[] = [CRASHED, GONE];

async function ended(cell: AgentCell, code: number, error: RegExp): Promise<string> {
  const failed = await cell.next('task_failed');
  expect(failed).toMatchObject({ code: 'agent_exited', error: expect.stringMatching(error), attempt: 1 });
  expect(failed.error).toContain(`exited with ${code} `);
  expect(cell.all('agent_exited')).toMatchObject([{ exit_code: code }]);
  return `${cell.treated()}; fails at once: ${failed.code}, code ${code}, last lines`;
}
