import { describe, expect, test } from 'vitest';
import type { Graph } from '../../../src/core/graph/graph.ts';
import type { Problem } from '../../../src/core/graph/problem.ts';
import { formatPath } from '../../../src/core/graph/problem.ts';
import { type ReadGraphOptions, readGraph } from '../../../src/core/graph/read-graph.ts';

function good(file: object, options: ReadGraphOptions = {}): Graph {
  const { graph, problems } = readGraph({ name: 'g', tasks: [{ id: 'a' }], ...file }, options);
  expect(problems.map(said)).toEqual([]);
  return graph as Graph;
}

function bad(file: object, options: ReadGraphOptions = {}): string[] {
  const { graph, problems } = readGraph({ name: 'g', tasks: [{ id: 'a' }], ...file }, options);
  expect(graph).toBeNull();
  return problems.map(said);
}

function said(problem: Problem): string {
  const guess = problem.didYouMean === null ? '' : ` (${problem.didYouMean}?)`;
  return `${formatPath(problem.path)}: ${problem.message}${guess}`;
}

const task = (file: object): ReturnType<typeof taskOf> => taskOf(good(file), 'a');
function taskOf(graph: Graph, id: string) {
  const found = graph.taskById.get(id);
  if (found === undefined) throw new Error(`no task ${id}`);
  return found;
}

describe('defaults', () => {
  test('a graph of one task needs its name and the id', () => {
    const graph = good({});
    expect(graph.settings).toEqual({});
    expect(graph.workstreams).toEqual([
      {
        id: 'default',
        parentWorkstreamId: null,
        baseBranch: 'main',
        mergeTargetBranch: 'main',
        autoMerge: false,
        parallel: false,
        isolation: graph.workstreams[0]?.isolation,
        anthropicCredential: null,
      },
    ]);
    expect(taskOf(graph, 'a')).toMatchObject({
      role: 'generic',
      description: null,
      dependencies: [],
      paths: [],
      completionGate: null,
      maxGateAttempts: 5,
      primaryAgent: {
        framework: 'claude_code',
        model: null,
        adrVerbosity: 'none',
        environment: { type: 'tmux' },
        command: null,
      },
      isolation: { sandbox: 'none', tokenTier: 'standard', network: true },
      review: null,
      workstreamId: 'default',
      approvals: 'ask',
      timeoutMs: null,
      maxCheckFixes: 2,
      setup: [],
      copy: [],
    });
  });

  test('an empty list of workstreams is none', () => {
    expect(good({ workstreams: [] }).workstreams.map(({ id }) => id)).toEqual(['default']);
  });

  test('keys at the top are defaults of every task, and a null at the task takes one back', () => {
    const graph = good({
      completion_gate: 'npm test',
      timeout: '1h30m',
      setup: 'npm ci',
      tasks: [{ id: 'a' }, { id: 'b', completion_gate: null, timeout: 90, setup: [['make', 'deps'], 'true'] }],
    });
    expect(taskOf(graph, 'a')).toMatchObject({ completionGate: 'npm test', timeoutMs: 5_400_000, setup: ['npm ci'] });
    expect(taskOf(graph, 'b')).toMatchObject({
      completionGate: null,
      timeoutMs: 90_000,
      setup: [['make', 'deps'], 'true'],
    });
  });

  test('every setting of the file is kept, and none that is not in it', () => {
    const settings = good({
      max_concurrency: 4,
      max_task_attempts: 3,
      teardown_mode: 'on_success',
      keep_panes: true,
      fail_fast_on_workstream_error: true,
      fail_fast_on_internal_error: false,
      tmux_session: 'mine',
      model: 'opus',
      tools: ['rg', 'g++'],
      anthropic_credential: 'work',
      merge_method: 'squash',
      caps: { codex: 2 },
      notify: ['say', 'look'],
      forge: 'local',
      budget: { max_cost_usd: 25, timeout: '8h' },
    }).settings;
    expect(settings).toEqual({
      maxConcurrency: 4,
      maxTaskAttempts: 3,
      teardownMode: 'on_success',
      keepPanes: true,
      failFastOnWorkstreamError: true,
      failFastOnInternalError: false,
      tmuxSession: 'mine',
      model: 'opus',
      tools: ['rg', 'g++'],
      anthropicCredential: 'work',
      mergeMethod: 'squash',
      caps: { codex: 2 },
      notify: ['say', 'look'],
      forge: 'local',
      budget: { maxCostUsd: 25, maxTokens: null, timeoutMs: 28_800_000 },
    });
  });

  test.each([null, {}, { max_cost_usd: null, max_tokens: null, timeout: null }])(
    'a budget of %j bounds nothing',
    (budget) => {
      expect(good({ budget }).settings).toEqual({ budget: null });
    },
  );

  test('paths and tagged paths become one list, in one spelling', () => {
    const { paths } = task({
      tasks: [
        { id: 'a', paths: { src: './src//x', spec: ['doc/'] }, tagged_paths: [{ path: 'b.sql', category: 'db' }] },
      ],
    });
    expect(paths).toEqual([
      { path: 'src/x', category: 'src' },
      { path: 'doc', category: 'spec' },
      { path: 'b.sql', category: 'db' },
    ]);
  });

  test('nothing of a graph can be changed', () => {
    const graph = good({});
    expect(() => Object.assign(taskOf(graph, 'a'), { id: 'b' })).toThrow(TypeError);
    expect(() => (graph.tasks as unknown[]).push(1)).toThrow(TypeError);
  });
});

