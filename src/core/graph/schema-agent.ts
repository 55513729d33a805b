import { z } from 'zod';
import { FRAMEWORKS } from './known-names.ts';
import { argv, count, duration, line, memory, prose, session } from './schema-text.ts';

/** An entry of `anthropic` in the credentials file. */
export const credential = line.nullable().optional();

export const isolationSchema = z
  .strictObject({
    sandbox: z.enum(['none', 'bwrap', 'oci']).optional().meta({
      description: 'What keeps the agent apart from the machine: nothing, bubblewrap, or a container.',
      default: 'none',
    }),
    token_tier: z.enum(['read_only', 'standard', 'elevated']).optional().meta({
      description: 'Which set of credentials the agent gets from the credentials file.',
      default: 'standard',
    }),
    image: line.nullable().optional().meta({ description: 'Container image, for sandbox oci.' }),
    runtime: z.enum(['docker', 'podman']).nullable().optional().meta({
      description: 'Container runtime, for sandbox oci; the one that is found when left out.',
    }),
    network: z.boolean().optional().meta({ description: 'Whether the sandbox has a network.', default: true }),
    cpus: z.number().positive().max(4096).nullable().optional().meta({ description: 'CPU limit of the sandbox.' }),
    memory: memory.nullable().optional().meta({ description: 'Memory limit of the sandbox, such as 4g.' }),
    mounts: z.array(line).optional().meta({ description: 'Extra mounts of the sandbox, such as /data:/data:ro.' }),
  })
  .meta({
    id: 'isolation',
    title: 'Isolation',
    description: 'Where the agent is kept. Inherited key by key: graph, workstream, task, agent.',
  });

/** The keys of each environment stand in `known-names.ts`; those of a user's own environment are its own. */
export const environmentSchema = z
  .looseObject({
    type: z
      .string()
      .optional()
      .meta({
        description: 'Where the agent lives: tmux, process, slurm, ssh, or an environment of the user config.',
        default: 'tmux',
        examples: ['tmux', 'process', 'slurm', 'ssh'],
      }),
    session: session.optional().meta({
      description: 'tmux, slurm, ssh: the session whose windows hold the agents; `tmux_session` when left out.',
    }),
    partition: line.optional().meta({ description: 'slurm: where the job is queued.', examples: ['gpu'] }),
    account: line.optional().meta({ description: 'slurm: the account that is charged.' }),
    qos: line.optional().meta({ description: 'slurm: the quality of service.' }),
    constraint: line.optional().meta({ description: 'slurm: features that the node must have.' }),
    cpus: count(1, 4096).optional().meta({ description: 'slurm: processors of the job.' }),
    memory: memory.optional().meta({ description: 'slurm: memory of the job, such as 4g.' }),
    gres: line.optional().meta({ description: 'slurm: generic resources, such as gpu:1.' }),
    time: duration
      .optional()
      .meta({ description: 'slurm: how long the job may run; what the partition says when left out.' }),
    queue_timeout: duration
      .optional()
      .meta({ description: 'slurm: how long the job may be queued; no limit when left out.' }),
    arguments: z.array(prose).optional().meta({ description: 'slurm: more arguments of srun, such as --exclusive.' }),
    host: line
      .optional()
      .meta({ description: 'ssh: the machine, by name, address, or a Host of the ssh configuration.' }),
    user: line.optional().meta({ description: 'ssh: who logs in there.' }),
    port: count(1, 65_535).optional().meta({ description: 'ssh: its port.' }),
    identity: line.optional().meta({ description: 'ssh: the file of the private key.' }),
    config: line.optional().meta({ description: 'ssh: a configuration file instead of your own.' }),
    options: z.array(line).optional().meta({ description: 'ssh: more options, such as ForwardAgent=yes.' }),
    directory: line.optional().meta({
      description: 'ssh: where the clones lie there, from the home directory when it is relative.',
      default: '.agentrelay',
    }),
    node: line.optional().meta({ description: 'ssh: the Node there; the one on its PATH when left out.' }),
    reconnect_timeout: duration.optional().meta({
      description: 'ssh: how long a lost connection is tried again before the place counts as lost.',
      default: '30m',
    }),
  })
  .meta({ id: 'environment', title: 'Environment', description: 'The place where the agent runs.' });

export const agentSchema = z
  .strictObject({
    framework: z
      .string()
      .optional()
      .meta({
        description: 'Which coding agent works: a preset, `command` for any program, or one of the user config.',
        default: 'claude_code',
        examples: [...FRAMEWORKS],
      }),
    model: line.nullable().optional().meta({
      description: "The model, by the framework's own name for it; the graph's `model` when left out.",
    }),
    adr_verbosity: z.enum(['none', 'standard', 'detailed', 'educational']).optional().meta({
      description: 'How much the agent writes down about its decisions.',
      default: 'none',
    }),
    environment: environmentSchema.optional().meta({ description: 'The place where the agent runs.' }),
    isolation: isolationSchema.optional().meta({ description: 'Isolation of this agent, over that of its task.' }),
    anthropic_credential: credential.meta({
      description: 'The entry of the credentials file that this agent uses; null for none.',
    }),
    command: argv.optional().meta({
      description:
        'For framework `command`: the argv list. {prompt}, {instructions} (path of instructions.md), {model}, {task} and {attempt} are replaced.',
      examples: [['my-agent', '--prompt', '{prompt}']],
    }),
  })
  .meta({ id: 'agent', title: 'Agent', description: 'Who works, with which model, where.' });

export const reviewSchema = z
  .strictObject({
    agent: agentSchema.optional().meta({
      description: "The reviewer; keys left out are those of the task's own agent.",
    }),
    review_on_attempt: count(1, 1000).optional().meta({
      description: 'The first attempt, counted from 1, that is reviewed.',
      default: 1,
    }),
  })
  .meta({
    id: 'review',
    title: 'Review',
    description: "A second agent that looks at the pushed work; its concern goes back to the task's agent.",
  });

export type IsolationFile = z.infer<typeof isolationSchema>;
export type EnvironmentFile = z.infer<typeof environmentSchema>;
export type AgentFile = z.infer<typeof agentSchema>;
