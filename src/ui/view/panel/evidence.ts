import type { AttemptState } from '../../../core/run-state.ts';
import { currentAttempt } from '../../../core/run-state.ts';
import { plural, shortCommit } from '../../format.ts';
import { EMPTY_LINE, type Line, type Word, word } from '../../line.ts';
import type { Detail } from '../../ports.ts';
import { chosenTask } from '../../subjects.ts';
import { wrapWords } from '../../text/wrap.ts';
import { caughtUp } from '../merge-note.ts';
import { taskLook } from '../task-look.ts';
import type { Scroll, View } from '../view.ts';
import { mergeFacts } from './evidence-merge.ts';
import { summaryWords } from './evidence-summary.ts';
import { proofRow } from './proof.ts';
import { type FactRow, factRows, row, told, wrappedRows } from './rows.ts';
import { listScroll } from './scroll.ts';

type Evidence = Extract<Detail, { tab: 'evidence' }>;

/** What is proved of the work of a task, and what is not, a line each; then its commits and what its agent says. */
export function evidenceScroll(detail: Evidence, view: View, columns: number): Scroll {
  const task = chosenTask(view);
  const attempt = task === null ? null : currentAttempt(task);
  if (task === null || attempt === null) {
    return listScroll([row(view, [word(' it has not started yet: nothing is proved', 'quiet')], columns)]);
  }
  const look = taskLook(task, view.glyphs);
  const title = row(
    view,
    [word(` attempt ${attempt.number}`, 'strong'), word(`  ${look.mark} ${look.name}`, look.tone)],
    columns,
  );
  const facts = [
    branchFact(attempt, view),
    commitsFact(attempt, detail, view),
    signalFact(attempt, view),
    gateFact(attempt, view),
    conflictFact(attempt, view),
    ...mergeFacts(task, attempt, view),
    ...concernFacts(attempt, view),
    ...attempt.saved.map(({ ref, commit }) =>
      proofRow('saved', 'proved', `${ref} (${shortCommit(commit)})`, view.glyphs),
    ),
  ];
  return listScroll([
    ...wrapWords(summaryWords(attempt, commitCount(attempt, detail), view.glyphs), Math.max(1, columns - 1)).map(
      (words) => row(view, [word(' '), ...words], columns),
    ),
    title,
    ...factRows(view, facts, columns),
    ...commitLines(detail, view, columns),
    ...summaryLines(detail, view, columns),
  ]);
}

function branchFact({ branch, baseCommit }: AttemptState, { glyphs }: View): FactRow {
  if (branch === null) return proofRow('branch', 'unknown', 'not made yet', glyphs);
  return proofRow(
    'branch',
    'proved',
    `${branch}${baseCommit === null ? '' : ` from ${shortCommit(baseCommit)}`}`,
    glyphs,
  );
}

function commitCount({ commitsAhead }: AttemptState, { commits, omitted }: Evidence): number {
  return commits.length + omitted || (commitsAhead ?? 0);
}

function commitsFact(attempt: AttemptState, detail: Evidence, { glyphs }: View): FactRow {
  const count = commitCount(attempt, detail);
  if (count === 0) return proofRow('commits', 'unknown', 'none yet', glyphs);
  return proofRow('commits', 'proved', `${plural(count, 'commit')} ahead of its base`, glyphs);
}

function signalFact({ signalled, failure, sentBack, commitsAhead }: AttemptState, { glyphs }: View): FactRow {
  if (failure?.code === 'agent_failed') return proofRow('signal', 'refuted', 'the agent gave up', glyphs);
  if (signalled !== null) {
    const count = commitsAhead === null ? '' : `, ${plural(commitsAhead, 'commit')} ahead`;
    return proofRow('signal', 'proved', `done at ${shortCommit(signalled)}${count}`, glyphs);
  }
  if (sentBack > 0)
    return proofRow('signal', 'doubtful', `its work went back to it ${plural(sentBack, 'time')}`, glyphs);
  return proofRow('signal', 'unknown', 'none yet', glyphs);
}

function gateFact(attempt: AttemptState, { glyphs }: View): FactRow {
  const { lastGate, gateRounds, step, endedAt, signalled } = attempt;
  if (step === 'gate' && endedAt === null && lastGate?.round !== gateRounds) {
    return proofRow('gate', 'under_way', `round ${gateRounds}`, glyphs);
  }
  if (lastGate === null) return proofRow('gate', 'unknown', 'has not run', glyphs);
  const { round, passed, commit, exitCode, output } = lastGate;
  if (!passed) {
    const exit = exitCode === null ? 'was ended' : `exit ${exitCode}`;
    return proofRow('gate', 'refuted', `round ${round} failed, ${exit}${output === null ? '' : `: ${output}`}`, glyphs);
  }
  const isOther = signalled !== null && commit !== null && commit !== signalled;
  const text = `round ${round} passed${commit === null ? '' : ` at ${shortCommit(commit)}`}`;
  return proofRow(
    'gate',
    isOther ? 'doubtful' : 'proved',
    isOther
      ? `${text}, ${caughtUp(attempt) === '' ? 'which is not what is signalled' : 'before it was brought up to date'}`
      : text,
    glyphs,
  );
}

function conflictFact({ conflictRounds, conflictFiles, endedAt, pr }: AttemptState, { glyphs }: View): FactRow {
  if (conflictRounds > 0) {
    const files = conflictFiles.length === 0 ? '' : `: ${conflictFiles.join(', ')}`;
    return proofRow('conflicts', 'doubtful', `${plural(conflictRounds, 'round')}${files}`, glyphs);
  }
  return proofRow('conflicts', endedAt !== null && pr !== null ? 'proved' : 'unknown', 'none', glyphs);
}

/** Those of the agent hold back the merge of the lane; those about the machinery do not. */
function concernFacts({ concerns, endedAt }: AttemptState, { glyphs }: View): FactRow[] {
  if (concerns.length === 0) return [proofRow('concerns', endedAt === null ? 'unknown' : 'proved', 'none', glyphs)];
  return concerns.map(({ source, message }) =>
    source === 'agent'
      ? proofRow('concern', 'doubtful', `holds back the merge of its lane: ${message}`, glyphs)
      : proofRow('concern', 'unknown', `${source}, holds back nothing: ${message}`, glyphs),
  );
}

function commitLines({ commits, omitted }: Evidence, view: View, columns: number): Line[] {
  if (commits.length === 0) return [];
  const { glyphs } = view;
  const lines = commits.map(({ id, subject, author }): Word[] => [
    word(' '),
    told(shortCommit(id), 'accent'),
    word('  '),
    told(subject),
    told(`  ${author}`, 'quiet'),
  ]);
  const more: Word[][] = omitted === 0 ? [] : [[word(` ${glyphs.ellipsis} ${omitted} more`, 'quiet')]];
  return [EMPTY_LINE.words, [word(' commits', 'strong')], ...lines, ...more].map((words) => row(view, words, columns));
}

function summaryLines({ summary }: Evidence, view: View, columns: number): Line[] {
  if (summary === null) return [];
  const head = [EMPTY_LINE.words, [word(' what the agent says', 'strong')]].map((words) => row(view, words, columns));
  const text = wrappedRows(view, summary, Math.max(1, columns - 1));
  return [...head, ...text.map(({ words }) => row(view, [word(' '), ...words], columns))];
}
