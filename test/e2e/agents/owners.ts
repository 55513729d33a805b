import { expect } from 'vitest';
import { script, started } from '../../support/agents/script.ts';
import type { AgentCell } from '../../support/presets/agent-cell.ts';
import type { Situation } from '../../support/presets/situation.ts';
import type { Live } from '../../support/run-fixture.ts';
import { FINISH, FINISHED, until } from './words.ts';

const KICKOFF = 'owner killed in the kickoff';
const WORK = 'owner killed while it works';

/** Its owner is killed before it has its prompt, and the next one while it works. */
export const ORPHANED: Situation = {
  id: 'orphaned',
  rows: [KICKOFF, WORK],
  meddle: killOwners,
  plan: (preset) => ({
    script: (go) =>
      preset === 'command'
        ? `${until(go)}; ${FINISHED}`
        : started({ delayMs: 2_000, promptNotSubmitted: true }, script([{ waitFor: go }, FINISH])),
    async drive(cell) {
      const first = await cell.next('task_adopted');
      await cell.event('task_waiting');
      const second = await cell.next('task_adopted');
      expect([first.found, second.found, second.step]).toEqual(['alive', 'alive', 'wait']);
      cell.release();
      const end = await cell.merged();
      cell.tell(KICKOFF, `adopted in its ${first.step}, has its prompt once; ${end}`);
      cell.tell(WORK, 'adopted, has its prompt once');
      expect(cell.facts('prompt')).toHaveLength(preset === 'command' ? 0 : 1);
      expect(cell.facts('started')).toHaveLength(preset === 'command' ? 0 : 1);
    },
  }),
};

async function killOwners(first: Live, start: () => Live, cells: readonly AgentCell[]): Promise<Live> {
  await Promise.all(cells.map((cell) => first.event('task_launched', ({ task }) => task === cell.task)));
  await kill(first);
  const second = start();
  const isLast = (cell: AgentCell) => cell.event('task_waiting');
  await Promise.all(cells.map(isLast));
  await kill(second);
  return start();
}

async function kill(live: Live): Promise<void> {
  live.kill('SIGKILL');
  await live.ended;
}
