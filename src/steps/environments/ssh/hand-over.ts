import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { PROPOSAL_FILE } from '../../../agent/forges.ts';
import type { TaskRuntime } from '../../../core/task-runtime.ts';
import { exec, ToolError } from '../../tools/exec.ts';
import type { LocalSignals } from './local-signals.ts';

const schema = z.object({ title: z.string().nullable(), body: z.string().nullable() });

/** Milliseconds between tries: of a network that is away for a while. */
const PAUSES = [2_000, 10_000, 30_000];
const LIMIT = 5 * 60_000;

/**
 * Does here what the agent's `agentrelay-complete` would do where the forge is known: pushes the branch, opens its pull
 * request, and writes `.done`. Throws `ToolError` with what it said.
 */
export async function handOver(
  runtime: TaskRuntime,
  signals: LocalSignals,
  run: { readonly graph: string; readonly runDirectory: string },
): Promise<void> {
  const { title, body } = schema.parse(JSON.parse(signals.read(PROPOSAL_FILE) ?? '{"title":null,"body":null}'));
  const args = [...(title === null ? [] : [`--title=${title}`]), ...(body === null ? [] : ['--body', '-'])];
  const env = {
    AGENTRELAY_SIGNAL_DIR: runtime.require('signalDir'),
    AGENTRELAY_GRAPH: run.graph,
    AGENTRELAY_TASK: runtime.task.id,
    AGENTRELAY_ATTEMPT: String(runtime.attempt),
    AGENTRELAY_TOKEN: runtime.token,
  };
  const options = { cwd: runtime.require('worktreePath'), env, timeout: LIMIT, signal: runtime.signal };
  for (let tries = 0; ; tries += 1) {
    try {
      await exec(join(run.runDirectory, 'bin/agentrelay-complete'), args, { ...options, input: body ?? '' });
      return;
    } catch (error) {
      const pause = PAUSES[tries];
      if (!(error instanceof ToolError) || pause === undefined) throw error;
      await delay(pause, undefined, { signal: runtime.signal });
    }
  }
}
