import { expect, test } from 'vitest';
import { graphJsonSchema, schema } from '../../src/commands/schema.ts';

interface Node {
  readonly $ref?: string;
  readonly title?: string;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Node>>;
  readonly additionalProperties?: unknown;
  readonly required?: readonly string[];
  readonly $defs?: Readonly<Record<string, Node>>;
}

const root = graphJsonSchema() as Node;
const task = root.$defs?.task as Node;
const keys = (node: Node | undefined): string[] => Object.keys(node?.properties ?? {}).toSorted();

test('prints a JSON Schema of draft 2020-12', async () => {
  const lines: string[] = [];
  expect(await schema({ out: (line) => void lines.push(line) })).toBe(0);
  expect(JSON.parse(lines.join('\n'))).toEqual(JSON.parse(JSON.stringify(root)));
  expect(root).toMatchObject({ $schema: 'https://json-schema.org/draft/2020-12/schema', required: ['name', 'tasks'] });
  expect(task.required).toEqual(['id']);
});

test('has every key of a task, and at the top all of them but three', () => {
  const taskKeys = [
    ...['id', 'role', 'description', 'dependencies', 'paths', 'tagged_paths', 'inputs_from', 'completion_gate'],
    ...['max_gate_attempts', 'primary_agent', 'review', 'workstream_id', 'isolation', 'approvals', 'timeout'],
    ...['anthropic_credential'],
    ...['stall_after', 'max_cost_usd', 'max_tokens', 'max_check_fixes', 'setup', 'verify', 'cleanup', 'copy', 'link'],
  ];
  expect(keys(task)).toEqual(taskKeys.toSorted());
  const defaults = taskKeys.filter((key) => !['id', 'description', 'dependencies'].includes(key));
  expect(keys(root)).toEqual(
    [
      ...['name', 'tasks', 'workstreams', 'max_workstream_depth', 'forge', 'max_concurrency', 'max_task_attempts'],
      ...['teardown_mode', 'keep_panes', 'fail_fast_on_workstream_error', 'fail_fast_on_internal_error', 'model'],
      ...['tmux_session', 'tools', 'caps', 'merge_method', 'notify', 'budget', ...defaults],
    ].toSorted(),
  );
});

test('has every key of agents, reviews, isolation and workstreams', () => {
  expect(keys(root.$defs?.agent)).toEqual(
    ['adr_verbosity', 'anthropic_credential', 'command', 'environment', 'framework', 'isolation', 'model'].toSorted(),
  );
  expect(keys(root.$defs?.review)).toEqual(['agent', 'review_on_attempt']);
  expect(keys(root.$defs?.isolation)).toEqual([
    'cpus',
    'image',
    'memory',
    'mounts',
    'network',
    'runtime',
    'sandbox',
    'token_tier',
  ]);
  expect(keys(root.$defs?.workstream)).toEqual([
    'anthropic_credential',
    'auto_merge',
    'base_branch',
    'id',
    'isolation',
    'merge_target_branch',
    'parallel',
    'parent_workstream_id',
  ]);
});

test('has help on every map and every key, and refuses others except in an environment', () => {
  for (const [name, map] of Object.entries({ root, ...root.$defs })) {
    expect(map.title, name).toBeTruthy();
    expect(map.description, name).toBeTruthy();
    expect(map.additionalProperties, name).toEqual(name === 'environment' ? {} : false);
    for (const [key, value] of Object.entries(map.properties ?? {})) {
      const shared = root.$defs?.[value.$ref?.split('/').at(-1) ?? ''];
      expect(value.description ?? shared?.description, `${name}.${key}`).toBeTruthy();
    }
  }
});
