import { expect } from 'vitest';
import { type Action, script } from '../../support/agents/script.ts';
import type { AgentCell } from '../../support/presets/agent-cell.ts';
import type { Preset } from '../../support/presets/preset-table.ts';
import { absent, type Situation } from '../../support/presets/situation.ts';
import { ANY_PROGRAM, ERRORS, FINISH, FINISHED, LIMITS, LOGINS, until } from './words.ts';

const BUSY = 'told something while it works';
const LIMIT = 'usage limit';
const ERROR = 'error of the API';
const LOGIN = 'login is lost';

/** These read what is typed only when they wait for it. */
const WAITS: ReadonlySet<Preset> = new Set(['aider', 'cursor']);

/** It is sent something while it works; runs into a limit; into an error; loses its login. */
export const TROUBLED: Situation = {
  id: 'troubled',
  rows: [BUSY, LIMIT, ERROR, LOGIN],
  plan: (preset) => ({
    script: (go) =>
      preset === 'command'
        ? `${until(go)}; IFS= read -r line; printf '%s\\n' "$line" >"$HOME/$AGENTRELAY_TASK.heard"; ${FINISHED}`
        : script([{ waitFor: go }, { say: 'Done with that.' }], ...troubles(preset)),
    async drive(cell) {
      await cell.next('task_waiting');
      cell.tell(BUSY, await told(cell));
      if (preset === 'command') for (const row of [LIMIT, ERROR, LOGIN]) cell.tell(row, absent(ANY_PROGRAM));
      else {
        cell.tell(LIMIT, await limited(cell));
        await cell.next('agent_idle');
        const { result } = await cell.next('task_nudged');
        cell.tell(ERROR, `idle told, nudged (${result})`);
        await cell.next('agent_login_required');
        await cell.send('You are logged in again: go on.');
        const end = await cell.merged();
        cell.tell(LOGIN, `login_required told; sent to, it goes on; ${end}`);
      }
      if (preset === 'command') await cell.merged();
    },
  }),
};

/** By the prompts that lead to them: what it was sent, to go on, the nudge, to go on. */
function troubles(preset: Exclude<Preset, 'command'>): (readonly Action[])[] {
  const limit: Action = {
    limit: LIMITS[preset](),
    // It tries by itself until it succeeds.
    ...(preset === 'opencode' ? { continuesAfter: 4_000 } : {}),
  };
  const error: readonly Action[] = [{ apiError: ERRORS[preset], retries: 1 }];
  const login: readonly Action[] = [{ loginError: LOGINS[preset] }];
  return preset === 'opencode'
    ? [[limit, { work: 4_000 }, ...error], login, [FINISH]]
    : [[limit], error, login, [FINISH]];
}

async function told(cell: AgentCell): Promise<string> {
  const sent = cell.send('And then this.');
  // Otherwise it is over before it can be sent anything.
  if (WAITS.has(cell.preset)) await cell.asked();
  else await sent;
  cell.release();
  await sent;
  const { result } = await cell.next('task_prompted');
  if (cell.preset === 'command') return `${result}: it stands in its terminal until it reads it`;
  const { from } = await cell.fact('prompt', 2);
  const how = {
    typed: 'typed when its turn was over',
    queued: 'it keeps it for later',
    steered: 'its turn takes it up',
  };
  return `${result}: ${how[from as keyof typeof how]}`;
}

async function limited(cell: AgentCell): Promise<string> {
  const { until: end } = await cell.next('agent_usage_limited');
  expect(Date.parse(end ?? '')).toBeGreaterThan(Date.now());
  await cell.next('task_parked');
  if (cell.preset === 'opencode') {
    await cell.event('task_unparked');
    return 'told until when, parked; it goes on by itself';
  }
  await cell.send('Your limit was raised: go on.');
  await cell.event('task_unparked');
  return 'told until when, parked; sent to by a person, it goes on';
}