describe('agents and isolation', () => {
  test('isolation is inherited key by key: graph, workstream, task, agent', () => {
    const a = task({
      isolation: { sandbox: 'oci', image: 'one', memory: '1g', cpus: 1 },
      workstreams: [{ id: 'lane', isolation: { image: 'two', memory: '2g', cpus: 2 } }],
      workstream_id: 'lane',
      tasks: [{ id: 'a', isolation: { memory: '3g', cpus: 3 }, primary_agent: { isolation: { cpus: 4 } } }],
    });
    expect(a.primaryAgent.isolation).toMatchObject({ sandbox: 'oci', image: 'two', memory: '3g', cpus: 4 });
    expect(a.isolation).toMatchObject({ sandbox: 'oci', image: 'two', memory: '3g', cpus: 3 });
  });

  test("the graph's model is that of agents that name none, unless the command line names another", () => {
    const file = { model: 'opus', tasks: [{ id: 'a' }, { id: 'b', primary_agent: { model: 'haiku' } }] };
    const models = (graph: Graph) => graph.tasks.map(({ primaryAgent }) => primaryAgent.model);
    expect(models(good(file))).toEqual(['opus', 'haiku']);
    expect(models(good(file, { model: 'sonnet' }))).toEqual(['sonnet', 'haiku']);
  });

  test('an agent is laid over the default one, but another framework takes neither its model nor its command', () => {
    const graph = good({
      primary_agent: { framework: 'command', command: ['run'], model: 'm', adr_verbosity: 'detailed' },
      tasks: [
        { id: 'a', primary_agent: { model: 'n' } },
        { id: 'b', primary_agent: { framework: 'codex' } },
      ],
    });
    expect(taskOf(graph, 'a').primaryAgent).toMatchObject({ framework: 'command', command: ['run'], model: 'n' });
    expect(taskOf(graph, 'b').primaryAgent).toMatchObject({
      framework: 'codex',
      command: null,
      model: null,
      adrVerbosity: 'detailed',
    });
  });

  test("a reviewer takes what it does not say from the task's agent; null takes the review back", () => {
    const graph = good({
      primary_agent: { framework: 'gemini', model: 'pro' },
      review: { review_on_attempt: 2 },
      tasks: [{ id: 'a', review: { agent: { model: 'flash' } } }, { id: 'b', review: null }, { id: 'c' }],
    });
    expect(taskOf(graph, 'a').review).toMatchObject({
      reviewOnAttempt: 2,
      agent: { framework: 'gemini', model: 'flash' },
    });
    expect(taskOf(graph, 'b').review).toBeNull();
    expect(taskOf(graph, 'c').review).toMatchObject({ agent: { model: 'pro' } });
  });

  test('a reviewer of its own framework needs its own command', () => {
    expect(bad({ review: { agent: { framework: 'command' } } })).toEqual([
      "review.agent.framework: framework 'command' needs a `command`",
    ]);
  });

  test('an agent on another machine needs to know which', () => {
    const needed = "an environment of type 'ssh' needs a `host`";
    const there = { environment: { type: 'ssh' } };
    expect(bad({ primary_agent: there, tasks: [{ id: 'a' }, { id: 'b' }] })).toEqual([
      `primary_agent.environment.type: ${needed}`,
    ]);
    const hosted = { environment: { type: 'ssh', host: 'box' } };
    const local = { environment: { type: 'tmux' } };
    expect(bad({ primary_agent: local, tasks: [{ id: 'a', primary_agent: there }] })).toEqual([
      `tasks[0].primary_agent.environment.type: ${needed}`,
    ]);
    const graph = good({ primary_agent: hosted, tasks: [{ id: 'a', primary_agent: { environment: { port: 22 } } }] });
    expect(taskOf(graph, 'a').primaryAgent.environment).toEqual({ type: 'ssh', host: 'box', port: 22 });
  });

  test('framework command and its command go together', () => {
    expect(bad({ primary_agent: { framework: 'command' }, tasks: [{ id: 'a' }, { id: 'b' }] })).toEqual([
      "primary_agent.framework: framework 'command' needs a `command`",
    ]);
    expect(bad({ tasks: [{ id: 'a', primary_agent: { command: ['x'] } }] })).toEqual([
      "tasks[0].primary_agent.command: `command` is for framework 'command', and this agent's is 'claude_code'",
    ]);
    const given = good({
      primary_agent: { framework: 'command' },
      tasks: [{ id: 'a', primary_agent: { command: ['x'] } }],
    });
    expect(taskOf(given, 'a').primaryAgent.command).toEqual(['x']);
  });

  test("placeholders are the five; the shell's own braces stay", () => {
    const command = ['sh', '-c', 'echo {task} ${HOME} {} {"a":1} {{x}}', '{promt}', '{foo}'];
    expect(bad({ primary_agent: { framework: 'command', command } })).toEqual([
      "primary_agent.command[3]: unknown placeholder '{promt}' ({prompt}?)",
      "primary_agent.command[4]: unknown placeholder '{foo}'",
    ]);
  });

  test("frameworks and environments are known, or the user's own", () => {
    const file = { primary_agent: { framework: 'mine', environment: { type: 'moon', crater: 3 } } };
    expect(bad(file)).toEqual([
      "primary_agent.framework: unknown framework 'mine'",
      "primary_agent.environment.type: unknown environment 'moon'",
    ]);
    const graph = good(file, { extraFrameworks: ['mine'], extraEnvironments: ['moon'] });
    expect(taskOf(graph, 'a').primaryAgent.environment).toEqual({ type: 'moon', crater: 3 });
    expect(bad({ primary_agent: { framework: 'claude-code', environment: { type: 'tmux', sesion: 'x' } } })).toEqual([
      "primary_agent.framework: unknown framework 'claude-code' (claude_code?)",
      "primary_agent.environment.sesion: unknown key 'sesion' (session?)",
    ]);
  });
});

