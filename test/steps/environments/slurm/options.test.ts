import { describe, expect, test } from 'vitest';
import { slurmOptions } from '../../../../src/steps/environments/slurm/options.ts';

const of = (keys: object) => slurmOptions({ type: 'slurm', ...keys });

test('each key is an option of srun, with its value in the same word', () => {
  const keys = { partition: 'gpu', account: 'lab', qos: 'high', constraint: 'a100&ib', cpus: 8, gres: 'gpu:1' };
  expect(of({ ...keys, memory: '4g', time: '1h30m', queue_timeout: '10m', arguments: ['--exclusive'] })).toEqual({
    resources: [
      ...['--partition=gpu', '--account=lab', '--qos=high', '--constraint=a100&ib', '--cpus-per-task=8', '--mem=4G'],
      ...['--gres=gpu:1', '--time=90', '--exclusive'],
    ],
    queueTimeout: 600_000,
  });
  expect(of({})).toEqual({ resources: [], queueTimeout: null });
});

test('Slurm counts minutes and kilobytes: what does not fit is rounded up', () => {
  expect(of({ time: 61, memory: '1025' }).resources).toEqual(['--mem=2K', '--time=2']);
});

describe('arguments that would cost sight of the job are refused', () => {
  test.each(['--job-name=x', '--job', '--chdir=/x', '--chd=/x', '--pty', '--jobid=1', '--ntasks=2', '--out=x'])(
    '%s',
    (argument) => {
      expect(() => of({ arguments: [argument] })).toThrow(/is not yours to say/);
    },
  );

  test.each(['-J', '-Jx', 'gpu', '--', '--Mem=1', ''])('%j is no option', (argument) => {
    expect(() => of({ arguments: ['--exclusive', argument] })).toThrow(/is not an option of srun/);
  });

  test.each(['--exclusive', '--nodelist=n1', '--mem-per-cpu=2G', '--comment=two words', '--nice'])(
    '%s is not',
    (argument) => {
      expect(of({ arguments: [argument] }).resources).toEqual([argument]);
    },
  );
});
