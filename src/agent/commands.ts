import { LIVE_ATTENTIONS } from '../core/attention.ts';
import { OUTPUT_ACTIONS } from '../steps/instructions/outputs.ts';
import { sayAttention } from './attention.ts';
import { complete, completeWithoutPullRequest, fail } from './complete.ts';
import { declare } from './declare.ts';
import type { AgentCommand } from './flags.ts';
import { raiseConcern, raiseOpsConcern, summarize } from './notes.ts';

const message = { name: 'message', value: 'M', required: true, fromStdin: true } as const;

export const COMMANDS: readonly AgentCommand[] = [
  {
    verb: 'complete',
    summary: 'Says that the task is done and hands its branch over to be merged.',
    notes:
      'Everything must be committed on the task branch. With GitHub the branch is pushed and its pull request opened,\n' +
      'or the open one updated; title and body are those of the pull request. Without, they become the summary,\n' +
      'unless one was written with agentrelay-summary. Run it again after it was interrupted: it goes on.',
    flags: [
      { name: 'title', value: 'T', help: 'what the change does, in one line' },
      { name: 'body', value: 'B', help: 'what was done and why, in Markdown', fromStdin: true },
    ],
    run: complete,
  },
  {
    verb: 'complete-no-pr',
    summary: 'Says that the task is done and that there is nothing to merge.',
    notes: 'Refused when the task branch has commits.',
    flags: [],
    run: completeWithoutPullRequest,
  },
  {
    verb: 'failed',
    summary: 'Says that the task cannot be done, and why.',
    flags: [{ name: 'reason', value: 'R', help: 'what stands in the way', required: true, fromStdin: true }],
    run: fail,
  },
  {
    verb: 'concern',
    summary: 'Raises a doubt about the work, which holds back an automatic merge. The task goes on.',
    notes: 'A message is kept as one line: line breaks become " ⏎ ", and it is cut at 16 kB.',
    flags: [{ ...message, help: 'what a person should look at, and where' }],
    run: raiseConcern,
  },
  {
    verb: 'ops-concern',
    summary: 'Reports trouble with tools or surroundings, which holds back nothing. The task goes on.',
    notes: 'A message is kept as one line: line breaks become " ⏎ ", and it is cut at 16 kB.',
    flags: [{ ...message, help: 'what was in the way' }],
    run: raiseOpsConcern,
  },
  {
    verb: 'summary',
    summary: 'Keeps a summary of the work for its reviewers and for the tasks that build on it.',
    notes: 'A second summary replaces the first.',
    flags: [{ ...message, help: 'what was done, in Markdown' }],
    run: summarize,
  },
  {
    verb: 'declare',
    summary: 'Declares a file that later tasks take as an input.',
    flags: [
      { name: 'path', value: 'P', help: 'relative to the root of the worktree', required: true },
      { name: 'action', value: 'A', help: OUTPUT_ACTIONS.join(', '), required: true, choices: OUTPUT_ACTIONS },
      { name: 'category', value: 'C', help: 'src, test, spec, or another', required: true },
    ],
    run: declare,
  },
  {
    verb: 'attention',
    summary: 'Says what the agent does just now, for the people who watch. For hooks of the program that it is.',
    notes:
      'A question and choices go with waiting_permission, waiting_input and trust_prompt: a person answers from\n' +
      'elsewhere, and the answer is typed into this session. Whatever is said replaces what was said before.',
    argument: { name: 'STATE', help: 'one of', choices: LIVE_ATTENTIONS },
    flags: [
      { name: 'question', value: 'TEXT', help: 'what is asked, at most 2,000 characters', fromStdin: true },
      { name: 'choice', value: 'TEXT', help: 'one of at most 9 answers; its number stands for it', many: true },
      { name: 'until', value: 'TIME', help: 'when the limit ends, such as 2026-01-31T15:00:00Z' },
    ],
    run: sayAttention,
  },
  {
    verb: 'hook',
    summary: 'Keeps what a hook of the program tells, for agentrelay to know what the agent does.',
    notes:
      'What the program gives it is read from standard input, or is the last argument where that begins with {.\n' +
      'For hooks only: whatever happens, it prints nothing and its exit code is 0, also outside a session of agentrelay.',
    argument: { name: 'EVENT', help: 'the name of the hook, such as Stop' },
    flags: [],
    run: () => '',
  },
];
