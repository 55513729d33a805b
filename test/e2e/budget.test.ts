import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { EventKind, FactOf } from '../../src/core/events.ts';
import { makeProject, type Project, SOCKET } from '../support/run-fixture.ts';

/** A step that tells what the agent has used: dollars, as the agent writes them to `used` in its signal directory. */
const CONFIG = `import { existsSync, readFileSync } from 'node:fs';
export default {
  steps: {
    completionChecker: {
      default: (runtime, given) => {
        const shipped = given.shipped();
        const tokens = { output_tokens: 1000, cache_read_tokens: 0, cache_write_tokens: 0 };
        let last = '';
        const look = () => {
          const file = runtime.state.signalDir + '/used';
          const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
          if (!text.endsWith('\\n') || text === last) return;
          last = text;
          runtime.report({ kind: 'task_usage', input_tokens: 0, ...tokens, cost_usd: Number(text), model: 'large' });
        };
        const waitForCompletion = async () => {
          const timer = setInterval(look, 20);
          try {
            return await shipped.waitForCompletion(runtime);
          } finally {
            clearInterval(timer);
          }
        };
        return { waitForCompletion, reopen: (it, k) => shipped.reopen(it, k), catchUp: (it) => shipped.catchUp?.(it) };
      },
    },
  },
};
`;

/** Uses this much, and when it is warned more; once there is \`$HOME/good\`, it comes to its end instead. */
const spender = (first: string, more: string) => `uses() { printf '%s\\n' "$1" >"$AGENTRELAY_SIGNAL_DIR/used"; }
echo $$ >"$HOME/pid"
commit "$AGENTRELAY_TASK.txt" done
noted() { until grep -q "$1" "$AGENTRELAY_SIGNAL_DIR/../../../events.jsonl"; do sleep 0.02; done; }
if [ -e "$HOME/good" ]; then uses 0.1; noted '"cost_usd":0.1,'; signal done "$(here)"; exit; fi
uses ${first}
noted '"budget_reached"'
echo half >left.txt
uses ${more}
sleep 600`;

let project: Project;
beforeEach(() => {
  project = makeProject();
  writeFileSync(join(project.repo, 'agentrelay.config.mjs'), CONFIG);
  project.git('add', '-A');
  project.git('commit', '-qm', 'configure');
});
afterEach(() => project.remove());

const workstreams = [{ id: 'default', auto_merge: true }];
const task = (id: string, script: string, more: object = {}) => ({
  id,
  primary_agent: { framework: 'command', command: project.agent(id, script) },
  ...more,
});
const graphOf = (tasks: object[], more: object = {}) => project.graph({ name: 'g', workstreams, tasks, ...more });
const run = (graph: string) => project.run('run', graph, '-L', SOCKET);
const beGood = () => project.write('good', '');

function of<K extends EventKind>(kind: K): FactOf<K>[] {
  return project.journal('g').filter((event) => event.kind === kind) as never;
}

/** The last agent that has begun; a zombie is not. */
function isAlive(): boolean {
  const pid = readFileSync(join(project.folder, 'pid'), 'utf8').trim();
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8') !== '';
  } catch {
    return false;
  }
}

test('a task is warned of and ended at its budget, its work kept; a retry has as much again', async () => {
  const graph = graphOf([task('a', spender('0.85', '1.5'), { max_cost_usd: 1 })], { max_task_attempts: 3 });
  const { code, stdout } = await run(graph);
  expect(code).toBe(1);
  expect(isAlive()).toBe(false);
  expect(of('budget_reached')).toMatchObject([
    { percent: 80, spent: 0.85, limit: 1 },
    { percent: 100, spent: 1.5, limit: 1 },
  ]);
  expect(stdout).toContain('80 % of its budget: $0.85 of $1.00');
  expect(stdout).toContain('used: $1.50, 1k tokens');
  expect(of('task_failed')).toMatchObject([{ attempt: 1, code: 'budget_exceeded' }]);
  const kept = of('task_work_saved').flatMap(({ commit }) => project.git('ls-tree', '--name-only', commit).split('\n'));
  expect(kept).toEqual(expect.arrayContaining(['a.txt', 'left.txt']));
  // Nothing is left that may be tried without a person.
  expect(await run(graph)).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('is over; agentrelay retry TASK'),
  });

  beGood();
  expect(await project.run('retry', 'a', '--yes')).toMatchObject({ code: 0, stderr: '' });
  expect(await run(graph)).toMatchObject({ code: 0, stdout: expect.stringContaining('used: $1.60, 2k tokens') });
  expect(project.git('ls-tree', '--name-only', 'main').split('\n')).toContain('a.txt');
  const { stdout: told } = await project.run('status', '--json');
  expect(JSON.parse(told)).toMatchObject({
    usage: { costUsd: 1.6 },
    tasks: { a: { usage: { told: 2, costUsd: 1.6 } } },
  });
});

test('a run is ended at its budget, says why it does not go on, and does once it may use more', async () => {
  const tasks = [task('a', spender('1.7', '2.5')), task('b', 'commit b.txt done; signal done "$(here)"')];
  const graph = (limit: number) => graphOf(tasks, { budget: { max_cost_usd: limit } });
  const first = await run(graph(2));
  expect(first).toMatchObject({
    code: 1,
    stdout: expect.stringContaining('raise budget.max_cost_usd in the graph file'),
  });
  expect(isAlive()).toBe(false);
  expect(of('run_stopping')).toMatchObject([{ reason: 'budget', running: ['a'] }]);
  expect(of('task_failed')).toMatchObject([{ task: 'a', code: 'run_budget_exceeded' }]);

  const events = project.journal('g').length;
  expect(await run(graph(2.2))).toEqual({
    code: 2,
    stdout: '',
    stderr: expect.stringContaining('run 1 of graph g has used up its budget: $2.50 of $2.20'),
  });
  expect(project.journal('g')).toHaveLength(events);

  beGood();
  expect(await run(graph(20))).toMatchObject({ code: 0, stdout: expect.stringContaining('used: $2.60 of $20.00') });
  expect(of('run_resumed')).toMatchObject([{ budget: { max_cost_usd: 20 } }]);
  expect(of('task_succeeded').map((event) => [event.task, event.attempt])).toEqual([
    ['a', 2],
    ['b', 1],
  ]);
});
