import type { AdrVerbosity, Command } from '../../core/graph/graph.ts';
import type { Briefing } from './briefing.ts';
import { fence, section, shellWord } from './markdown.ts';

const ADR_DETAIL: Readonly<Record<Exclude<AdrVerbosity, 'none'>, string>> = {
  standard: 'Keep it to half a page: context, decision, consequences.',
  detailed:
    'Give the context, the options that you weighed with what speaks for and against each, the decision, and its ' +
    'consequences, also the bad ones.',
  educational:
    'Write it for a newcomer to the project: explain the terms, the context, each option with an example, the ' +
    'decision, its consequences, and where to read on.',
};

/** How much is written down about decisions. */
export function decisionsSection({ task }: Briefing): string | null {
  const { adrVerbosity } = task.primaryAgent;
  if (adrVerbosity === 'none') return null;
  return section(
    'Decisions',
    'Write an architecture decision record for each decision that would be costly to take back. Put it where the ' +
      'project keeps them, or else in `docs/adr/NNNN-short-title.md` with the next number, and commit it with the ' +
      'work. ' +
      `${ADR_DETAIL[adrVerbosity]} No such decision, no record.`,
  );
}

export function gateSection({ task }: Briefing): string | null {
  if (task.completionGate === null) return null;
  return section(
    'Completion gate',
    'When you say that you are done, this command is run on your commit, in a clean tree without anything that you ' +
      'did not commit. It must exit with 0:',
    fence(commandLine(task.completionGate), 'sh'),
    `Run it yourself before you finish. ${gateFailure(task.maxGateAttempts)} Do not weaken the gate or what it checks.`,
  );
}

function gateFailure(attempts: number): string {
  if (attempts === 1) return 'It is run once: if it fails then, the task fails.';
  return (
    'If it fails then, you get a prompt in this session with the path of its output: mend the cause, commit, and ' +
    `finish again. After ${attempts} failed runs the task fails.`
  );
}

/** Only from the attempt on that is reviewed. */
export function reviewSection({ task, attempt }: Briefing): string | null {
  if (task.review === null || attempt < task.review.reviewOnAttempt) return null;
  return section(
    'Review',
    'Write these commits for a reviewer: another agent may read them before they are merged. What it objects to comes ' +
      'back to you as a prompt in this session: mend it, or say in the summary why not, commit, and finish again.',
  );
}

function commandLine(command: Command): string {
  return typeof command === 'string' ? command.trim() : command.map(shellWord).join(' ');
}
