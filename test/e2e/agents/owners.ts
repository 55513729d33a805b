import { expect } from 'vitest';
import { type StartScript, script, started } from '../../support/agents/script.ts';
import type { AgentCell } from '../../support/presets/agent-cell.ts';
import { absent, type Situation } from '../../support/presets/situation.ts';
import type { Live } from '../../support/run-fixture.ts';
import { FINISH, FINISHED, until } from './words.ts';

const KICKOFF = 'owner killed in the kickoff';
const WORK = 'owner killed while it works';

/** A login holds it up until a person sees to it, and then the prompt is not submitted. */
const HELD_UP: StartScript = {
  dialogs: [{ name: 'login', always: true }],
  loginSucceeds: true,
  promptNotSubmitted: true,
};

/**
 * Its owner is killed before its program is ready; the next one as soon as one of the agents has taken its prompt, whatever
 * the others are doing; and the next one while they work.
 */
export const ORPHANED: Situation = {
  id: 'orphaned',
  rows: [KICKOFF, WORK],
  meddle: killOwners,
  plan: (preset) => ({
    script: (go) =>
      preset === 'command' ? `${until(go)}; ${FINISHED}` : started(HELD_UP, script([{ waitFor: go }, FINISH])),
    async drive(cell) {
      const adopted = [
        await cell.next('task_adopted'),
        await cell.next('task_adopted'),
        await cell.next('task_adopted'),
      ];
      expect(adopted.map(({ found }) => found)).toEqual(['alive', 'alive', 'alive']);
      cell.release();
      const end = await cell.merged();
      const count = preset === 'command' ? 0 : 1;
      expect([cell.facts('started').length, cell.facts('prompt').length]).toEqual([count, count]);
      const [first, , last] = adopted;
      expect([first?.step, last?.step]).toEqual([preset === 'command' ? 'wait' : 'kickoff', 'wait']);
      const what = 'adopted, and once more while prompts are taken; has its prompt once';
      cell.tell(KICKOFF, preset === 'command' ? absent('it has its prompt when it runs') : `${what}; ${end}`);
      cell.tell(WORK, 'adopted, and has its prompt once');
    },
  }),
};

async function killOwners(first: Live, start: () => Live, cells: readonly AgentCell[]): Promise<Live> {
  const held = cells.filter(({ preset }) => preset !== 'command');
  await Promise.all(cells.map((cell) => cell.event(held.includes(cell) ? 'agent_login_required' : 'task_waiting')));
  await kill(first);
  const second = start();
  await adoptedBy(second, cells);
  for (const cell of held) cell.press('Enter');
  await Promise.any(held.map((cell) => cell.fact('prompt')));
  await kill(second);
  const third = start();
  await Promise.all(cells.map((cell) => cell.event('task_waiting')));
  await adoptedBy(third, cells);
  await kill(third);
  return start();
}

/** One that is killed sooner has adopted nobody. */
async function adoptedBy(live: Live, cells: readonly AgentCell[]): Promise<void> {
  await Promise.all(cells.map(({ task }) => live.event('task_adopted', (event) => event.task === task)));
}

async function kill(live: Live): Promise<void> {
  live.kill('SIGKILL');
  await live.ended;
}
