import { expect, test } from 'vitest';
import { isPlaceFailure } from '../../../../src/core/place-failure.ts';
import { jobFailure } from '../../../../src/steps/environments/slurm/job-end.ts';

const job = (state: string, reason: string | null = null) => ({ id: '12', name: 'ar', state, node: 'n1', reason });
const ended = (state: string | null, more: object = {}) =>
  jobFailure({
    name: 'ar',
    job: state === null ? null : job(state),
    node: 'n1',
    exitCode: null,
    clientCode: 0,
    ...more,
  });

test.each([
  ['NODE_FAIL', 'node_failed'],
  ['BOOT_FAIL', 'node_failed'],
  ['PREEMPTED', 'preempted'],
  ['TIMEOUT', 'job_time_limit'],
  ['CANCELLED', 'job_lost'],
  ['COMPLETED', 'job_lost'],
  [null, 'job_lost'],
])('%s is nobody’s failure: %s', (state, code) => {
  const failure = ended(state);
  expect(failure?.code).toBe(code);
  expect(isPlaceFailure(failure?.code ?? '')).toBe(true);
});

test('the message has the job, its node and the words of Slurm', () => {
  const failure = jobFailure({
    name: 'ar',
    job: job('NODE_FAIL', 'NodeDown'),
    node: null,
    exitCode: null,
    clientCode: 0,
  });
  expect(failure?.message).toBe('job 12 on n1 ended as NODE_FAIL (NodeDown): its node failed');
});

test('one that ended with its place did not end by itself, whatever code is left', () => {
  expect(ended('PREEMPTED', { exitCode: 143 })?.code).toBe('preempted');
  for (const state of ['FAILED', 'COMPLETED', 'OUT_OF_MEMORY', null]) expect(ended(state, { exitCode: 7 })).toBeNull();
});

test.each([
  ['OUT_OF_MEMORY', {}, 'job_out_of_memory'],
  ['FAILED', {}, 'job_failed'],
  ['FAILED', { clientCode: 121 }, 'worktree_not_shared'],
  [null, { clientCode: 1, node: null }, 'job_refused'],
])('%s %j is a failure like another: %s', (state, more, code) => {
  expect(ended(state, more)?.code).toBe(code);
  expect(isPlaceFailure(code)).toBe(false);
});

test.each(['RUNNING', 'PENDING', 'COMPLETING', 'SUSPENDED'])('%s is no end', (state) => {
  expect(ended(state)).toBeNull();
});
