import type { MergeMethod } from '../../../src/core/graph/graph.ts';
import {
  badGateway,
  eof,
  type FaultAction,
  type FaultWish,
  hang,
  secondaryLimit,
  tooManyRequests,
  truncate,
  unauthorised,
} from '../github/faults.ts';
import type { GitCall, GitFault } from './fault-git.ts';
import { between, randomFrom } from './random.ts';

/** One way in which a call of the API goes wrong. */
export interface ApiFault {
  readonly name: string;
  readonly when: 'before' | 'after';
  readonly action: FaultAction;
  /** As well to whoever then asks how long to wait. */
  readonly toLogin?: boolean;
  /** It takes minutes: met by the first call of a kind alone. */
  readonly isSlow?: boolean;
}

export const API_FAULTS: readonly ApiFault[] = [
  { name: '502', when: 'before', action: badGateway() },
  { name: '502 done', when: 'after', action: badGateway() },
  { name: 'EOF done', when: 'after', action: eof },
  { name: 'cut done', when: 'after', action: truncate },
  { name: '429', when: 'before', action: tooManyRequests(1), toLogin: true },
  { name: 'limit', when: 'before', action: secondaryLimit(1), toLogin: true },
  { name: 'limit, no hint', when: 'before', action: secondaryLimit(), isSlow: true },
  { name: 'hang', when: 'before', action: hang },
  { name: 'hang done', when: 'after', action: hang },
  { name: '401', when: 'before', action: unauthorised() },
];

export const GIT_FAULTS: readonly GitFault['how'][] = ['closed', 'cut early', 'cut late', 'cut last', 'lost'];

/** Of what an answer that is lost leaves nothing done. */
const READS = /^(?:GET |PullRequests$|PullRequest_fields$|PullRequestByNumber$|AgentrelayPreflight$)/;

export function isRead(call: string): boolean {
  return READS.test(call);
}

/** One call of a run, and how it goes wrong. */
export interface FaultCase {
  readonly method: MergeMethod;
  /** An operation of the API, or a kind of `GitCall`. */
  readonly call: string;
  /** Of its kind, from 1. */
  readonly nth: number;
  readonly fault: string;
  readonly api?: FaultWish;
  /** For whoever then asks how long to wait. */
  readonly login?: FaultWish;
  readonly git?: GitFault;
  /** What was asked for is done all the same. */
  readonly isDone: boolean;
  /** A person who has just started the run is told at once, instead of waiting for minutes with them. */
  readonly isRefused: boolean;
}

export function apiCase(method: MergeMethod, call: string, nth: number, name: string): FaultCase {
  const fault = API_FAULTS.find((one) => one.name === name);
  if (fault === undefined) throw new Error(`no fault ${name}`);
  const { when, action, toLogin = false, isSlow = false } = fault;
  const isRefused = isSlow && call === 'AgentrelayPreflight';
  const api: FaultWish = { match: call, skip: nth - 1, when, action };
  const login: Pick<FaultCase, 'login'> = toLogin ? { login: { match: 'Login', action } } : {};
  return { method, call, nth, fault: name, api, ...login, isDone: when === 'after', isRefused };
}

export function gitCase(method: MergeMethod, call: GitCall, nth: number, how: GitFault['how']): FaultCase {
  return { method, call, nth, fault: how, git: { call, nth, how }, isDone: how === 'lost', isRefused: false };
}

/** How often a run without faults makes each call. */
export interface Calls {
  readonly api: Readonly<Record<string, number>>;
  readonly git: Readonly<Record<string, number>>;
}

/** Every kind of call, in every way; of those that a run makes often its first, a middle and a late one. */
export function faultCases(calls: Calls, method: MergeMethod): FaultCase[] {
  const api = Object.entries(calls.api).flatMap(([call, count]) =>
    chosen(call, count).flatMap((nth) =>
      API_FAULTS.filter(({ name, isSlow = false }) => {
        if (isSlow) return nth === 1;
        return name !== 'hang done' || !isRead(call);
      }).map(({ name }) => apiCase(method, call, nth, name)),
    ),
  );
  const git = Object.entries(calls.git).flatMap(([call, count]) =>
    chosen(call, count).flatMap((nth) =>
      GIT_FAULTS.filter((how) => how !== 'lost' || / (?:push|delete)$/.test(call)).map((how) =>
        gitCase(method, call as GitCall, nth, how),
      ),
    ),
  );
  return [...api, ...git];
}

/** How often GitHub is looked at, and the remote is fetched from, depends on what happens at the same time. */
const VARYING = /^(?:PullRequests|run fetch)$/;

function chosen(call: string, count: number): number[] {
  const last = VARYING.test(call) ? Math.max(1, Math.floor(count * 0.75)) : count;
  return [...new Set([1, Math.ceil(last / 2), last])];
}

/** So that those that wait for minutes lie among the others. */
export function shuffled<T>(items: readonly T[], seed: number): T[] {
  const random = randomFrom(seed);
  const rest = [...items];
  return items.map(() => rest.splice(between(random, 0, rest.length - 1), 1)[0] as T);
}
