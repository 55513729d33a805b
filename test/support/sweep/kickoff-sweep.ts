import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { KickedOff } from '../../../src/core/steps.ts';
import { firstPrompt } from '../../../src/steps/frameworks/framework.ts';
import { standInRecord } from '../agents/install.ts';
import { type KickoffBench, kickoffBench, type StartedAgent } from '../kickoff-bench.ts';
import type { KickoffTrial } from './kickoff-cases.ts';

export interface KickoffResult {
  readonly task: string;
  readonly trial: KickoffTrial;
  readonly kicked: KickedOff | null;
  /** Milliseconds. */
  readonly took: number;
  readonly deviations: readonly string[];
}

export interface KickoffSweepOptions {
  readonly trials: readonly KickoffTrial[];
  /** How many are under way at once. */
  readonly jobs: number;
  /** Processes that do nothing but take time from the others. */
  readonly load: number;
}

/** Milliseconds in which a prompt that was sent twice would be seen. */
const AFTERWARDS = 3_000;

/** Kicks them all off; each must have accepted its prompt once when it is over. */
export async function sweepKickoffs(
  { trials, jobs, load }: KickoffSweepOptions,
  tell: (result: KickoffResult) => void,
): Promise<KickoffResult[]> {
  const bench = await kickoffBench();
  const burners = Array.from({ length: load }, () => spawn(process.execPath, ['-e', 'for (;;);'], { stdio: 'ignore' }));
  const results: KickoffResult[] = [];
  const waiting = [...trials.entries()];
  const work = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const result = await tryKickoff(bench, `kickoff_${next[0] + 1}`, next[1]);
      results.push(result);
      tell(result);
    }
  };
  try {
    await Promise.all(Array.from({ length: jobs }, work));
  } finally {
    await Promise.all(burners.map(endBurner));
    await bench.end();
  }
  return results;
}

async function tryKickoff(bench: KickoffBench, task: string, trial: KickoffTrial): Promise<KickoffResult> {
  const began = performance.now();
  const started = await bench.start({ task, ...trial, approvals: 'skip' });
  const kicked = await started.kickoff().catch((error: unknown) => error as Error);
  const took = performance.now() - began;
  const failed = kicked instanceof Error ? [`${kicked.name}: ${kicked.message}`] : [];
  await delay(AFTERWARDS);
  const deviations = [...failed, ...wrongWith(bench, task, started)];
  await started.end();
  return { task, trial, kicked: kicked instanceof Error ? null : kicked, took, deviations };
}

function wrongWith({ folder }: KickoffBench, task: string, { signalDir }: StartedAgent): string[] {
  const record = standInRecord(folder, task);
  const prompt = firstPrompt(join(signalDir, 'instructions.md'));
  // A line break that Enter has made is no part of it.
  const accepted = record.flatMap((fact) => (fact.kind === 'prompt' ? [fact.text.replace(/\n+$/, '')] : []));
  const wrong = accepted.length === 1 && accepted[0] === prompt ? [] : [`accepted: ${JSON.stringify(accepted)}`];
  for (const fact of record) {
    if (fact.kind === 'answer' && fact.bad) wrong.push(`answered ${fact.to} with ${fact.text}`);
    if (fact.kind === 'mistake') wrong.push(`pressed ${fact.key} where it means nothing (${fact.where})`);
    if (fact.kind === 'exited') wrong.push(`exited with ${fact.code}`);
  }
  return wrong;
}

async function endBurner(burner: ChildProcess): Promise<void> {
  if (burner.exitCode !== null || burner.signalCode !== null) return;
  const gone = once(burner, 'exit');
  burner.kill('SIGKILL');
  await gone;
}
