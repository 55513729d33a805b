import { z } from 'zod';
import type { CheckSnapshot } from './pull-request.ts';

const checkRun = z.object({
  __typename: z.literal('CheckRun'),
  name: z.string(),
  status: z.string(),
  conclusion: z.string().nullable(),
  detailsUrl: z.string().nullable(),
  startedAt: z.string().nullable(),
  isRequired: z.boolean(),
  // Null for a token that may read checks, and neither apps nor workflows.
  checkSuite: z
    .object({
      app: z.object({ slug: z.string() }).nullable(),
      workflowRun: z.object({ event: z.string(), workflow: z.object({ name: z.string() }) }).nullable(),
    })
    .nullable(),
});

const statusContext = z.object({
  __typename: z.literal('StatusContext'),
  context: z.string(),
  state: z.string(),
  targetUrl: z.string().nullable(),
  createdAt: z.string(),
  isRequired: z.boolean(),
});

/** A page of what was reported on a commit; null stands for what the token may not read. */
export const contextPage = z.object({
  pageInfo: z.object({ hasNextPage: z.boolean(), endCursor: z.string().nullable() }),
  nodes: z.array(z.discriminatedUnion('__typename', [checkRun, statusContext]).nullable()),
});

type ReportedCheck = NonNullable<z.infer<typeof contextPage>['nodes'][number]>;

type Outcome = CheckSnapshot['outcome'];

/** A check with what tells it from others of its name. */
interface Candidate {
  readonly check: CheckSnapshot;
  readonly key: string;
  /** ISO 8601; null for one that has not begun, which is the newest. */
  readonly at: string | null;
}

/** One of each check, in the order of the report: of several runs of one check the newest counts. */
export function newestChecks(reported: readonly ReportedCheck[]): CheckSnapshot[] {
  const newest = new Map<string, Candidate>();
  for (const candidate of reported.map(candidateOf)) {
    const other = newest.get(candidate.key);
    if (other === undefined || isNewer(candidate, other)) newest.set(candidate.key, candidate);
  }
  return [...newest.values()].map(({ check }) => check);
}

/**
 * All checks as one, for a token that may not read them: fine-grained tokens cannot. They are taken as required unless
 * GitHub says that it would let the pull request in.
 */
export function unreadableChecks(rollupState: string, mergeStateStatus: string): CheckSnapshot {
  const isRequired = !['CLEAN', 'HAS_HOOKS', 'UNSTABLE'].includes(mergeStateStatus);
  const outcome = statusOutcome(rollupState);
  // What fails may be one that is not required: that is known where GitHub says that the way is blocked.
  const isSure = outcome !== 'failed' || !isRequired || mergeStateStatus === 'BLOCKED';
  const name = 'checks that the token of gh may not read';
  return { name, url: null, outcome: isSure ? outcome : 'pending', isRequired };
}

function candidateOf(reported: ReportedCheck): Candidate {
  const { isRequired } = reported;
  if (reported.__typename === 'StatusContext') {
    const { context: name, targetUrl: url, createdAt: at, state } = reported;
    return { check: { name, url, outcome: statusOutcome(state), isRequired }, key: JSON.stringify([name]), at };
  }
  const { name, detailsUrl: url, startedAt: at, checkSuite } = reported;
  const { app = null, workflowRun = null } = checkSuite ?? {};
  const key = JSON.stringify([name, app?.slug, workflowRun?.event, workflowRun?.workflow.name]);
  return { check: { name, url, outcome: runOutcome(reported.status, reported.conclusion), isRequired }, key, at };
}

function runOutcome(status: string, conclusion: string | null): Outcome {
  if (status !== 'COMPLETED') return 'pending';
  return conclusion === 'SUCCESS' || conclusion === 'NEUTRAL' || conclusion === 'SKIPPED' ? 'passed' : 'failed';
}

function statusOutcome(state: string): Outcome {
  if (state === 'SUCCESS') return 'passed';
  return state === 'PENDING' || state === 'EXPECTED' ? 'pending' : 'failed';
}

const CAUTION: readonly Outcome[] = ['passed', 'pending', 'failed'];

/** Of two at the same second the worse one counts. */
function isNewer(one: Candidate, other: Candidate): boolean {
  const at = ({ at }: Candidate) => (at === null ? Number.POSITIVE_INFINITY : Date.parse(at));
  if (at(one) !== at(other)) return at(one) > at(other);
  return CAUTION.indexOf(one.check.outcome) > CAUTION.indexOf(other.check.outcome);
}
