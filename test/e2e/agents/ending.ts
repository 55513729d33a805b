import { expect } from 'vitest';
import { script } from '../../support/agents/script.ts';
import type { Situation } from '../../support/presets/situation.ts';
import { until } from './words.ts';

export const ENDING: readonly Situation[] = [
  ending('crashed', 'crash', 7, /exited with 7 .*; its last lines: .*(TypeError|last words)/),
  ending('left', 'exit 0 without a signal', 0, /exited with 0 /),
];

function ending(id: string, row: string, code: number, error: RegExp): Situation {
  return {
    id,
    rows: [row],
    plan: (preset) => ({
      fails: true,
      script: (go) =>
        preset === 'command'
          ? `${until(go)}; echo last words; exit ${code}`
          : script([{ waitFor: go }, code === 0 ? { exit: 0 } : { crash: code }]),
      async drive(cell) {
        await cell.next('task_waiting');
        cell.release('go');
        const failed = await cell.next('task_failed');
        expect(failed).toMatchObject({ code: 'agent_exited', error: expect.stringMatching(error), attempt: 1 });
        expect(cell.all('agent_exited')).toMatchObject([{ exit_code: code }]);
        cell.tell(row, `${failed.code} at once, with code ${code} and its last lines`);
      },
    }),
  };
}
