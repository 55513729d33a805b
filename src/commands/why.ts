import { join } from 'node:path';
import { attemptDirectory } from '../core/names.ts';
import { replay } from '../core/reduce.ts';
import type { AttemptState, RunState } from '../core/run-state.ts';
import { type Why, whyTask } from '../core/why.ts';
import { findSetupLog, LOG, RAW_LOG, readLogTail } from '../steps/agent-log.ts';
import type { Io } from './io.ts';
import { findRun, type RecordedRunOptions } from './recorded-run.ts';
import { runOwner } from './run-owner.ts';
import { type WhyLinesOptions, whyLines } from './why-lines.ts';

/** Lines of a log that are shown of an attempt that failed. */
const EVIDENCE_LINES = 12;

/** Why a task is where it is, to the root of it. Resolves to the exit code. */
export async function why(options: RecordedRunOptions & { task: string; json: boolean }, io: Io): Promise<number> {
  const { store, graph, run } = await findRun(options);
  const state = replay(store.journal(run).events);
  const owner = runOwner(store, run);
  const found = whyTask(state, options.task, owner !== null);
  if (options.json) {
    io.out(JSON.stringify({ graph, run, owner, ...found }));
    return 0;
  }
  const evidence = evidenceOf(state, found, store.runDirectory(run));
  const shown = whyLines(found, { graph, named: options, now: Date.now(), evidence });
  for (const line of shown) io.out(line);
  if (owner === null && state.outcome !== 'succeeded') io.err(`agentrelay: nobody runs ${graph} now`);
  return 0;
}

/** The end of what the failed attempt at the root has left: of what failed it, or of its agent. */
function evidenceOf(state: RunState, found: Why, runDirectory: string): WhyLinesOptions['evidence'] {
  const last = found.chain.at(-1) ?? { subject: { task: found.task }, reason: found.reason };
  if (!('task' in last.subject) || last.reason.kind !== 'failed') return null;
  const { task } = last.subject;
  const attempt = state.tasks.get(task)?.attempts.at(-1);
  if (attempt === undefined) return null;
  // Where it failed before it was prepared, nothing has told its folder.
  const folder = attempt.signalDir ?? join(runDirectory, attemptDirectory(task, attempt.number));
  for (const path of evidenceFiles(attempt, folder)) {
    const lines = readLogTail(path, EVIDENCE_LINES, 'to_the_end')?.lines ?? [];
    if (lines.length > 0) return { path, lines };
  }
  return null;
}

function evidenceFiles({ failure, lastGate, agent }: AttemptState, folder: string): string[] {
  const gate = failure?.code === 'gate_failed' ? lastGate?.output : null;
  const setup = agent === null ? findSetupLog(folder) : null;
  const logs = [LOG, RAW_LOG].map((name) => join(folder, name));
  return [...(gate == null ? [] : [gate]), ...(setup === null ? logs : [setup])];
}
