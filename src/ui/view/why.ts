import { RUN_BUDGET_EXCEEDED } from '../../core/budget.ts';
import type { RunState } from '../../core/run-state.ts';
import { type Why, type WhyLink, type WhyReason, whyLane, whyTask } from '../../core/why.ts';
import type { CommandId } from '../keymap/commands.ts';
import { shownKey } from '../keymap/shown-key.ts';
import { type Line, type Word, word } from '../line.ts';
import { wrapWords } from '../text/wrap.ts';
import type { RowKey } from '../ui-state.ts';
import { holdAdvice } from '../wording/hold-words.ts';
import { nameOf, phrase, shortened, waitingWords } from '../wording/why-words.ts';
import { row, told } from './panel/rows.ts';
import { listScroll } from './panel/scroll.ts';
import type { Scroll, View } from './view.ts';

/** Why the task or the lane of the dialog is where it is: the reason, what is behind it, and what to do. */
export function whyScroll(view: View, columns: number): Scroll {
  const { dialog } = view.ui;
  const why = dialog?.kind === 'why' ? whyOf(view, dialog.row) : null;
  if (why === null) return listScroll([row(view, [word('it is not part of the run any more', 'quiet')], columns)]);
  const { links, waiting } = why;
  const [first, ...behind] = links;
  const last = links.at(-1);
  if (first === undefined || last === undefined) return listScroll([]);
  const chain = shortened(
    behind.map((link) => sentence(link, view)),
    view.glyphs.ellipsis,
  );
  const words = waitingWords(waiting);
  return listScroll([
    ...hung(view, [], [told(nameOf(first.subject), 'strong'), told(` ${phrase(first.reason, view.ui.now)}`)], columns),
    ...chain.flatMap((text) => hung(view, [word(`  ${view.glyphs.tree.last} `, 'quiet')], [told(text)], columns)),
    ...todo(last, behind.length > 0, view).flatMap((text) =>
      hung(view, [word(`  ${view.glyphs.to} `, 'accent')], text, columns),
    ),
    ...(words === '' ? [] : hung(view, [], [word(words, 'warn')], columns)),
  ]);
}

interface Found {
  /** The row itself, then what is behind it. */
  readonly links: readonly WhyLink[];
  readonly waiting: number;
}

function whyOf({ run, standing }: View, key: RowKey): Found | null {
  const owned = standing.kind !== 'nobody';
  const id = key.slice('task:'.length);
  if (key.startsWith('lane:')) {
    const lane = whyLane(run, id, owned);
    return lane === null
      ? null
      : { links: [{ subject: { workstream: id }, reason: lane.reason }, ...lane.chain], waiting: 0 };
  }
  const why = knownWhy(run, id, owned);
  return why === null
    ? null
    : { links: [{ subject: { task: id }, reason: why.reason }, ...why.chain], waiting: why.waiting };
}

interface Known {
  readonly seq: number;
  readonly id: string;
  readonly owned: boolean;
  readonly why: Why;
}

const cache = new WeakMap<RunState, Known>();

/** Found out once for each state of the run: it takes a look at every task. */
function knownWhy(run: RunState, id: string, owned: boolean): Why | null {
  if (!run.tasks.has(id)) return null;
  const known = cache.get(run);
  if (known?.seq === run.seq && known.id === id && known.owned === owned) return known.why;
  const why = whyTask(run, id, owned);
  cache.set(run, { seq: run.seq, id, owned, why });
  return why;
}

function sentence({ subject, reason }: WhyLink, { ui }: View): string {
  return `${nameOf(subject)} ${phrase(reason, ui.now)}`;
}

/** In as many rows as it needs, the later ones under the first. */
function hung(view: View, before: readonly Word[], words: readonly Word[], columns: number): Line[] {
  const indent = before.reduce((sum, { text }) => sum + text.length, 0);
  return wrapWords(words, Math.max(1, columns - indent)).map((part, at) =>
    row(view, [...(at === 0 ? before : [word(' '.repeat(indent))]), ...part], columns),
  );
}

/** What a person can do about the root of it, with keys. */
function todo({ subject, reason }: WhyLink, isOther: boolean, view: View): Word[][] {
  if (view.ui.readOnly && reason.kind !== 'lane_held') return [];
  const on = isOther ? ` on ${nameOf(subject)}` : '';
  switch (reason.kind) {
    case 'failed':
      if (reason.code === RUN_BUDGET_EXCEEDED) return raiseTodo(view);
      return [keyed(view, 'retry', `${on} tries it again`)];
    case 'cancelled':
      return [
        reason.by === 'person'
          ? keyed(view, 'retry', `${on} tries it again`)
          : keyed(view, 'go_on', ' goes on with the run'),
      ];
    case 'nobody_runs_it':
      return [keyed(view, 'go_on', ' owns the run and goes on with it')];
    case 'stopping':
      return reason.cause === 'budget' ? raiseTodo(view) : [];
    case 'paused':
      return [keyed(view, 'pause', ' goes on')];
    case 'lane_held':
      return heldTodo(reason);
    case 'running': {
      const asks = reason.attention?.startsWith('waiting_') === true || reason.attention === 'trust_prompt';
      const answer = asks ? [keyed(view, 'answer', `${on} answers its agent`)] : [];
      return reason.agent === null ? [] : [...answer, keyed(view, 'attach', `${on} shows its agent`)];
    }
    default:
      return [];
  }
}

function raiseTodo(view: View): Word[][] {
  return [[told('raise the budget in the graph file; then '), ...keyed(view, 'go_on', ' goes on with the run')]];
}

function heldTodo({ hold, pr, mergeCommand }: Extract<WhyReason, { kind: 'lane_held' }>): Word[][] {
  const advice = holdAdvice(hold, pr);
  return [
    ...(advice === null ? [] : [[told(advice)]]),
    ...(mergeCommand === null ? [] : [[word('to merge it: ', 'plain'), told(mergeCommand, 'accent')]]),
  ];
}

function keyed(view: View, command: CommandId, does: string): Word[] {
  return [word(shownKey(view, command) ?? command, 'accent'), told(does)];
}
