import { laneMergeWait, type MergeWait } from '../../core/merge-waits.ts';
import { needsYou } from '../../core/needs.ts';
import { currentAttempt, type RunState, type TaskState, type WorkstreamState } from '../../core/run-state.ts';
import { plural } from '../format.ts';
import { type Word, word } from '../line.ts';
import { fit, widthOf } from '../text/fit.ts';
import { safeText } from '../text/safe.ts';
import { holdName, holdNext } from '../wording/hold-words.ts';
import { checkCount } from '../wording/proof-words.ts';
import { pullRequestNumber } from '../wording/pull-request-words.ts';
import { laneFacts } from './lane-facts.ts';
import { mergeWaitWord } from './merge-note.ts';
import type { View } from './view.ts';

/** A lane's row behind its name, in `room` cells: its branches and its pull request, and at the end how it stands. */
export function laneWords(lane: WorkstreamState, view: View, room: number): Word[] {
  const state = laneStates(lane, view).find((words) => widthOf(words) + GAPS - 3 <= room);
  if (state === undefined) return [];
  const free = room - widthOf(state) - GAPS;
  const next = nextWords(lane, view);
  const middles = middlesOf(lane, view);
  const [whole = []] = middles;
  // What to do is said where all else has its place.
  if (next.length > 0 && widthOf(whole) + widthOf(next) <= free)
    return atTheEnd(whole, [...state, ...next], view, room);
  const middle = middles.find((words) => widthOf(words) <= free) ?? [];
  return atTheEnd(middle, state, view, room);
}

/** Two blanks before and behind what stands in the middle, and one at the end. */
const GAPS = 5;

function atTheEnd(middle: readonly Word[], end: readonly Word[], { glyphs }: View, room: number): Word[] {
  const left = middle.length === 0 ? [] : [word('  '), ...middle];
  return [...fit(left, Math.max(0, room - widthOf(end) - 1), 'left', glyphs.ellipsis), ...end, word(' ')];
}

/** From all that there is to say down to nothing: a pull request tells more than the names of branches. */
function middlesOf(lane: WorkstreamState, view: View): Word[][] {
  const { branch, outline } = lane;
  const names = word(safeText(`${branch ?? outline.base} ${view.glyphs.to} ${outline.target}`), 'quiet');
  const request = requestWords(lane);
  const manner = [outline.auto_merge ? 'auto' : '', outline.parallel ? 'parallel' : '']
    .filter((text) => text !== '')
    .map((text) => [word(text, 'quiet')]);
  const parts = [...(request.length === 0 ? [] : [request]), ...manner];
  return [[[names], ...parts], [[names], request], [request], [request.slice(0, 2)]].map((all) =>
    joined(all.filter((words) => words.length > 0)),
  );
}

function joined(parts: readonly (readonly Word[])[]): Word[] {
  return parts.flatMap((words, at) => (at === 0 ? words : [word('  '), ...words]));
}

/** `PR #41  checks 7/8`; empty without a pull request. */
function requestWords({ pr, proofs: { checks } }: WorkstreamState): Word[] {
  const number = pullRequestNumber(pr);
  if (number === null || pr === null) return [];
  const name: Word[] = [word('PR ', 'quiet'), { text: number, tone: 'accent', link: pr }];
  const count = checks === undefined ? null : checkCount(checks);
  return count === null ? name : [...name, word(`  checks ${count}`, checks?.holds === false ? 'warn' : 'quiet')];
}

/** In as many words as there may be room for, then in fewer. */
function laneStates(lane: WorkstreamState, { run }: View): Word[][] {
  if (lane.failure !== null) return [[word('failed', 'bad')]];
  if (lane.status === 'merged')
    return [[word(lane.mergedBy === 'nothing_to_merge' ? 'nothing to merge' : 'merged', 'good')]];
  if (lane.held !== null) return [[word(`held: ${holdName(lane.held)}`, 'warn')], [word('held', 'warn')]];
  if (lane.status === 'active') return activeWords(lane, run);
  if (lane.status === 'pending') return [[word('pending', 'quiet')]];
  const short = [word(lane.status === 'merge_ready' ? 'merge ready' : 'merging', 'quiet')];
  const wait = laneMergeWait(run, lane);
  return wait === null ? [short] : [[waitWord(wait)], short];
}

/** An agent whose work is handed over may be idle, or gone, for as long as checks take. */
function activeWords({ outline }: WorkstreamState, run: RunState): Word[][] {
  const open = (laneFacts(run).atWork.get(outline.id) ?? []).flatMap((id) => run.tasks.get(id) ?? []);
  const counts = Map.groupBy(open, doing);
  const of = (what: Doing) => counts.get(what)?.length ?? 0;
  const [asking, resting, working, merging] = [of('asks'), of('rests'), of('works'), of('merges')];
  const parts = [
    ...(asking === 0 ? [] : [word(`${asking} ${asking === 1 ? 'needs' : 'need'} you`, 'warn')]),
    ...(working === 0 ? [] : [word(`${plural(working, 'agent')} at work`, 'live')]),
    ...(resting === 0 ? [] : [word(`${resting} parked`, 'warn')]),
    ...(merging === 0 ? [] : [word(`${merging} merging`, 'quiet')]),
  ];
  const [first = word('active', 'quiet'), second] = parts;
  return second === undefined || asking === 0 ? [[first]] : [[first, word(', ', 'quiet'), second], [first]];
}

type Doing = 'asks' | 'rests' | 'works' | 'merges';

function doing(task: TaskState): Doing {
  if (isMerging(task)) return 'merges';
  if (needsYou(task) !== null) return 'asks';
  return currentAttempt(task)?.parkedUntil == null ? 'works' : 'rests';
}

function isMerging(task: TaskState): boolean {
  return currentAttempt(task)?.step === 'merge';
}

/** How many checks there are stands beside the pull request. */
function waitWord(wait: MergeWait): Word {
  const isForChecks = wait.kind === 'proof' && wait.proof.proof === 'checks' && wait.proof.holds === null;
  return isForChecks ? word('waits for checks', 'quiet') : mergeWaitWord(wait);
}

/** What a person does about a lane that is held. */
function nextWords({ held, failure, status }: WorkstreamState, { glyphs }: View): Word[] {
  if (held === null || failure !== null || status === 'merged') return [];
  return [word(` ${glyphs.dot} ${holdNext(held)}`, 'quiet')];
}
