import { z } from 'zod';
import { agentSchema, credential, isolationSchema, reviewSchema } from './schema-agent.ts';
import {
  branch,
  category,
  command,
  commands,
  count,
  duration,
  id,
  line,
  paths,
  program,
  prose,
  repositoryPath,
  session,
} from './schema-text.ts';

/** The graph file as it is written: the one source of validation, of the types of `build.ts` and of the JSON Schema. */

const MANY = 1_000_000;

const dollars = z.number().positive().max(MANY).nullable().optional();
const tokens = count(1, Number.MAX_SAFE_INTEGER).nullable().optional();

const pathsSchema = z
  .strictObject({
    src: paths.optional().meta({ description: 'Source files or folders the task works on.' }),
    test: paths.optional().meta({ description: 'Test files or folders.' }),
    spec: paths.optional().meta({ description: 'Specification files.' }),
  })
  .meta({ id: 'paths', title: 'Paths', description: 'Paths by category, relative to the repository.' });

const taggedPathSchema = z
  .strictObject({
    path: repositoryPath.meta({ description: 'A path relative to the repository.' }),
    category: category.meta({ description: 'src, test, spec, or a word of your own.' }),
  })
  .meta({ id: 'taggedPath', title: 'Tagged path', description: 'A path with its category.' });

const budgetSchema = z
  .strictObject({
    max_cost_usd: dollars.meta({ description: 'US dollars that all attempts of all tasks may cost together.' }),
    max_tokens: tokens.meta({ description: 'Tokens of every kind that they may use together.' }),
    timeout: duration
      .nullable()
      .optional()
      .meta({
        description: 'The longest the run may take, counted while somebody runs it: seconds, or a text such as 8h.',
        examples: ['8h'],
      }),
  })
  .meta({
    id: 'budget',
    title: 'Budget',
    description: 'What the whole run may use. Told at 80 percent; at 100 its agents are stopped.',
  });

const inputSchema = z
  .strictObject({
    task: z.string().meta({ description: 'A task that this one depends on, directly or not.' }),
    category: category.nullable().optional().meta({
      description: 'Only the files that it declared under this category; all when left out.',
    }),
  })
  .meta({ id: 'inputsFrom', title: 'Inputs', description: 'Files that another task declared.' });

/** Keys of a task that may also stand at the top of the file, as the default of every task. */
const taskDefaults = {
  role: z.enum(['generic', 'spec_writer', 'test_writer', 'test_reviewer', 'implementer']).optional().meta({
    description: 'What kind of work it is; picks the wording of the instructions.',
    default: 'generic',
  }),
  paths: pathsSchema.optional().meta({ description: 'Files the task works on, by category.' }),
  tagged_paths: z.array(taggedPathSchema).optional().meta({
    description: 'Files the task works on, with categories of your own.',
  }),
  inputs_from: z
    .union([inputSchema, z.array(inputSchema)])
    .optional()
    .meta({
      description: 'Whose declared files are named to the agent as its input: one or a list.',
    }),
  completion_gate: command
    .nullable()
    .optional()
    .meta({
      description: 'A shell line, or an argv list, that must succeed on the finished commit before it is merged.',
      examples: ['npm test'],
    }),
  max_gate_attempts: count(1, 1000).optional().meta({
    description: 'How often the gate may run before the task fails.',
    default: 5,
  }),
  primary_agent: agentSchema.optional().meta({ description: 'The agent that does the task.' }),
  review: reviewSchema.nullable().optional().meta({ description: 'A second agent that reviews the work.' }),
  workstream_id: z.string().optional().meta({ description: 'The lane of the task.', default: 'default' }),
  isolation: isolationSchema.optional().meta({ description: 'Where agents and gates are kept.' }),
  anthropic_credential: credential.meta({
    description: 'The entry of the credentials file that agents use; null for none.',
  }),
  approvals: z.enum(['ask', 'skip']).optional().meta({
    description: 'Whether the agent asks before it runs tools; `skip` lets it do anything it can reach.',
    default: 'ask',
  }),
  timeout: duration
    .nullable()
    .optional()
    .meta({
      description: 'The longest an attempt may take: seconds, or a text such as 30m or 1h30m.',
      examples: ['30m'],
    }),
  stall_after: duration
    .nullable()
    .optional()
    .meta({
      description: 'After how long without output the agent counts as stalled: seconds, or a text such as 10m.',
      examples: ['10m'],
    }),
  max_cost_usd: dollars.meta({
    description:
      'Stops the task once its attempts together have cost this many US dollars, as far as their program tells. A retry ' +
      'that a person asks for has as much again.',
  }),
  max_tokens: tokens.meta({
    description: 'The same for tokens of every kind, those that are read from a cache too.',
  }),
  max_check_fixes: count(0, 1000).optional().meta({
    description: 'How often a red check on the pull request goes back to the agent.',
    default: 2,
  }),
  setup: commands.optional().meta({
    description: 'Commands run in the worktree before the agent: a shell line, or a list of shell lines or argv lists.',
    examples: [['npm ci']],
  }),
  verify: commands
    .optional()
    .meta({ description: 'Commands that must succeed after `setup`, before the agent starts.' }),
  cleanup: commands.optional().meta({ description: 'Commands run in the worktree after the attempt.' }),
  copy: z.array(repositoryPath).optional().meta({
    description: 'Files copied from the repository into the worktree, such as .env.',
  }),
  link: z.array(repositoryPath).optional().meta({
    description: 'Files linked from the repository into the worktree, such as node_modules.',
  }),
};

