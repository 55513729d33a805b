import type { RunState, WorkstreamState } from '../../../core/run-state.ts';
import { tasksOf } from '../../../core/waits.ts';
import { plural, shortCommit } from '../../format.ts';
import { type Word, word } from '../../line.ts';
import { STATUS_GROUPS, type StatusGroup } from '../../ui-state.ts';
import { holdAdvice, holdName } from '../../wording/hold-words.ts';
import { isLocal } from '../../wording/pull-request-words.ts';
import { laneLook } from '../lane-look.ts';
import { groupOf } from '../rows.ts';
import type { Scroll, View } from '../view.ts';
import { linked, proofFacts } from './proof-facts.ts';
import { mergingFact, queueFact } from './queue-facts.ts';
import { type FactRow, factRows, row, told } from './rows.ts';
import { listScroll } from './scroll.ts';

/** How a lane stands: its branches, its tasks, and what its merge waits for. */
export function laneScroll(lane: WorkstreamState, view: View, columns: number): Scroll {
  const { outline } = lane;
  const look = laneLook(lane, view.glyphs);
  const title = [word(' lane ', 'quiet'), told(outline.id, 'strong'), word(`  ${look.mark} ${look.name}`, look.tone)];
  return listScroll([row(view, title, columns), ...factRows(view, factsOf(lane, view), columns)]);
}

function factsOf(lane: WorkstreamState, { run, glyphs }: View): FactRow[] {
  const { outline, branch, baseCommit, commit, failure } = lane;
  const base = `${outline.base}${baseCommit === null ? '' : ` at ${shortCommit(baseCommit)}`}`;
  return [
    fact('tasks', taskWords(run, outline.id)),
    fact('branch', branch === null ? [word('not made yet', 'quiet')] : [told(branch)]),
    fact('from', [told(`${base} ${glyphs.to} ${outline.target}`)]),
    ...(commit === null ? [] : [fact('commit', [told(shortCommit(commit))])]),
    ...(outline.parent === null ? [] : [fact('after', [told(`lane ${outline.parent}`)])]),
    fact('order', [
      word(outline.parallel ? 'tasks side by side, each in a worktree of its own' : 'one task after the other'),
    ]),
    fact('merge', [word(outline.auto_merge ? 'by itself, when all is done' : 'by a person')]),
    ...mergingFact(run, branch),
    ...offerFacts(lane, glyphs),
    ...queueFact(run, outline.target, { workstream: outline.id }),
    ...heldFacts(lane),
    ...(failure === null ? [] : [fact('failed', [told(`${failure.code}: ${failure.error}`, 'bad')])]),
    ...concernFacts(lane, run),
  ];
}

function fact(label: string, words: readonly Word[]): FactRow {
  return { label, words };
}

/** The branch that was handed over, or its pull request with what is proved of it. */
function offerFacts({ pr, proofs }: WorkstreamState, glyphs: View['glyphs']): FactRow[] {
  if (pr === null) return [];
  if (isLocal(pr)) return [fact('handed over', [told(pr.replace(/^local:/, ''))])];
  return [fact('pull request', [linked(pr)]), ...proofFacts(proofs, glyphs)];
}

/** Why it waits for a person, and what that person does. */
function heldFacts({ held, mergeCommand, pr }: WorkstreamState): FactRow[] {
  if (held === null) return [];
  const advice = holdAdvice(held, pr);
  return [
    fact('held', [told(holdName(held), 'warn')]),
    ...(advice === null ? [] : [fact('to do', [told(advice)])]),
    ...(mergeCommand === null ? [] : [fact('to merge it', [told(mergeCommand, 'accent')])]),
  ];
}

/** Of its tasks, which hold it back, and what was in the way of nothing. */
function concernFacts({ outline, concerns }: WorkstreamState, run: RunState): FactRow[] {
  const ofTasks = tasksOf(run, outline.id).flatMap(({ outline: { id }, attempts }) =>
    (attempts.at(-1)?.concerns ?? [])
      .filter(({ source }) => source === 'agent')
      .map(({ message }) => fact('concern', [told(`${id}: ${message}`, 'warn')])),
  );
  return [...ofTasks, ...concerns.map((message) => fact('trouble', [told(message, 'quiet')]))];
}

const GROUPS: Readonly<Record<StatusGroup, readonly [string, Word['tone']]>> = {
  working: ['at work', 'live'],
  needs: ['need you', 'warn'],
  failed: ['failed', 'bad'],
  waiting: ['to come', 'quiet'],
  done: ['done', 'good'],
};

function taskWords(run: RunState, lane: string): Word[] {
  const tasks = tasksOf(run, lane);
  const counts = Map.groupBy(tasks, groupOf);
  const parts = STATUS_GROUPS.flatMap((group) => {
    const count = counts.get(group)?.length ?? 0;
    const [name, tone] = GROUPS[group];
    return count === 0 ? [] : [word(`${count} ${name}`, tone)];
  });
  const separated = parts.flatMap((part, at) => (at === 0 ? [part] : [word(', ', 'quiet'), part]));
  return [word(plural(tasks.length, 'task')), ...(parts.length === 0 ? [] : [word(': ', 'quiet'), ...separated])];
}
