import { expect } from 'vitest';
import { script } from '../../support/agents/script.ts';
import { absent, type Situation } from '../../support/presets/situation.ts';
import { ANY_PROGRAM, FINISH, FINISHED } from './words.ts';

const IDLE = 'idle without a signal';
const AGAIN = 'idle again';
const GATE = 'failed gate';

const MENDED =
  'echo mended >mended.txt; git add -A; git commit -qm mend; agentrelay-complete --title Done --body Mended';

/** It stops twice without a signal, and then with one that its gate refuses. */
export const RESTING: Situation = {
  id: 'resting',
  rows: [IDLE, AGAIN, GATE],
  plan: (preset) => ({
    // One branch for all: what another has mended is not there yet.
    task: { completion_gate: `grep -q mended mended.txt` },
    script:
      preset === 'command'
        ? `${FINISHED}; IFS= read -r line; printf '%s\\n' "$line" >>"$HOME/$AGENTRELAY_TASK.heard"; ${MENDED}`
        : script(
            [{ shell: 'echo half >half.txt' }, { say: 'That is all.' }],
            [{ say: 'There is nothing to do.' }],
            [FINISH],
            [{ shell: MENDED }],
          ),
    async drive(cell) {
      if (preset === 'command') {
        for (const row of [IDLE, AGAIN]) cell.tell(row, absent(ANY_PROGRAM));
      } else {
        const { missing, result } = await cell.next('task_nudged');
        expect(missing).toEqual(['1 uncommitted file', 'no commits']);
        cell.tell(IDLE, `nudged (${result}): ${missing.join(', ')}`);
        await cell.fact('turn_ended', 2);
        await cell.next('agent_idle');
        expect(cell.need()).toMatchObject({ kind: 'agent_waits', code: 'idle' });
        await cell.send('It is yours: go on.');
        await cell.next('task_prompted');
        expect(cell.all('task_nudged')).toHaveLength(1);
        cell.tell(AGAIN, 'not nudged again, needs a person; sent to, it goes on');
      }
      await cell.next('task_gate_failed');
      const { result } = await cell.next('task_sent_back');
      // The gate may be quicker than the end of the turn in which the agent signalled.
      expect(['submitted', 'queued']).toContain(result);
      const end = await cell.merged();
      if (preset !== 'command')
        expect(cell.facts('prompt').at(-1)?.text).toMatch(/^agentrelay: the completion gate exited/);
      cell.tell(GATE, `told in its session (${result}), mended; ${end}`);
    },
  }),
};