describe('ids and texts', () => {
  test.each([
    ['../x', 'x'],
    ['-rf', 'rf'],
    ['a:b', 'a-b'],
    ['a b', 'a-b'],
    ['a--b', 'a-b'],
    ['a..b', 'a.b'],
    ['x.lock', null],
    ['x'.repeat(300), 'x'.repeat(40)],
    ['#{pane_id}', 'pane_id'],
    ['\u001b[31m', '31m'],
    ['', null],
  ])('the id %j is refused, and %j offered', (id, usable) => {
    const { problems } = readGraph({ name: 'g', tasks: [{ id }, { id: 'z', dependencies: [id] }] });
    expect(problems.map(({ path, didYouMean }) => [formatPath(path), didYouMean])).toEqual([['tasks[0].id', usable]]);
    expect(problems[0]?.message).not.toMatch(/\p{Cc}/u);
  });

  test('ids are unique, also after case folding, and no task is named ws', () => {
    expect(
      bad({
        workstreams: [{ id: 'default' }, { id: 'Default' }],
        tasks: [{ id: 'con' }, { id: 'CON' }, { id: 'con' }, { id: 'Ws' }],
      }),
    ).toEqual([
      "tasks[1].id: task id 'CON' differs from 'con' at tasks[0] in letter case only",
      "tasks[2].id: duplicate task id 'con', first used at tasks[0]",
      "workstreams[1].id: workstream id 'Default' differs from 'default' at workstreams[0] in letter case only",
      "tasks[3].id: a task cannot be named 'Ws': the branches of lanes live there",
    ]);
  });

  test.each([
    '/etc/passwd',
    '../x',
    'a/../../b',
    'a/../b',
    '~/x',
    'C:\\x',
    'a\\b',
    'a\nb',
    '',
    '-x',
    './-x',
    '.git/config',
    'a/.GIT/x',
  ])('the path %j is refused', (path) => {
    expect(bad({ copy: [path] })).toHaveLength(1);
    expect(bad({ paths: { src: path } })).toHaveLength(1);
  });

  test.each([
    'agentrelay',
    'agentrelay/x',
    'AgentRelay/x',
    'a..b',
    'a b',
    '-x',
    'a~1',
    'x.lock',
    'a//b',
    '/a',
    '.a',
    'HEAD',
    'refs/heads/x',
    'a@{1}',
    '',
  ])('the branch %j is refused', (base_branch) => {
    expect(bad({ workstreams: [{ id: 'default', base_branch, merge_target_branch: base_branch }] })).toHaveLength(2);
  });

  test.each(['a:b', 'a.b', '=a', '$1', '-x', '#{x}'])('the tmux session %j is refused', (tmux_session) => {
    expect(bad({ tmux_session })).toHaveLength(1);
  });

  test.each(['1y', '', '10', '1m1h', '0s', '25d', ' 1m', '1m ', '-5s', '1e3s'])(
    'the duration %j is refused',
    (timeout) => {
      expect(bad({ timeout })).toHaveLength(1);
    },
  );

  test.each([
    [1.5, 1_500],
    ['90s', 90_000],
    ['30m', 1_800_000],
    ['2h', 7_200_000],
    ['1h30m', 5_400_000],
    ['24d', 2_073_600_000],
  ])('the duration %j is %d ms', (timeout, ms) => {
    expect(task({ timeout }).timeoutMs).toBe(ms);
  });
});

