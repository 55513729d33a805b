import { fullestBudget } from '../../core/budget.ts';
import { needs } from '../../core/needs.ts';
import type { RunState } from '../../core/run-state.ts';
import { usageOfRun } from '../../core/usage.ts';
import { duration } from '../format.ts';
import { type Line, line, type Word, word } from '../line.ts';
import { fit, widthOf } from '../text/fit.ts';
import { safeText } from '../text/safe.ts';
import { apiNotice } from '../wording/api-words.ts';
import { boundUsageWords, costWords, usageWords } from '../wording/usage-words.ts';
import { laneFacts } from './lane-facts.ts';
import { countsOf, rowsOf } from './rows.ts';
import type { View } from './view.ts';

/** Which run this is and how it stands; what matters least gives way first. */
export function drawHeader(view: View, width: number): Line {
  const { run, glyphs } = view;
  const title = [word(' '), word('agentrelay', 'accent'), word(` ${glyphs.dot} `, 'quiet'), word(run.graph, 'strong')];
  const number = run.run === 0 ? [] : [word(` ${glyphs.dot} run ${run.run}`, 'quiet')];
  const right = [...countWords(view), word(' ')];
  // From the most important to the least: as many as there is room for, each as long as there is room.
  const middles = [
    [chosenWords(view)],
    [standingWords(view)],
    apiWords(view),
    [clockWords(view)],
    usageForms(view),
    [number],
    [slotWords(view)],
  ];
  const kept: Word[][] = [];
  let room = width - widthOf(title) - widthOf(right) - 1;
  for (const forms of middles) {
    const words = forms.find((one) => widthOf(one) <= room) ?? [];
    kept.push(words);
    room -= widthOf(words);
  }
  const [chosen = [], standing = [], api = [], clock = [], usage = [], run_ = [], slots = []] = kept;
  const left = [...title, ...run_, ...clock, ...usage, ...standing, ...api, ...chosen];
  const end = [...slots, ...right];
  const missing = width - widthOf(left) - widthOf(end);
  if (missing >= 0) return line([...left, word(' '.repeat(missing)), ...end], 'bar');
  const short = widthOf(right) + SHORTEST_NAME <= width ? width - widthOf(right) : width;
  const head = fit(run.graph === '' ? title : [word(' '), ...title.slice(-1)], short, 'left', glyphs.ellipsis);
  return line(short === width ? head : [...head, ...right], 'bar');
}

/** With the blank before it. */
const SHORTEST_NAME = 8;

function clockWords({ run, ui, standing, glyphs }: View): Word[] {
  if (run.startedAt === null) return [];
  const now = standing.kind === 'replay' ? standing.at : ui.now;
  const end = run.finishedAt === null ? now : Date.parse(run.finishedAt);
  const time = duration(end - Date.parse(run.startedAt));
  const mark = run.outcome === null ? glyphs.status.running : glyphs.status.stopped;
  // Of a fixed width, so that nothing moves as it ticks.
  return [word(`  ${mark} ${time.padEnd(6)}`, run.outcome === null ? 'live' : 'quiet')];
}

/** What all attempts have used, of what they may, where somebody told: in full, then shorter. */
function usageForms({ run }: View): Word[][] {
  const usage = usageOfRun(run);
  const reached = fullestBudget(run, null);
  const tone = reached === null ? 'quiet' : reached.percent === 100 ? 'bad' : 'warn';
  const forms = [boundUsageWords(usage, run.budget), usageWords(usage), costWords(usage)];
  return forms.filter((text) => text !== '').map((text) => [word(`  ${text}`, tone)]);
}

/** That GitHub slows the run down; in full, then shorter. */
function apiWords({ run, ui, standing }: View): Word[][] {
  const notice = apiNotice(run, standing.kind === 'replay' ? standing.at : ui.now);
  return notice === null ? [] : [notice.long, notice.short].map((text) => [word(`  ${safeText(text)}`, 'warn')]);
}

/** Who runs it, where that is not simply this process; and what holds the run up as a whole. */
function standingWords({ run, ui, standing, glyphs }: View): Word[] {
  const words = [...ownerWords(standing, run), ...runWords(run, glyphs.status.paused, standing.kind === 'nobody')];
  if (ui.readOnly) words.push(word('  read-only', 'warn'));
  return words;
}

function ownerWords(standing: View['standing'], { outcome }: RunState): Word[] {
  switch (standing.kind) {
    case 'opening':
      return [word('  opening', 'quiet')];
    case 'mine':
      return [];
    case 'other':
      return [word(`  joined: process ${standing.pid} runs it`, 'quiet')];
    case 'nobody':
      if (standing.newer !== undefined) return [word(`  run ${standing.newer} has begun since`, 'warn')];
      // Nobody has to run what is over.
      if (outcome === 'succeeded' || outcome === 'completed_with_failures') return [];
      return [word('  nobody runs it', 'warn')];
    case 'replay': {
      const how = standing.ended ? 'ended' : standing.playing ? `${standing.speed}x` : 'halted';
      return [word(`  replay ${how}`, 'accent')];
    }
  }
}

function runWords(run: RunState, paused: string, isLeft: boolean): Word[] {
  if (run.outcome !== null) {
    const tone = run.outcome === 'succeeded' ? 'good' : run.outcome === 'waiting_for_person' ? 'warn' : 'bad';
    return [word(`  ${run.outcome.replaceAll('_', ' ')}`, tone)];
  }
  // What nobody runs has stopped.
  if (run.stopping !== null && !isLeft) return [word(`  stopping: ${run.stopping.replaceAll('_', ' ')}`, 'warn')];
  return run.paused ? [word(`  ${paused} paused`, 'warn')] : [];
}

/** That tasks are hidden, and that acts are for others than the one under the cursor: whoever forgets it is misled. */
function chosenWords({ run, ui }: View): Word[] {
  const words: Word[] = [];
  if (ui.filter !== '' || ui.statuses !== null)
    words.push(word(`  ${rowsOf(run, ui).shown} of ${run.tasks.size} shown`, 'accent'));
  if (ui.marked.size > 0) words.push(word(`  ${ui.marked.size} marked`, 'accent'));
  return words;
}

function slotWords({ run, slots }: View): Word[] {
  if (slots === null) return [];
  const tasks = [...laneFacts(run).atWork.values()].flat();
  // While one is parked its slot is for others.
  const busy = tasks.filter((id) => run.tasks.get(id)?.attempts.at(-1)?.parkedUntil == null).length;
  return [word(`slots ${busy}/${slots}  `, 'quiet')];
}

/** The one number that calls a person, and how far along all are. Zeroes are not shown, but for what is done. */
function countWords({ run, glyphs }: View): Word[] {
  if (run.tasks.size === 0) return [];
  const { status } = glyphs;
  const counts = countsOf(run);
  const calls = needs(run).length;
  const parts: Word[] = [];
  if (counts.working > 0) parts.push(word(`${status.working} ${counts.working}`, 'live'));
  if (calls > 0) parts.push(word(`${status.needsYou} ${calls}`, 'warn'));
  parts.push(word(`${status.done} ${counts.done}`, 'good'));
  if (counts.failed > 0) parts.push(word(`${status.failed} ${counts.failed}`, 'bad'));
  if (counts.waiting > 0) parts.push(word(`${status.pending} ${counts.waiting}`, 'quiet'));
  return parts.flatMap((part) => [word('  '), part]);
}
