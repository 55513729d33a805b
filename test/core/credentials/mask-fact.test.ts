import { expect, test } from 'vitest';
import { createMasker } from '../../../src/core/credentials/mask.ts';
import { maskFact } from '../../../src/core/credentials/mask-fact.ts';

const { mask } = createMasker(['ghp_0123456789', 'shop-agent']);

test('texts of agents are masked, however deep, and what the run goes by is not', () => {
  const fact = {
    kind: 'agent_waiting_input',
    ...{ task: 'shop-agent', attempt: 1 },
    ...{ question: 'use ghp_0123456789?', choices: ['ghp_0123456789', 'no'], until: null },
  } as const;
  expect(maskFact(fact, mask)).toEqual({ ...fact, question: 'use •••?', choices: ['•••', 'no'] });
  const checks = [{ name: 'ghp_0123456789', url: null }];
  const failed = { kind: 'task_checks_failed', task: 'a', attempt: 1, round: 1, of: 2, checks } as const;
  expect(maskFact(failed, mask)).toEqual({ ...failed, checks: [{ name: '•••', url: null }] });
  const branch = {
    kind: 'workstream_active',
    workstream: 'shop-agent',
    branch: 'x/shop-agent',
    base_commit: 'c',
  } as const;
  expect(maskFact(branch, mask)).toEqual(branch);
});

test('facts of the run as a whole are left alone', () => {
  const fact = { kind: 'run_finished', outcome: 'succeeded', waiting_for: ['shop-agent'] } as const;
  expect(maskFact(fact, mask)).toBe(fact);
});
