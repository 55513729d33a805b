import { word } from '../../line.ts';
import type { Detail } from '../../ports.ts';
import { chosenLane, chosenTask } from '../../subjects.ts';
import type { Scroll, View } from '../view.ts';
import { attemptsScroll } from './attempts.ts';
import { diffScroll } from './diff.ts';
import { eventsScroll } from './events.ts';
import { evidenceScroll } from './evidence.ts';
import { laneScroll } from './lane.ts';
import { outputScroll } from './output.ts';
import { promptScroll } from './prompt.ts';
import { row, wrappedRows } from './rows.ts';
import { listScroll } from './scroll.ts';

/** What the panel holds: of the lane under the cursor, or of its task the tab that is open. */
export function panelScroll(view: View, columns: number): Scroll {
  const lane = chosenLane(view);
  if (lane !== null) return laneScroll(lane, view, columns);
  const task = chosenTask(view);
  if (task === null) return listScroll([]);
  const { detail, tab } = view.ui;
  if (detail === null || detail.of !== `${task.outline.id}/${tab}`) {
    return listScroll([row(view, [word(` ${view.glyphs.ellipsis}`, 'quiet')], columns)]);
  }
  const { value } = detail;
  return 'failed' in value
    ? listScroll(wrappedRows(view, value.failed, columns, 'bad'))
    : tabScroll(value, view, columns);
}

function tabScroll(detail: Detail, view: View, columns: number): Scroll {
  switch (detail.tab) {
    case 'output':
      return outputScroll(detail, view, columns);
    case 'diff':
      return diffScroll(detail, view, columns);
    case 'attempts':
      return attemptsScroll(detail, view, columns);
    case 'events':
      return eventsScroll(detail, view, columns);
    case 'prompt':
      return promptScroll(detail, view, columns);
    case 'evidence':
      return evidenceScroll(detail, view, columns);
  }
}
