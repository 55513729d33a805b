import { plain } from './prompts.ts';

/** What stands between the work of an attempt and its signal. */
export interface MissingWork {
  /** Files. */
  readonly uncommitted: readonly string[];
  /** On its branch; null where they cannot be counted. */
  readonly commits: number | null;
  /** The branch that it should be on and is not; null where it is. */
  readonly branch: string | null;
}

const FILES_NAMED = 10;

/**
 * For an agent that has ended its turn without a signal. One line: some programs submit at a line break. `command` makes
 * an agent-side command of a verb, ready for a shell.
 */
export function nudgePrompt(missing: MissingWork, command: (verb: string) => string): string {
  const { uncommitted, commits, branch } = missing;
  const named = uncommitted.slice(0, FILES_NAMED).map(plain).join(', ');
  const more = uncommitted.length > FILES_NAMED ? ` and ${uncommitted.length - FILES_NAMED} more` : '';
  const what = [
    branch === null ? '' : `Your folder is not on your branch ${branch}.`,
    named === '' ? '' : `Not committed: ${named}${more}.`,
    commits === 0 ? 'There is no commit on your branch.' : '',
    isAllThere(missing) ? 'Your work is committed, but agentrelay-complete was not run.' : '',
  ];
  return [
    'agentrelay: your turn has ended and there is no signal.',
    ...what,
    'Go on until the task is done and everything is committed, then run',
    `${command('complete')} --title 'What the change does' --body 'What was done and why'.`,
    `If there is nothing to merge, run ${command('complete-no-pr')};`,
    `if the task cannot be done, ${command('failed')} --reason 'what stands in the way'.`,
  ]
    .filter((words) => words !== '')
    .join(' ');
}

/** The same in a few words. */
export function missingWords(missing: MissingWork): string[] {
  const { uncommitted, commits, branch } = missing;
  return [
    ...(branch === null ? [] : [`not on ${branch}`]),
    ...(uncommitted.length === 0
      ? []
      : [`${uncommitted.length} uncommitted ${uncommitted.length === 1 ? 'file' : 'files'}`]),
    ...(commits === 0 ? ['no commits'] : []),
    ...(isAllThere(missing) ? ['agentrelay-complete not run'] : []),
  ];
}

function isAllThere({ uncommitted, commits, branch }: MissingWork): boolean {
  return uncommitted.length === 0 && branch === null && commits !== null && commits > 0;
}
