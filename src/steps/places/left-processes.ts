import { join } from 'node:path';
import { readExitCode, readLaunchedPid } from '../agent-wrapper.ts';
import { hashOf } from '../attempt-tokens.ts';
import { EXIT_CODE_FILE } from '../environments/process/agent-process.ts';
import { TurnFiles } from '../environments/process/turn-files.ts';
import { type MarkedProcess, markedProcesses } from '../tools/marked-process.ts';
import { stopMarked } from '../tools/process-session.ts';
import type { KnownAttempt } from './known-attempts.ts';
import type { LeftAgent, LeftAgentSearch } from './left-agents.ts';

const TOKEN = 'AGENTRELAY_TOKEN';

/** Processes of this machine that carry the token of an attempt, all of one attempt together. */
export async function leftProcesses({ attempts }: LeftAgentSearch): Promise<LeftAgent[]> {
  const byToken = Map.groupBy(markedProcesses(TOKEN), ({ value }) => value);
  const byHash = new Map([...byToken].map(([token, processes]) => [hashOf(token), { token, processes }]));
  return attempts.flatMap((attempt) => {
    const found = byHash.get(attempt.tokenHash);
    return found === undefined ? [] : [leftProcess(attempt, found)];
  });
}

function leftProcess(
  attempt: KnownAttempt,
  { token, processes }: { readonly token: string; readonly processes: readonly MarkedProcess[] },
): LeftAgent {
  const { run, task, number, tokenHash, signalDir, tornDown } = attempt;
  const folder = signalDir === null ? null : lastFolder(signalDir);
  const launched = folder === null ? null : readLaunchedPid(folder);
  const pids = processes.map(({ pid }) => pid);
  const name = String(pids.find((pid) => pid === launched) ?? Math.min(...pids));
  const hasEnded = folder !== null && readExitCode(join(folder, EXIT_CODE_FILE)) !== null;
  return {
    kind: 'process',
    ...{ name, run, task, attempt: number, tokenHash },
    alive: !tornDown && !hasEnded,
    stop: () => stopMarked(`${TOKEN}=${token}`),
  };
}

/** Where the wrapper of its last process has left its traces. */
function lastFolder(signalDir: string): string {
  return new TurnFiles(signalDir).last()?.folder ?? signalDir;
}
