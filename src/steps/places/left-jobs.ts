import { isJobOf, type JobOwner } from '../environments/slurm/job-names.ts';
import { cancelJobs, findJobs, type Job } from '../environments/slurm/jobs.ts';
import { isMissing } from '../tools/exec.ts';
import type { LeftAgent, LeftAgentSearch } from './left-agents.ts';
import { usesEnvironment } from './used-places.ts';

/** Jobs of these attempts that are queued or run; nobody is asked where no agent was ever to be one. */
export async function leftJobs({ graph, attempts, used }: LeftAgentSearch): Promise<LeftAgent[]> {
  if (!usesEnvironment(used, 'slurm')) return [];
  const owners = attempts.map((attempt) => {
    const { run, task, number, tokenHash } = attempt;
    return { attempt, owner: { graph, run, task, attempt: number, tokenHash } satisfies JobOwner };
  });
  const ownerOf = ({ name }: Pick<Job, 'name'>) => owners.find(({ owner }) => isJobOf(name, owner));
  const jobs = await noneWithoutSlurm(findJobs((name) => ownerOf({ name }) !== undefined));
  return jobs.flatMap((job): LeftAgent[] => {
    const found = ownerOf(job);
    if (found === undefined) return [];
    const { graph: _, ...of } = found.owner;
    const name = job.node === null ? job.id : `${job.id} on ${job.node}`;
    return [{ kind: 'job', name, ...of, alive: !found.attempt.tornDown, stop: () => end(job) }];
  });
}

/** What a node that does not answer still has of it, Slurm ends when it can. */
async function end({ name }: Job): Promise<void> {
  await cancelJobs([name]);
}

async function noneWithoutSlurm(work: Promise<Job[]>): Promise<Job[]> {
  try {
    return await work;
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}
