/** A client that finds these takes itself for a part of that job: agentrelay may run in one. */
export const OF_A_JOB = ['SLURM_JOB_ID', 'SLURM_JOBID', 'SLURM_STEP_ID', 'SLURM_STEPID', 'SLURM_STEP_NUM_TASKS'];

/** Where the cluster is. */
const KEPT = new Set(['SLURM_CONF', 'SLURM_CLUSTERS']);

/**
 * Names of variables that clients of Slurm must not see: of a job that agentrelay itself runs in, and those that have
 * answers look otherwise. A person's own wishes for `srun`, such as `SLURM_ACCOUNT`, are none of these.
 */
export function clientVariables(own: NodeJS.ProcessEnv): string[] {
  const isInJob = OF_A_JOB.some((name) => own[name] !== undefined);
  const isForeign = (name: string) =>
    /^(SQUEUE|SCANCEL)_/.test(name) || (isInJob && /^(SLURM|SLURMD|SRUN|SBATCH|SALLOC)_/.test(name) && !KEPT.has(name));
  return Object.keys(own).filter(isForeign);
}