export const taskSchema = z
  .strictObject({
    id: id.meta({ description: 'Unique; becomes part of branch names and paths.' }),
    description: prose.nullable().optional().meta({ description: 'What is to be done, in words for the agent.' }),
    dependencies: z.array(z.string()).optional().meta({
      description: 'Ids of the tasks that must have succeeded before this one starts.',
    }),
    ...taskDefaults,
  })
  .meta({ id: 'task', title: 'Task', description: 'One piece of work, done by an agent on its own branch.' });

export const workstreamSchema = z
  .strictObject({
    id: id.meta({ description: 'Unique; becomes part of branch names and paths.' }),
    parent_workstream_id: z.string().nullable().optional().meta({
      description: 'The lane that must be merged before this one starts.',
    }),
    base_branch: branch.optional().meta({ description: 'The branch the lane is cut from.', default: 'main' }),
    merge_target_branch: branch.optional().meta({
      description: 'The branch the finished lane is merged into.',
      default: 'main',
    }),
    auto_merge: z.boolean().optional().meta({
      description: 'Merge the finished lane without a person, unless a task raised a concern.',
      default: false,
    }),
    parallel: z.boolean().optional().meta({
      description: 'Run several tasks of the lane at once, each in its own worktree.',
      default: false,
    }),
    isolation: isolationSchema.optional().meta({ description: 'Isolation of the tasks of this lane.' }),
    anthropic_credential: credential.meta({
      description: 'The entry of the credentials file that the agents of this lane use; null for none.',
    }),
  })
  .meta({ id: 'workstream', title: 'Workstream', description: 'A lane of tasks with one integration branch.' });

export const graphSchema = z
  .strictObject({
    name: id.meta({ description: 'The name of the graph; becomes part of branch names and paths.' }),
    tasks: z.array(taskSchema).min(1).meta({ description: 'The tasks of the graph.' }),
    workstreams: z.array(workstreamSchema).optional().meta({
      description: 'The lanes; one named `default` is made when left out.',
    }),
    max_workstream_depth: count(0, 100).optional().meta({
      description: 'How deep lanes may be nested: 1 allows a parent and its children.',
      default: 1,
    }),
    forge: z.enum(['gh', 'local']).nullable().optional().meta({
      description: 'Pull requests on GitHub, or merges by git alone; found from the remote when left out.',
    }),
    max_concurrency: count(1, 10_000).optional().meta({ description: 'Tasks at work at once.', default: 1 }),
    max_task_attempts: count(1, 1000).optional().meta({ description: 'Attempts a task has.', default: 1 }),
    teardown_mode: z.enum(['always', 'never', 'on_success']).optional().meta({
      description: 'When the window, the worktree and the branch of an attempt are cleaned up.',
      default: 'always',
    }),
    keep_panes: z.boolean().optional().meta({ description: 'Keep the dead panes of finished agents.', default: false }),
    fail_fast_on_workstream_error: z.boolean().optional().meta({
      description: 'Start nothing more after a lane has failed.',
      default: false,
    }),
    fail_fast_on_internal_error: z.boolean().optional().meta({
      description: 'Start nothing more after an internal error.',
      default: true,
    }),
    tmux_session: session.optional().meta({ description: 'The tmux session of the run.', default: 'agentrelay' }),
    model: line.nullable().optional().meta({ description: 'The model of every agent that names none.' }),
    tools: z.array(program).optional().meta({
      description: 'Programs that must be on PATH; known ones add guidance to the instructions.',
    }),
    caps: z.record(z.string(), count(1, 10_000)).optional().meta({
      description: 'Live agents at once by framework or model name.',
    }),
    merge_method: z.enum(['merge', 'squash']).optional().meta({
      description: 'How task branches are merged.',
      default: 'merge',
    }),
    budget: budgetSchema.nullable().optional().meta({
      description: 'What the whole run may use: told at 80 percent; at 100 its agents are stopped.',
    }),
    notify: command.nullable().optional().meta({ description: 'A command run when a person is newly needed.' }),
    ...taskDefaults,
  })
  .meta({
    title: 'agentrelay graph',
    description: 'A graph of coding tasks. Keys of a task that stand at the top are defaults of every task.',
  });

export type TaskFile = z.infer<typeof taskSchema>;
export type WorkstreamFile = z.infer<typeof workstreamSchema>;
export type GraphFile = z.infer<typeof graphSchema>;
