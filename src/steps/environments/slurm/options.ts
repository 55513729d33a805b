import { UserError } from '../../../core/errors.ts';
import { parseDuration } from '../../../core/graph/duration.ts';
import type { AgentEnvironment } from '../../../core/graph/graph.ts';

/** What a job is asked for with. */
export interface SlurmOptions {
  /** Of `srun`: long options, each with its value in the same word. */
  readonly resources: readonly string[];
  /** Milliseconds; null for as long as it takes. */
  readonly queueTimeout: number | null;
}

/** Given by agentrelay itself, or such that it would lose sight of the job. */
const OURS = [
  'job-name',
  'chdir',
  'pty',
  'export',
  'export-file',
  'jobid',
  'ntasks',
  'nodes',
  'ntasks-per-node',
  'output',
  'error',
  'input',
  'multi-prog',
  'het-group',
  'clusters',
  'overlap',
  'test-only',
  'help',
  'usage',
  'version',
];

/** The keys of an environment `slurm`, as the schema has checked them. Throws `UserError` for arguments that cannot be. */
export function slurmOptions(environment: AgentEnvironment): SlurmOptions {
  const text = (key: string) => {
    const value = environment[key];
    return typeof value === 'string' || typeof value === 'number' ? String(value) : null;
  };
  const option = (name: string, value: string | null) => (value === null ? [] : [`--${name}=${value}`]);
  const extra = Array.isArray(environment.arguments) ? environment.arguments.map(String) : [];
  for (const argument of extra) requireHarmless(argument);
  return {
    resources: [
      ...option('partition', text('partition')),
      ...option('account', text('account')),
      ...option('qos', text('qos')),
      ...option('constraint', text('constraint')),
      ...option('cpus-per-task', text('cpus')),
      ...option('mem', memoryOf(text('memory'))),
      ...option('gres', text('gres')),
      ...option('time', minutesOf(durationOf(environment.time))),
      ...extra,
    ],
    queueTimeout: durationOf(environment.queue_timeout),
  };
}

/** A word alone could be the program, or the value of the next option of ours; `srun` takes any beginning of a name. */
function requireHarmless(argument: string): void {
  const name = /^--([a-z][a-z0-9-]*)(=|$)/.exec(argument)?.[1];
  if (name === undefined) {
    throw new UserError(`environment.arguments of slurm: ${JSON.stringify(argument)} is not an option of srun`, {
      hint: 'write each as one word with its long name: --name or --name=value',
    });
  }
  const taken = OURS.find((ours) => ours.startsWith(name));
  if (taken === undefined) return;
  throw new UserError(`environment.arguments of slurm: ${argument} is not yours to say`, {
    hint: `agentrelay needs --${taken} itself, to find the job again and to know how it ends`,
  });
}

function durationOf(value: unknown): number | null {
  return typeof value === 'string' || typeof value === 'number' ? parseDuration(value) : null;
}

/** Slurm counts minutes. */
function minutesOf(milliseconds: number | null): string | null {
  return milliseconds === null ? null : String(Math.ceil(milliseconds / 60_000));
}

/** Slurm knows no bytes. */
function memoryOf(size: string | null): string | null {
  if (size === null) return null;
  const [, digits = '', unit = 'b'] = /^(\d+)([bkmg]?)$/i.exec(size) ?? [];
  return unit === '' || unit.toLowerCase() === 'b'
    ? `${Math.ceil(Number(digits) / 1024)}K`
    : `${digits}${unit.toUpperCase()}`;
}
