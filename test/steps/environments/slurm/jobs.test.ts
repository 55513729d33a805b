import { expect, test } from 'vitest';
import { clientVariables } from '../../../../src/steps/environments/slurm/client-variables.ts';
import { isJobOf, jobName } from '../../../../src/steps/environments/slurm/job-names.ts';
import { hasEnded, parseJobs } from '../../../../src/steps/environments/slurm/jobs.ts';
import { parseJobPlace, srunArgv } from '../../../../src/steps/environments/slurm/srun.ts';

const owner = { graph: 'g', run: 3, task: 'a.b', attempt: 2, tokenHash: '0123456789abcdef' };

test('the name of a job has its attempt and a part of its hash', () => {
  expect(jobName(owner)).toBe('ar-g-3-a.b-2-0123456789ab');
  expect(jobName(owner, 'gate')).toBe('ar-g-3-a.b-2-0123456789ab-gate');
  expect(isJobOf('ar-g-3-a.b-2-0123456789ab-setup', owner)).toBe(true);
  expect(isJobOf('ar-g-3-a.b-2-0123456789ab', { ...owner, tokenHash: 'another' })).toBe(false);
});

test('lines of squeue', () => {
  const text = '12|RUNNING|n1|None|ar-g\n13|PENDING||Resources|ar|g\n14|CANCELLED||(null)|x\n\nslurm: nonsense';
  expect(parseJobs(text)).toEqual([
    { id: '12', state: 'RUNNING', node: 'n1', reason: null, name: 'ar-g' },
    { id: '13', state: 'PENDING', node: null, reason: 'Resources', name: 'ar|g' },
    { id: '14', state: 'CANCELLED', node: null, reason: null, name: 'x' },
  ]);
  expect(parseJobs(text).map(hasEnded)).toEqual([false, false, true]);
});

test('a client does not take itself for a part of the job that agentrelay runs in', () => {
  const own = { SLURM_CONF: '/c', SLURM_ACCOUNT: 'lab', SQUEUE_STATES: 'all', PATH: '/bin' };
  expect(clientVariables(own)).toEqual(['SQUEUE_STATES']);
  expect(clientVariables({ ...own, SLURM_JOB_ID: '1' })).toEqual(['SLURM_ACCOUNT', 'SQUEUE_STATES', 'SLURM_JOB_ID']);
});

test('srun gets the words of the person last, and none of them is the program', () => {
  const at = { cwd: '/wt', jobFile: '/s/.job', tty: true };
  const argv = srunArgv(['/bin/sh', 'w'], { job: { name: 'n', resources: ['--exclusive'] }, ...at });
  const options = argv.slice(argv.indexOf('srun') + 1, argv.indexOf('/bin/sh'));
  expect(options).toEqual([
    ...['--pty', '--nodes=1', '--ntasks=1', '--export=ALL', '--chdir=/wt', '--job-name=n', '--exclusive'],
  ]);
  expect(argv.slice(-5)).toEqual(['agent-job', '/wt', '/s/.job', '/bin/sh', 'w']);
  expect(argv.slice(0, 3)).toEqual(['env', '-u', 'SLURM_JOB_ID']);
  const step = srunArgv(['x'], { job: { stepOf: '7' }, ...at, tty: false });
  expect(step).toEqual(expect.arrayContaining(['--jobid=7', '--overlap', '--input=none']));
});

test('what a node says of its job', () => {
  expect(parseJobPlace('12 0 n1\n')).toEqual({ id: '12', step: '0', node: 'n1' });
  for (const text of [null, '', '12 0 n1', '12 0', 'x 0 n1\n']) expect(parseJobPlace(text)).toBeNull();
});
