import { join } from 'node:path';
import type { Briefing } from './briefing.ts';
import { blockedSection, finishSection, reportSection } from './finishing.ts';
import { code, firstOf, list, quote, section } from './markdown.ts';
import { decisionsSection, gateSection, reviewSection } from './policies.ts';
import { ROLES } from './roles.ts';
import { toolGuidance } from './tools.ts';

/** `instructions.md`: all that an agent needs to do the task; a section is there when it applies. */
export function renderInstructions(briefing: Briefing, { hasContext }: { hasContext: boolean }): string {
  const { task, attempt, input } = briefing;
  const parts = [
    `# Task ${code(task.id)} of ${code(input.graphName)}, attempt ${attempt}`,
    introduction(briefing),
    taskSection(briefing),
    placeSection(briefing),
    pathsSection(briefing),
    dependenciesSection(briefing),
    inputsSection(briefing),
    earlierSection(briefing),
    hasContext ? contextSection(briefing) : null,
    toolsSection(briefing),
    commitSection(briefing),
    decisionsSection(briefing),
    gateSection(briefing),
    reviewSection(briefing),
    reportSection(briefing),
    blockedSection(briefing),
    finishSection(briefing),
  ];
  return `${parts.filter((part) => part !== null).join('\n\n')}\n`;
}

function introduction({ task }: Briefing): string {
  const { who, duties } = ROLES[task.role];
  const alone =
    'You work alone and unattended: nobody reads your questions and nobody answers them. Decide what you can from ' +
    'this page and the repository, and begin at once.';
  return [`${who} ${alone}`, list(duties)].join('\n\n');
}

function taskSection({ task }: Briefing): string {
  const text = task.description?.trim() ?? '';
  return text === ''
    ? section(
        'The task',
        `It has no description: its name, ${code(task.id)}, and its paths and inputs say what is wanted.`,
      )
    : section('The task', quote(text));
}

function placeSection({ input, task }: Briefing): string {
  const minutes = task.timeoutMs === null ? null : Math.max(1, Math.round(task.timeoutMs / 60_000));
  return section(
    'Where to work',
    list([
      `Folder: ${code(input.worktree)}. It is a git worktree of your own; change nothing outside it.`,
      `Branch: ${code(input.branch)}, checked out there. Commit on it and on no other.`,
      `It was cut from ${code(input.integrationBranch)}, and is merged back into it when you are done. ` +
        'Agentrelay does that: do not move that branch yourself.',
      'Never switch, rename or delete branches, never push, never add or remove worktrees, never rewrite commits that ' +
        'were there before you. Other agents work in the same repository.',
      ...(minutes === null ? [] : [`Time: ${minutes} ${minutes === 1 ? 'minute' : 'minutes'}, then the task fails.`]),
    ]),
  );
}

function pathsSection({ task }: Briefing): string | null {
  if (task.paths.length === 0) return null;
  return section(
    'Paths of this task',
    list(task.paths.map(({ path, category }) => `${code(category)}: ${code(path)}`)),
    'Keep your changes to these. If the task cannot be done without another file, change it as little as possible and ' +
      'say so in the summary.',
  );
}

function dependenciesSection({ dependencies }: Briefing): string | null {
  if (dependencies.length === 0) return null;
  const items = dependencies.map(({ id, description }) => {
    const words =
      description === null || description.trim() === '' ? '' : `\n\n${quote(firstOf(description, 12, 1_200), '  ')}`;
    return `${code(id)}${words}`;
  });
  return section(
    'Tasks before yours',
    'These are done, and what they made is already in your branch. Build on it; do not do it again.',
    list(items),
  );
}

function inputsSection({ inputs }: Briefing): string | null {
  if (inputs.files.length === 0) return null;
  return section(
    'Input files',
    'Read these first; they were made for this task. Paths are relative to your folder.',
    list(
      inputs.files.map(
        ({ path, category, sourceTask }) => `${code(path)} (${code(category)}, from task ${code(sourceTask)})`,
      ),
    ),
  );
}

function earlierSection({ earlier, input }: Briefing): string | null {
  if (earlier.length === 0) return null;
  const items = earlier.map(({ number, error, files, ref }) => {
    const why =
      error === null
        ? 'ended without an error of its own.'
        : `failed with:\n\n${quote(firstOf(error, 12, 1_200), '  ')}`;
    const looks = files.map(({ path, what }) => `  - ${code(path)}: ${what}`);
    if (ref !== null)
      looks.push(`  - ${code(`git diff ${input.integrationBranch}...${ref}`)}: what it changed, if it got that far`);
    return [`Attempt ${number} ${why}`, ...(looks.length === 0 ? [] : [`${looks.join('\n')}`])].join('\n\n');
  });
  return section(
    'Earlier attempts',
    `This task was tried before. Find out why that failed before you begin, and do not repeat it. ${code('git log')} ` +
      'tells whether some of that work is on your branch.',
    list(items),
  );
}

function contextSection({ input }: Briefing): string {
  return section('Context', `More about what came before is in ${code(join(input.signalDir, 'context.md'))}.`);
}

function toolsSection({ input }: Briefing): string | null {
  const known = toolGuidance(input.tools);
  if (known.length === 0) return null;
  return section('Tools', list(known.map(([name, guidance]) => `${code(name)}: ${guidance}`)));
}

function commitSection({ task }: Briefing): string {
  return section(
    'Commits',
    list([
      'Commit in steps that each make sense alone. Subject in the imperative, at most 72 characters; the body says why.',
      `Name the task in the last commit's body: ${code(`Task: ${task.id}`)}.`,
      'Before you finish, nothing may be left over: no changed and no untracked file. What belongs to the task is ' +
        'committed, what does not is deleted. No secrets, no build results, no debugging leftovers.',
    ]),
  );
}
