import { retryPlan } from '../../../core/retry-plan.ts';
import { shownKey } from '../../keymap/shown-key.ts';
import { EMPTY_LINE, type Line, line, type Word, word } from '../../line.ts';
import { safeText } from '../../text/safe.ts';
import { wrap } from '../../text/wrap.ts';
import { RETRY_ROWS, type RetryRow } from '../../ui-state.ts';
import { retryPlanLines } from '../../wording/retry-plan-lines.ts';
import { fieldWords } from '../footer.ts';
import type { View } from '../view.ts';
import type { DialogBody, DialogOf } from './body.ts';
import { box, choiceLine, keyLine } from './choice.ts';

const LABELS: Readonly<Record<RetryRow, string>> = {
  note: 'note to the agent',
  instructions: 'instructions',
  framework: 'framework',
  model: 'model',
  keep_work: 'keep the work: its branch goes on from where it is',
  fresh: 'begin fresh: the agent is told nothing of earlier attempts',
  go: 'retry',
};
const LABEL_WIDTH = 18;

/** What will be reset comes first, whatever is chosen below. */
export const drawRetry: DialogBody<'retry'> = (view, dialog, columns) => {
  const plan = dialog.tasks.flatMap((task) => planLines(view, task, dialog, columns));
  const rows = RETRY_ROWS.map((row, index) => rowLine(row, index === dialog.at, view, dialog, columns));
  const keys = keyLine(view, [
    ['choose', dialog.field === null ? 'choose' : 'done'],
    ['back', 'back'],
  ]);
  const title = dialog.tasks.length === 1 ? `Retry ${dialog.tasks[0]}` : `Retry ${dialog.tasks.length} tasks`;
  return { title, lines: [...plan, EMPTY_LINE, ...rows], at: plan.length + 1 + dialog.at, keys };
};

function planLines({ run }: View, task: string, { change }: DialogOf<'retry'>, columns: number): Line[] {
  const plan = retryPlan(run, task);
  if ('refused' in plan) return wrap(safeText(plan.message), columns).map((text) => line([word(text, 'bad')]));
  const [head = '', ...rest] = retryPlanLines(plan, { keepWork: change.keep_work });
  return [line([word(safeText(head), 'strong')]), ...rest.flatMap((text) => hung(safeText(text), columns))];
}

const NARROWEST_TEXT = 16;

/** What does not fit beside its label goes on under its beginning. */
function hung(text: string, columns: number): Line[] {
  const [label = ''] = /^ *\S.*? {2,}(?=\S)/.exec(text) ?? [];
  const indent = columns - label.length < NARROWEST_TEXT ? '' : label;
  return wrap(text.slice(indent.length), columns - indent.length).map((part, at) =>
    line([word(at === 0 ? indent : ' '.repeat(indent.length)), word(part)]),
  );
}

function rowLine(row: RetryRow, isAt: boolean, view: View, dialog: DialogOf<'retry'>, columns: number): Line {
  const { change, field } = dialog;
  const label = LABELS[row].padEnd(LABEL_WIDTH);
  if (isAt && field !== null) return line(fieldWords(`  ${label} `, field, columns, view.glyphs));
  return choiceLine(wordsOf(row, label, change, view), isAt, view, columns);
}

function wordsOf(row: RetryRow, label: string, change: DialogOf<'retry'>['change'], view: View): Word[] {
  switch (row) {
    case 'keep_work':
    case 'fresh':
      return [box(change[row]), word(LABELS[row])];
    case 'go':
      return [word(LABELS.go, 'strong')];
    case 'instructions': {
      const lines = change.instructions?.split('\n').length;
      const text =
        lines === undefined ? `as in the graph; ${shownKey(view, 'edit')} edits them` : `edited: ${lines} lines`;
      return [word(`${label} `), word(text, lines === undefined ? 'quiet' : 'accent')];
    }
    default: {
      const text = change[row];
      return [
        word(`${label} `),
        text === null ? word(row === 'note' ? 'none' : 'as before', 'quiet') : word(safeText(text), 'accent'),
      ];
    }
  }
}
