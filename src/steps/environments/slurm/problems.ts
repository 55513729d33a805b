import { UserError } from '../../../core/errors.ts';
import type { Graph, GraphTask } from '../../../core/graph/graph.ts';
import { exec, ToolError } from '../../tools/exec.ts';
import { findProgram } from '../../tools/find-program.ts';
import { slurmOptions } from './options.ts';

const PROGRAMS = ['srun', 'squeue', 'scancel', 'scontrol'];
/** Milliseconds; a controller that is away is asked again and again by its clients. */
const PATIENCE = 20_000;

/** What would keep a graph's jobs from running; one `UserError` for each thing. */
export async function slurmProblems(graph: Graph): Promise<UserError[]> {
  const tasks = graph.tasks.filter(isJob);
  if (tasks.length === 0) return [];
  const missing = missingPrograms();
  const problems = [...new Map(tasks.flatMap(taskProblems).map((error) => [error.message, error])).values()];
  if (missing !== null) return [...problems, missing];
  const silent = await askController();
  return silent === null ? problems : [...problems, silent];
}

/** Such as `slurm-wlm 22.05.8; main: 2 idle`. Throws `UserError` where there is no cluster. */
export async function clusterFound(): Promise<string> {
  const problem = missingPrograms() ?? (await askController());
  if (problem !== null) throw problem;
  const [version, nodes] = await Promise.all([
    exec('srun', ['--version'], { timeout: PATIENCE }),
    exec('sinfo', ['-h', '-o', '%P %D %T'], { timeout: PATIENCE, accept: [1] }),
  ]);
  const partitions = new Map<string, string[]>();
  for (const line of nodes.stdout.split('\n')) {
    const [name = '', count = '', state = ''] = line.split(' ');
    if (state !== '') partitions.set(name, [...(partitions.get(name) ?? []), `${count} ${state}`]);
  }
  return [
    version.stdout,
    ...[...partitions].map(([name, states]) => `${name.replace('*', '')}: ${states.join(', ')}`),
  ].join('; ');
}

export function isJob({ primaryAgent }: Pick<GraphTask, 'primaryAgent'>): boolean {
  return primaryAgent.environment.type === 'slurm';
}

function taskProblems({ id, primaryAgent, isolation }: GraphTask): UserError[] {
  const problems: UserError[] = [];
  if (isolation.sandbox === 'oci' && primaryAgent.isolation.sandbox !== 'oci') {
    const hint = 'sandbox: bwrap works on the nodes of a cluster';
    problems.push(new UserError(`task ${id} asks for the sandbox oci in the environment slurm`, { hint }));
  }
  try {
    slurmOptions(primaryAgent.environment);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    problems.push(error);
  }
  return problems;
}

function missingPrograms(): UserError | null {
  const missing = PROGRAMS.filter((name) => findProgram(name, '/', process.env.PATH ?? '') === null);
  if (missing.length === 0) return null;
  return new UserError(
    `the environment slurm needs ${missing.join(', ')}, which ${missing.length > 1 ? 'are' : 'is'} not on PATH`,
    {
      hint: 'start agentrelay on a login node of the cluster, or install its clients (Debian: slurm-client)',
    },
  );
}

async function askController(): Promise<UserError | null> {
  const hint = 'scontrol ping; SLURM_CONF says which cluster';
  try {
    const { stdout } = await exec('scontrol', ['ping'], { timeout: PATIENCE, accept: [1] });
    if (/ is UP\b/.test(stdout)) return null;
    return new UserError(`no controller of Slurm answers: ${stdout.trim() || 'scontrol ping says nothing'}`, { hint });
  } catch (error) {
    if (!(error instanceof ToolError)) throw error;
    return new UserError(`Slurm does not answer: ${error.stderr.trim() || error.message}`, { hint, cause: error });
  }
}
