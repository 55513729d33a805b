import { type Tone, word } from '../../line.ts';
import { STATUS_GROUPS, type StatusGroup } from '../../ui-state.ts';
import { countsOf } from '../rows.ts';
import type { DialogBody } from './body.ts';
import { box, choiceLine, keyLine } from './choice.ts';

const NAMES: Readonly<Record<StatusGroup, readonly [name: string, tone: Tone]>> = {
  working: ['working', 'live'],
  needs: ['needs you', 'warn'],
  failed: ['failed', 'bad'],
  waiting: ['waiting: pending, blocked, cancelled', 'plain'],
  done: ['done', 'good'],
};

export const drawStatuses: DialogBody<'statuses'> = (view, dialog, columns) => {
  const counts = countsOf(view.run);
  const digits = String(view.run.tasks.size).length;
  const rows = STATUS_GROUPS.map((group, index) => {
    const [name, tone] = NAMES[group];
    const words = [
      box(view.ui.statuses?.has(group) ?? false),
      word(String(counts[group]).padStart(digits), 'quiet'),
      word(`  ${name}`, tone),
    ];
    return choiceLine(words, index === dialog.at, view, columns);
  });
  const keys = keyLine(view, [
    ['toggle', 'choose'],
    ['choose', 'only these'],
    ['back', 'back'],
  ]);
  return { title: 'Show only', lines: rows, at: dialog.at, keys };
};
