import { STAYS_VARIABLE } from '../../agent-wrapper.ts';
import { clientVariables, OF_A_JOB } from './client-variables.ts';

/** Where a node says which job has it, and in which step. */
export interface JobPlace {
  readonly id: string;
  readonly step: string;
  readonly node: string;
}

/** What the node exits with where it does not see the files of this machine. */
export const NOT_SHARED = 121;

/**
 * Runs on the node: `sh -c SCRIPT agent-job WORKTREE JOB_FILE PROGRAM [ARGUMENT...]`. Slurm itself starts programs in
 * /tmp, without a word, where the directory is missing. Given as it is, since the node may see no file of ours.
 */
const ON_NODE = `cd "$1" && { [ -e "$2" ] || echo "$SLURM_JOB_ID $SLURM_STEP_ID $SLURMD_NODENAME" >"$2"; } || {
  echo "agentrelay: node $SLURMD_NODENAME does not see $1, or cannot write $2" >&2
  exit ${NOT_SHARED}
}
shift 2
${STAYS_VARIABLE}=1 exec "$@"
`;

export interface SrunOptions {
  /** Of a job of its own, with what it is asked for with; or the id of a job that runs, of which it becomes a step. */
  readonly job: { readonly name: string; readonly resources: readonly string[] } | { readonly stepOf: string };
  /** Absolute, as the one below: what they start in, and where the node tells which job that is. */
  readonly cwd: string;
  readonly jobFile: string;
  /** With a terminal. */
  readonly tty: boolean;
}

/** The client that has a program run on a node, and shows what it prints; its own exit code says nothing. */
export function srunArgv(argv: readonly string[], { job, cwd, jobFile, tty }: SrunOptions): string[] {
  const unset = new Set([...OF_A_JOB, ...clientVariables(process.env)]);
  return [
    'env',
    ...[...unset].flatMap((name) => ['-u', name]),
    'srun',
    ...(tty ? ['--pty'] : ['--quiet', '--input=none']),
    ...['--nodes=1', '--ntasks=1', '--export=ALL', `--chdir=${cwd}`],
    // Last, so that whatever it lacks is not taken from ours.
    ...('stepOf' in job
      ? [`--jobid=${job.stepOf}`, '--overlap', '--mem=0']
      : [`--job-name=${job.name}`, ...job.resources]),
    ...['/bin/sh', '-c', ON_NODE, 'agent-job', cwd, jobFile],
    ...argv,
  ];
}

/** Null while the node has not told. */
export function parseJobPlace(text: string | null): JobPlace | null {
  const [, id, step, node] = /^(\d+) (\S+) (\S+)\n$/.exec(text ?? '') ?? [];
  return id === undefined || step === undefined || node === undefined ? null : { id, step, node };
}
