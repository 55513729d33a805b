import type { PlaceFailure } from '../../../core/agent-handle.ts';
import type { PlaceFailureCode } from '../../../core/place-failure.ts';
import type { KnownJob } from './job-board.ts';
import { hasEnded } from './jobs.ts';
import { NOT_SHARED } from './srun.ts';

/** What Slurm's words mean: codes that use up no attempt, since nobody's work is at fault. */
const LOST: Readonly<Record<string, readonly [PlaceFailureCode, string]>> = {
  NODE_FAIL: ['node_failed', 'its node failed'],
  BOOT_FAIL: ['node_failed', 'its node did not start'],
  PREEMPTED: ['preempted', 'it had to make way for another job'],
  TIMEOUT: ['job_time_limit', 'its time was up; `time` of the environment asks for more'],
  DEADLINE: ['job_time_limit', 'its deadline came'],
  CANCELLED: ['job_lost', 'somebody else cancelled it'],
  REVOKED: ['job_lost', 'another cluster took it'],
};

/** Of these its agent is to blame, or the graph. */
const FAILED: Readonly<Record<string, readonly [string, string]>> = {
  OUT_OF_MEMORY: [
    'job_out_of_memory',
    'it used more memory than it had asked for; `memory` of the environment says how much',
  ],
};

export interface EndedJob {
  readonly name: string;
  readonly job: KnownJob;
  /** Where its node said that it has it, for a job that Slurm does not remember. */
  readonly node: string | null;
  /** Of the agent; null where the wrapper beside it has left none. */
  readonly exitCode: number | null;
  /** Of `srun`, which is only a hint. */
  readonly clientCode: number | null;
}

/** Why the agent of a job went without its own doing; null where it runs, or where it ended by itself. */
export function jobFailure(ended: EndedJob): PlaceFailure | null {
  const { job, exitCode, clientCode } = ended;
  if (job !== null && !hasEnded(job)) return null;
  const [code, why] = LOST[job?.state ?? ''] ?? [];
  if (code !== undefined && why !== undefined) return { code, message: `${what(ended)}: ${why}` };
  if (exitCode !== null) return null;
  const [failed, because] = FAILED[job?.state ?? ''] ?? [];
  if (failed !== undefined) return { code: failed, message: `${what(ended)}: ${because}` };
  if (clientCode === NOT_SHARED) {
    const message = `${what(ended)}: the node does not see the worktree or cannot write beside it; both must be on a file system that the nodes share`;
    return { code: 'worktree_not_shared', message };
  }
  if (job === null && clientCode !== null && ended.node === null) {
    return { code: 'job_refused', message: `Slurm took no job ${ended.name}: srun exited ${clientCode}` };
  }
  if (job === null || job.state === 'COMPLETED') {
    return { code: 'job_lost', message: `${what(ended)}: its agent has left no exit code` };
  }
  return { code: 'job_failed', message: `${what(ended)}: its agent was not seen to end` };
}

/** In Slurm's own words. */
function what({ name, job, node }: EndedJob): string {
  if (job === null) return `job ${name}${node === null ? '' : ` on ${node}`} is one that Slurm does not know any more`;
  const where = (job.node ?? node) === null ? '' : ` on ${job.node ?? node}`;
  return `job ${job.id}${where} ended as ${job.state}${job.reason === null ? '' : ` (${job.reason})`}`;
}
