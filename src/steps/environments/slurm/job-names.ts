import type { TaskRuntime } from '../../../core/task-runtime.ts';
import type { Purpose } from '../../isolation/sandbox.ts';

/** The attempt that a job is for. */
export interface JobOwner {
  readonly graph: string;
  readonly run: number;
  readonly task: string;
  readonly attempt: number;
  /** As the journal has it: the token itself is nobody's to see in a queue. */
  readonly tokenHash: string;
}

/** Of an attempt that is under way. */
export function ownerOf({ run, task, attempt, tokenHash }: TaskRuntime, graph: string): JobOwner {
  return { graph, run, task: task.id, attempt, tokenHash };
}

/** Of the hash: no other run on this cluster has the same, of whatever repository. */
const HASH_LENGTH = 12;

/** By which an attempt's job is found again: an attempt has one, and never a second. */
export function jobName({ graph, run, task, attempt, tokenHash }: JobOwner, purpose: Purpose = 'agent'): string {
  const name = [...['ar', graph, run, task, attempt], tokenHash.slice(0, HASH_LENGTH)].join('-');
  return purpose === 'agent' ? name : `${name}-${purpose}`;
}

/** Whether a job of this name is one of the attempt's: its agent's, or that of a command beside it. */
export function isJobOf(name: string, owner: JobOwner): boolean {
  const own = jobName(owner);
  return name === own || name.startsWith(`${own}-`);
}
