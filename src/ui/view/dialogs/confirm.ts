import { attemptRef } from '../../../core/names.ts';
import { currentAttempt, type TaskState } from '../../../core/run-state.ts';
import { shownKey } from '../../keymap/shown-key.ts';
import { type Line, line, word } from '../../line.ts';
import { safeText } from '../../text/safe.ts';
import { wrap } from '../../text/wrap.ts';
import type { View } from '../view.ts';
import type { DialogBody } from './body.ts';
import { keyLine } from './choice.ts';

/** What will go, and what is kept of it. */
export const drawConfirm: DialogBody<'confirm'> = (view, { act, tasks }, columns) => {
  const texts = tasks.flatMap((id) => {
    const task = view.run.tasks.get(id);
    return task === undefined ? [] : act === 'teardown' ? teardownTexts(task, view) : cancelTexts(task, view);
  });
  const lines = texts.flatMap((text) => paragraph(text, columns));
  const keys = keyLine(view, [
    ['yes', act === 'teardown' ? 'tear down' : 'call off'],
    ['no', 'leave it'],
  ]);
  const name = tasks.length === 1 ? tasks[0] : `${tasks.length} tasks`;
  return {
    title: act === 'teardown' ? `Tear down ${name}?` : `Call off ${name}?`,
    lines,
    keys,
  };
};

interface Text {
  readonly label: string;
  readonly text: string;
}

const LABEL_WIDTH = 10;

function paragraph({ label, text }: Text, columns: number): Line[] {
  return wrap(safeText(text), Math.max(8, columns - LABEL_WIDTH)).map((part, index) =>
    line([word((index === 0 ? label : '').padEnd(LABEL_WIDTH), 'quiet'), word(part)]),
  );
}

function teardownTexts(task: TaskState, view: View): Text[] {
  const { run } = view;
  const attempt = currentAttempt(task);
  if (attempt === null) return [];
  const { id, workstream } = task.outline;
  const isParallel = run.workstreams.get(workstream)?.outline.parallel === true;
  return [
    { label: 'goes', text: `the window of ${id}, attempt ${attempt.number}, and what still runs in it` },
    ...(attempt.branch === null ? [] : [{ label: 'goes', text: `branch ${attempt.branch}` }]),
    ...(isParallel && attempt.worktree !== null ? [{ label: 'goes', text: `worktree ${attempt.worktree}` }] : []),
    {
      label: 'is kept',
      text: `its commits, as ${attemptRef(run.run, id, attempt.number)}; what is not committed, under refs/agentrelay/backup; its log`,
    },
    {
      label: 'undo',
      text: `${shownKey(view, 'undo')} brings the branch and the files back; a program that was ended stays so`,
    },
  ];
}

function cancelTexts(task: TaskState, view: View): Text[] {
  const attempt = currentAttempt(task);
  return [
    {
      label: 'ends',
      text:
        attempt === null
          ? `${task.outline.id}, before it is started`
          : `the agent of ${task.outline.id}, attempt ${attempt.number}`,
    },
    { label: 'is kept', text: `all that it made; ${shownKey(view, 'retry')} tries it again` },
  ];
}
