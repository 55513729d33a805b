import { UserError } from '../../core/errors.ts';
import { hashOf } from '../attempt-tokens.ts';
import { ConnectionLost, SshConnection } from '../environments/ssh/connection.ts';
import { SERVER } from '../environments/ssh/host.ts';
import { keyOf, type Machine, machineOf, nameOf } from '../environments/ssh/machine.ts';
import { type PlaceRecord, readPlaceRecord, writePlaceRecord } from '../environments/ssh/place-record.ts';
import { scriptWith } from '../environments/ssh/remote-clone.ts';
import { shellCommand } from '../environments/ssh/ssh-argv.ts';
import { type Survey, survey } from '../environments/ssh/survey.ts';
import { LIST_PANES, type ListedPane, parsePanes } from '../environments/tmux-pane.ts';
import { emptySession } from '../tools/tmux-session.ts';
import type { KnownAttempt } from './known-attempts.ts';
import type { LeftAgent, LeftAgentSearch } from './left-agents.ts';
import { usesEnvironment } from './used-places.ts';

/** Milliseconds for which a machine is asked to answer. */
const PATIENCE = 15_000;
/** Programs have a second to end by themselves, some rounds long. */
const STOP = 30_000;

interface RemoteAttempt {
  readonly attempt: KnownAttempt;
  readonly signalDir: string;
  readonly record: PlaceRecord;
  readonly machine: Machine;
}

/** Agents on other machines; only those are asked on which an attempt was that nobody has brought home. */
export async function leftRemotes(search: LeftAgentSearch): Promise<LeftAgent[]> {
  if (!usesEnvironment(search.used, 'ssh')) return [];
  const away = search.attempts.flatMap((attempt) => remoteAttempt(attempt, search.store.root) ?? []);
  const byMachine = Map.groupBy(away, ({ machine }) => keyOf(machine));
  return (await Promise.all([...byMachine.values()].map(onMachine))).flat();
}

function remoteAttempt(attempt: KnownAttempt, root: string): RemoteAttempt | null {
  const { signalDir, tornDown } = attempt;
  const record = signalDir === null ? null : readPlaceRecord(signalDir);
  if (signalDir === null || record === null || record.removed) return null;
  // An abandoned one may have gone on there.
  if ((tornDown || record.released) && !record.abandoned) return null;
  return { attempt, signalDir, record, machine: machineOf(record.environment, root) };
}

async function onMachine(attempts: readonly RemoteAttempt[]): Promise<LeftAgent[]> {
  const [{ machine }] = attempts as [RemoteAttempt];
  const where = nameOf(machine);
  try {
    const panes = await onceThere(machine, listPanes);
    return panes.flatMap((pane) => {
      const found = attempts.find(({ attempt }) => attempt.tokenHash === hashOf(pane.tag.token));
      if (found === undefined) return [];
      const name = `pane ${pane.id} on ${where}`;
      return [leftAgent(found, name, !pane.dead, () => onceThere(machine, (there) => end(pane, there)))];
    });
  } catch (error) {
    if (!(error instanceof ConnectionLost)) throw error;
    // Whoever cannot be asked may be at work.
    return attempts.map((one) => leftAgent(one, `${where}, which cannot be reached`, true, () => unreachable(where)));
  }
}

function leftAgent(
  { attempt, record, signalDir }: RemoteAttempt,
  name: string,
  runs: boolean,
  end: () => Promise<void>,
): LeftAgent {
  const { run, task, number, tokenHash, tornDown } = attempt;
  const stop = async () => {
    await end();
    if (record.abandoned) writePlaceRecord(signalDir, { ...record, abandoned: false });
  };
  return { kind: 'remote', name, run, task, attempt: number, tokenHash, alive: runs && !tornDown, stop };
}

interface There {
  readonly found: Survey;
  run(script: string, options?: Parameters<SshConnection['run']>[1]): Promise<string>;
}

/** Over a connection that is there for no longer. Throws `ConnectionLost`. */
async function onceThere<T>(machine: Machine, work: (there: There) => Promise<T>): Promise<T> {
  const connection = new SshConnection({ ...machine, reconnectTimeout: PATIENCE });
  try {
    await connection.ready({ patience: PATIENCE });
    const found = await survey(connection);
    return await work({
      found,
      run: async (script, options) => (await connection.run(scriptWith(found.searchPath, script), options)).stdout,
    });
  } finally {
    await connection.close();
  }
}

async function listPanes({ run }: There): Promise<ListedPane[]> {
  const listed = await run(`${shellCommand(['tmux', ...SERVER, ...LIST_PANES])} 2>/dev/null || true`);
  return parsePanes(listed.split('\n'));
}

/** By the program that was sent there; any version of it can. */
async function end({ id, pid, tag }: ListedPane, { found, run }: There): Promise<void> {
  const program = `${shellCommand([`${found.directory}/programs/`])}agent-remote-*.mjs`;
  const stop = `exec ${shellCommand([found.node])} "$program" place stop ${pid}`;
  await run(`for program in ${program}; do [ ! -e "$program" ] || ${stop}; done`, {
    input: `AGENTRELAY_TOKEN=${tag.token}\n`,
    timeout: STOP,
  });
  const tmux = (...words: string[]) => `${shellCommand(['tmux', ...SERVER, ...words])} 2>/dev/null`;
  // The condition holds for whichever session it is asked of.
  const { condition } = emptySession('', 0);
  await run(`${tmux('kill-pane', '-t', id)}
${tmux('list-sessions', '-F', '#{session_id}', '-f', condition)} | while read -r session; do
  ${tmux('kill-session')} -t "$session" </dev/null
done
true`);
}

async function unreachable(where: string): Promise<never> {
  throw new UserError(`${where} cannot be reached, and an agent may be at work there`, {
    hint: 'the same command again, once it can be',
  });
}
