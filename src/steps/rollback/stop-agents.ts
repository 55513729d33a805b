import { join } from 'node:path';
import type { RunState } from '../../core/run-state.ts';
import type { RunWithAgents } from '../agents-at-work.ts';
import { hashOf } from '../attempt-tokens.ts';
import { trimCapture } from '../environments/tmux-pane.ts';
import { attemptsOf } from '../places/known-attempts.ts';
import { findLeftAgents } from '../places/left-agents.ts';
import { panesOn, type TaggedPane } from '../tagged-panes.ts';
import { writeFileAtomic } from '../tools/atomic-file.ts';
import { exec } from '../tools/exec.ts';
import { stopSession } from '../tools/process-session.ts';
import { CLIENT_ENV } from '../tools/tmux-session.ts';

/**
 * Ends what is left of the agents of these tasks, wherever that is, and closes their panes, on every server that may have
 * some; what was shown is in their `agent.log` then. Returns the tasks that had one.
 */
export async function stopAgents(
  { graph, store, commonDir, servers }: RunWithAgents,
  state: RunState,
  tasks: readonly string[],
): Promise<string[]> {
  const attempts = attemptsOf(state).filter(({ task }) => tasks.includes(task));
  if (attempts.length === 0) return [];
  const stopped = new Set<string>();
  for (const pane of await panesOn(servers)) {
    if (pane.of.kind !== 'agent') continue;
    const { token } = pane.of.tag;
    // By its token: another repository may have a graph of this name.
    const attempt = attempts.find(({ tokenHash }) => tokenHash === hashOf(token));
    if (attempt === undefined) continue;
    // A dead pane was kept to be looked at.
    if (!pane.dead) stopped.add(attempt.task);
    await stop(pane, token, attempt.signalDir);
  }
  for (const left of await findLeftAgents({ graph, store, commonDir, attempts })) {
    if (left.alive) stopped.add(left.task);
    await left.stop();
  }
  return tasks.filter((task) => stopped.has(task));
}

async function stop({ server, pane, pid, dead }: TaggedPane, token: string, signalDir: string | null): Promise<void> {
  if (dead) return await stopSession(pid, `AGENTRELAY_TOKEN=${token}`);
  // A pane that has gone meanwhile is an answer.
  const tmux = async (argv: readonly string[]) =>
    await exec('tmux', [...server, ...argv], { env: CLIENT_ENV, timeout: 10_000, accept: [1] });
  const shown = await tmux(['capture-pane', '-p', '-J', '-t', pane, '-S', '-']);
  if (shown.exitCode === 0 && signalDir !== null) {
    const lines = trimCapture(shown.stdout.split('\n').map((line) => line.trimEnd()));
    const text = lines.map((line) => `${line}\n`).join('');
    writeFileAtomic(join(signalDir, 'agent.log'), text, { mode: 0o600, sync: false });
  }
  await stopSession(pid, `AGENTRELAY_TOKEN=${token}`);
  await tmux(['kill-pane', '-t', pane]);
}