describe('keys and types', () => {
  test('all problems come in one go, each with its place', () => {
    expect(
      bad({
        bogus: 1,
        keep_panes: 'yes',
        max_concurrency: 0,
        timeout: [],
        setup: [['a', 5]],
        role: 'implementor',
        tasks: [{ id: 5, paths: { sorc: 'x' } }, 'x', { id: 'b', dependencies: 'x', max_tokens: '4' }, null],
      }).toSorted(),
    ).toEqual(
      [
        "bogus: unknown key 'bogus'",
        "keep_panes: expected true or false, found the text 'yes' (true?)",
        'max_concurrency: the number is out of bounds',
        'timeout: expected a number or text, found a list',
        'setup[0][1]: expected text, found the number 5 ("5"?)',
        "role: unknown role 'implementor' (implementer?)",
        'tasks[0].id: expected text, found the number 5 ("5"?)',
        "tasks[0].paths.sorc: unknown key 'sorc' (src?)",
        "tasks[1]: expected a map (key: value), found the text 'x'",
        "tasks[2].dependencies: expected a list, found the text 'x' ([x]?)",
        "tasks[2].max_tokens: expected a number, found the text '4' (4, without quotes?)",
        'tasks[3]: expected a map (key: value), found nothing (null)',
      ].toSorted(),
    );
  });

  test('in the budget of the run, too', () => {
    const budget = { max_cost: 3, max_cost_usd: 0, max_tokens: 1.5, timeout: 'soon' };
    expect(bad({ tasks: [{ id: 'a' }], budget }).toSorted()).toEqual([
      "budget.max_cost: unknown key 'max_cost'",
      'budget.max_cost_usd: the number is out of bounds',
      'budget.max_tokens: expected a whole number, found the number 1.5',
      "budget.timeout: 'soon' is not a usable duration",
    ]);
  });

  test('a slip in the name of a needed key is one problem', () => {
    expect(bad({ tasks: [{ ID: 'a' }] })).toEqual(["tasks[0].ID: unknown key 'ID' (id?)"]);
    expect(bad({ tasks: [{}] })).toEqual(["tasks[0]: 'id' is missing"]);
  });

  test('keys of other tools are understood', () => {
    expect(bad({ tasks: [{ id: 'a', depends_on: [], prompt: 'x', lane: 'y' }] })).toEqual([
      "tasks[0].depends_on: unknown key 'depends_on' (dependencies?)",
      "tasks[0].prompt: unknown key 'prompt' (description?)",
      "tasks[0].lane: unknown key 'lane' (workstream_id?)",
    ]);
  });

  test.each([null, 5, 'text', [], [{ name: 'x' }]])('%j is no graph, said once', (value) => {
    expect(readGraph(value).problems).toHaveLength(1);
  });

  test('a file without tasks', () => {
    expect(bad({ tasks: [] })).toEqual(['tasks: the list is empty']);
    expect(readGraph({}).problems.map(said)).toEqual([": 'name' is missing", ": 'tasks' is missing"]);
  });
});
