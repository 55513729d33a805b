import { createHash } from 'node:crypto';
import type { SandboxUse } from '../sandbox.ts';

/** What a container says of itself, for those who look for it. */
export interface Labels {
  readonly graph: string;
  readonly run: string;
  readonly task: string;
  readonly attempt: string;
  readonly purpose: string;
  /** A hash, by which nobody can signal: labels can be read by all who may use the engine. */
  readonly token: string;
  /** The git folder of the repository: graphs of others may have the same name. */
  readonly repository: string;
}

/** As the engine has them. */
export const LABELS: Readonly<Record<keyof Labels, string>> = {
  graph: 'agentrelay.graph',
  run: 'agentrelay.run',
  task: 'agentrelay.task',
  attempt: 'agentrelay.attempt',
  purpose: 'agentrelay.purpose',
  token: 'agentrelay.token',
  repository: 'agentrelay.repository',
};

export function labelsOf({ runtime, purpose, graph, commonDir }: SandboxUse): Labels {
  return {
    graph,
    run: String(runtime.run),
    task: runtime.task.id,
    attempt: String(runtime.attempt),
    purpose,
    token: tokenMark(runtime.token),
    repository: commonDir,
  };
}

export function readLabels(labels: Readonly<Record<string, string>>): Labels {
  const entries = Object.entries(LABELS).map(([key, label]) => [key, labels[label] ?? '']);
  return Object.fromEntries(entries) as Record<keyof Labels, string>;
}

/** One of these is made at most once: a second is refused by the engine. Ids are of letters that every engine takes. */
export function containerName(use: SandboxUse): string {
  const { graph, run, task, attempt, purpose, token } = labelsOf(use);
  return ['agentrelay', graph, run, task, attempt, purpose, token.slice(0, 12)].join('-');
}

function tokenMark(token: string): string {
  return createHash('sha256').update(`container of ${token}`).digest('hex').slice(0, 32);
}
