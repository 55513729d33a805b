import { expect, test } from 'vitest';
import type { RetryPlan } from '../../../src/core/retry-plan.ts';
import { retryPlanLines } from '../../../src/ui/wording/retry-plan-lines.ts';

const PLAN: RetryPlan = {
  task: 'routes',
  attempt: 3,
  cancels: true,
  unblocked: ['pages', 'docs'],
  reopened: ['api'],
  branch: 'agentrelay/graph/routes',
  keptUpstream: ['model'],
  prs: ['https://forge/1'],
};

test('a plan reads as what is reset, then what is kept', () => {
  expect(retryPlanLines(PLAN)).toEqual([
    'retry routes: attempt 3',
    '  called off    attempt 2, which is running',
    '  branch        agentrelay/graph/routes is made anew',
    '  pull request  https://forge/1 (taken up again where it is open)',
    '  unblocked     pages, docs',
    '  lane          api (opened again)',
    '  kept          all that earlier attempts left, on disk and in refs',
    '  kept          model (finished)',
  ]);
  expect(retryPlanLines(PLAN, { keepWork: true })).toContain(
    '  branch        agentrelay/graph/routes goes on with the work of attempt 2',
  );
});

test('a plan says only what there is', () => {
  const bare = {
    ...PLAN,
    attempt: 1,
    cancels: false,
    unblocked: [],
    reopened: [],
    branch: null,
    keptUpstream: [],
    prs: [],
  };
  expect(retryPlanLines(bare)).toEqual(['retry routes: attempt 1']);
});
