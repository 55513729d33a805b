import type { Briefing } from './briefing.ts';
import { code, fence, section } from './markdown.ts';

/** Messages to people and to later tasks, while the work goes on. */
export function reportSection({ command, task }: Briefing): string {
  const sample = task.paths[0] ?? { path: 'path/to/file', category: 'src' };
  const path = /^[\w./-]+$/.test(sample.path) && !sample.path.endsWith('/') ? sample.path : 'path/to/file';
  const category = /^[\w.-]+$/.test(sample.category) ? sample.category : 'src';
  return section(
    'While you work',
    'Run these from your folder, by the paths given here, with words of your own. A text that is long or has ' +
      "quotes in it is safest piped in: end the command with `--message - <<'END'`, then the text, then a line `END`.",
    'A doubt about the work itself that a person must look at (a requirement that contradicts another, a risk, a part ' +
      'left undone). It holds back an automatic merge, so raise it only for that:',
    fence(`${command('concern')} --message 'what, where, and why it matters'`, 'sh'),
    'Trouble with tools or surroundings (a flaky test, a slow network, a missing program). It holds back nothing:',
    fence(`${command('ops-concern')} --message 'what was in the way'`, 'sh'),
    'Every file that you created, modified or deleted and that later tasks may need, with the path relative to your ' +
      'folder and a category such as `src`, `test` or `spec`:',
    fence(`${command('declare')} --path ${path} --action created --category ${category}`, 'sh'),
    'A summary, just before you finish: what you did, how you checked it, what is left:',
    fence(`${command('summary')} --message 'what was done'`, 'sh'),
  );
}

export function blockedSection({ command }: Briefing): string {
  return section(
    'When you are blocked',
    'Do not wait and do not ask: there is nobody to answer. Choose the most sensible reading of the task, go on, and ' +
      'raise a concern that says what you assumed. Only if the task cannot be done at all, finish with ' +
      `${code(command('failed'))} and say what stands in the way; commit what is worth keeping first.`,
  );
}

const ON_GITHUB =
  'It pushes your branch and opens its pull request, or updates the one that is open; title and body are those of the ' +
  'pull request. That may take minutes: let it run, and run it again if it was interrupted. Do not push, and do not ' +
  'open, change, close or merge pull requests yourself, with `gh` or otherwise.';

export function finishSection({ command, input }: Briefing): string {
  return section(
    'How to finish',
    'Run exactly one of these three, last of all. A session that ends without one of them is a failed task, however ' +
      'good the work.',
    'Done, with commits to merge (the usual case; everything committed):',
    fence(`${command('complete')} --title 'What the change does' --body 'What was done and why'`, 'sh'),
    input.forge.name === 'gh' ? ON_GITHUB : null,
    'Done, with nothing to merge (refused when your branch has commits):',
    fence(command('complete-no-pr'), 'sh'),
    'It cannot be done:',
    fence(`${command('failed')} --reason 'what stands in the way'`, 'sh'),
    'A command that refuses says why: mend that and run it again. When it has answered, end your turn. If a new prompt ' +
      'arrives in this session afterwards, do what it says and finish again in the same way.',
  );
}
