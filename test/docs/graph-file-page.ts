import { graphJsonSchema } from '../../src/commands/schema.ts';

/** The parts of a JSON Schema that the graph file's has. */
interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly string[];
  readonly anyOf?: readonly Schema[];
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: boolean | Schema;
  readonly required?: readonly string[];
  readonly description?: string;
  readonly default?: unknown;
  readonly pattern?: string;
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
  readonly maximum?: number;
  readonly $defs?: Readonly<Record<string, Schema>>;
}

const LATER = '*Later.*';

/** Keys that are checked today and do nothing, or not all, yet. */
const NOT_YET: Readonly<Record<string, string>> = {
  'task.review': `${LATER} Nobody reviews yet.`,
  'environment.session': `Today of ssh alone; other agents are in the graph's \`tmux_session\`.`,
};

const INTRODUCTION = `# The graph file

<!-- Made by test/docs/generate.ts from src/core/graph/schema.ts; edit those. -->

One YAML file describes a graph of tasks. \`agentrelay validate FILE\` checks it and names every problem with its line;
\`agentrelay dry-run FILE\` shows what a run would do. For completion and checks in an editor:

\`\`\`sh
agentrelay schema >graph.schema.json    # then, as the first line of the graph file:
# yaml-language-server: $schema=graph.schema.json
\`\`\`

\`\`\`yaml
name: shop
max_concurrency: 4
max_task_attempts: 2
primary_agent: {framework: command}     # every task, unless it says otherwise
workstreams:
  - {id: prices, auto_merge: true}
  - {id: pages, parallel: true}
tasks:
  - id: total
    workstream_id: prices
    description: Sum up a basket.
    primary_agent: {command: [my-agent, --prompt, '{prompt}']}
    completion_gate: npm test
  - id: basket
    workstream_id: pages
    dependencies: [total]               # starts when the lane prices is merged
    primary_agent: {command: [my-agent, --prompt, '{prompt}']}
\`\`\`

- Ids (of the graph, its tasks and workstreams) are 1 to 64 of \`A-Z a-z 0-9 _ . -\`, start with a letter, a digit or \`_\`,
  have no \`..\` and no \`--\`, do not end in \`.\` or \`.lock\`, and differ in more than case. No task is named \`ws\`.
- Unknown keys, duplicate keys and ids, unknown references, cycles, and paths that leave the repository are errors.
- Paths are relative to the repository. A command is a shell line, or a list that is run without a shell.
- A duration is a number of seconds, or a text such as \`90s\`, \`30m\`, \`1h30m\`; at most 24 days.
- Settings given on the command line come before those of the file.
- *Later* marks what is checked today and takes effect in a later version.
`;

const SECTIONS = [
  [
    'graph',
    'Top level',
    'Besides these, every key of a task but `id`, `description` and `dependencies`: the default of all tasks.',
  ],
  ['task', 'Task', ''],
  ['workstream', 'Workstream', 'A lane: tasks that share one integration branch.'],
  [
    'budget',
    'Budget',
    'Told at 80 percent. At 100 nothing more is started and the agents at work are stopped, their work kept; ' +
      '`agentrelay run` goes on once the bound is raised. What is signalled is still merged. Of cost and tokens counts what ' +
      'the programs of the agents tell; `timeout` holds for all of them. See [budgets.md](budgets.md).',
  ],
  [
    'agent',
    'Agent',
    'Laid over each other key by key: top level, then task. Another `framework` drops `model` and `command`.',
  ],
  ['environment', 'Environment', ''],
  ['review', 'Review', ''],
  ['isolation', 'Isolation', `${LATER} Inherited key by key: top level, workstream, task, agent.`],
  ['paths', 'Paths', ''],
  ['taggedPath', 'Tagged path', ''],
  ['inputsFrom', 'Inputs', ''],
] as const;

const root = graphJsonSchema() as Schema;

/** docs/graph-file.md. */
export function graphFilePage(): string {
  const unused = new Set(Object.keys(NOT_YET));
  const sections = SECTIONS.map(([id, title, note]) => {
    const rows = Object.entries(keysOf(id)).map(([key, schema]) => {
      unused.delete(`${id}.${key}`);
      return row(id, key, schema);
    });
    const lines = [
      `## ${title}`,
      '',
      ...(note === '' ? [] : [note, '']),
      '| key | value | default | what it does |',
      '|---|---|---|---|',
    ];
    return [...lines, ...rows, ''].join('\n');
  });
  const undocumented = Object.keys(root.$defs ?? {}).filter((id) => !SECTIONS.some(([known]) => known === id));
  if (unused.size + undocumented.length > 0) {
    throw new Error(`not in the schema: ${[...unused]}; without a section: ${undocumented}`);
  }
  return `${INTRODUCTION}\n${sections.join('\n')}`;
}

/** Of the top level those that are not a task's too. */
function keysOf(id: string): Readonly<Record<string, Schema>> {
  const own = definition(id).properties ?? {};
  if (id !== 'graph') return own;
  const task = definition('task').properties ?? {};
  return Object.fromEntries(Object.entries(own).filter(([key]) => !(key in task)));
}

function definition(id: string): Schema {
  return id === 'graph' ? root : (root.$defs?.[id] ?? {});
}

function row(id: string, key: string, schema: Schema): string {
  const required = definition(id).required?.includes(key) === true;
  const fallback = schema.default === undefined ? '' : `\`${schema.default}\``;
  const target = definition(schema.$ref?.split('/').at(-1) ?? '');
  const help = [schema.description ?? target.description ?? '', NOT_YET[`${id}.${key}`] ?? ''].join(' ').trim();
  const cells = [`\`${key}\``, valueWords(schema), required ? '*required*' : fallback, help];
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

function valueWords(schema: Schema): string {
  if (schema.$ref !== undefined) {
    const id = schema.$ref.split('/').at(-1);
    const title = SECTIONS.find(([known]) => known === id)?.[1] ?? '';
    return `[${title.toLowerCase()}](#${title.toLowerCase().replaceAll(' ', '-')})`;
  }
  if (schema.enum !== undefined) return schema.enum.map((word) => `\`${word}\``).join(' ');
  const choices =
    schema.anyOf ?? (Array.isArray(schema.type) ? schema.type.map((type) => ({ ...schema, type })) : null);
  if (choices !== null) return [...new Set(choices.map(valueWords))].join(', or ');
  switch (schema.type) {
    case 'array':
      return `list of ${inner(schema.items ?? {})}`;
    case 'object':
      return `map of names to ${inner(schema.additionalProperties as Schema)}`;
    case 'integer':
      return `whole number ${range(schema)}`;
    case 'number':
      return `number ${range(schema)}`.trim();
    case 'boolean':
      return '`true` `false`';
    case 'string':
      return schema.pattern === undefined ? 'text' : 'id';
    default:
      return String(schema.type);
  }
}

function inner(schema: Schema): string {
  return schema.anyOf === undefined ? valueWords(schema) : `(${valueWords(schema)})`;
}

function range({ minimum, exclusiveMinimum, maximum }: Schema): string {
  const from = exclusiveMinimum === undefined ? minimum : `above ${exclusiveMinimum}`;
  if (from === undefined) return '';
  return maximum === undefined || maximum === Number.MAX_SAFE_INTEGER ? `from ${from}` : `${from} to ${maximum}`;
}
