import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { EventKind, FactOf, RunEvent } from '../../src/core/events.ts';
import { pathFolder } from '../support/path-folder.ts';
import { installClaude } from '../support/places/headless-claude.ts';
import { type Live, makeProject, type Project } from '../support/run-fixture.ts';

// Agents as processes, on a machine without tmux.

const PROGRAMS = ['git', 'sh', 'cat', 'date', 'mv', 'grep', 'sleep', 'mkfifo', 'rm', 'env', 'setsid'];

let project: Project;
beforeEach(() => {
  project = makeProject();
  const bin = pathFolder(join(project.folder, 'bin'), PROGRAMS);
  project.env.PATH = `${bin}:${dirname(process.execPath)}`;
});
afterEach(() => project.remove());

const process_ = { environment: { type: 'process' } };
const task = (id: string, script: string, more: object = {}) => ({
  id,
  workstream_id: id,
  primary_agent: { framework: 'command', command: project.agent(id, script), ...process_ },
  ...more,
});
const claude = (id: string, more: object = {}) => ({
  id,
  workstream_id: id,
  primary_agent: { framework: 'claude_code', ...process_ },
  ...more,
});
const graphOf = (...tasks: { id: string }[]) =>
  project.graph({
    name: 'g',
    max_concurrency: tasks.length,
    workstreams: tasks.map(({ id }) => ({ id, auto_merge: true })),
    tasks,
  });
const signals = (id: string, attempt = 1) => join(project.repo, '.workflow/g/runs/1/signals', id, `attempt-${attempt}`);
const prompts = (id: string) =>
  readFileSync(join(project.folder, 'prompts'), 'utf8')
    .split('\n')
    .filter((line) => line.startsWith(`${id}|`));

async function kill(live: Live): Promise<void> {
  live.kill('SIGKILL');
  expect(await live.ended).toMatchObject({ code: null });
}

function of<K extends EventKind>(kind: K, id?: string): FactOf<K>[] {
  const fits = (event: RunEvent) => event.kind === kind && (id === undefined || ('task' in event && event.task === id));
  return project.journal('g').filter(fits) as never;
}

/** Processes that were started in the project, but for those that are named. */
function left(): string[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.flatMap((pid) => {
    try {
      const environment = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
      const state = /^State:\s+(\S)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
      const isOurs = environment.includes(`HOME=${project.folder}`) && state !== 'Z';
      return isOurs ? [readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')] : [];
    } catch {
      // It has ended meanwhile.
      return [];
    }
  });
}

test('prompts come back to agents without tmux, whoever owns the run then', async () => {
  const GATE = { completion_gate: 'grep -q two *.txt' };
  installClaude(project, {
    // Its owner is killed in the middle of the first turn, and that of the second one as the gate has failed.
    turns: `case $prompt in
      *gate*) say again; commit turns.txt two; agentrelay-complete; result 0.03 ;;
      *) say first; wait_for "$HOME/go"; commit turns.txt one; agentrelay-complete; result 0.01 ;;
    esac`,
    nudged: `case $prompt in
      *instructions.md*) say 'what now?'; result 0.05 ;;
      *) commit nudged.txt two; agentrelay-complete; result 0.07 ;;
    esac`,
  });
  const graph = graphOf(
    task(
      'piped',
      'commit piped.txt one; agentrelay-complete; read -r prompt; echo "told: $prompt"; commit piped.txt two; agentrelay-complete; cat',
      { completion_gate: 'until [ -e "$HOME/killed" ]; do sleep 0.02; done; grep -q two piped.txt' },
    ),
    claude('turns', GATE),
    claude('nudged', GATE),
  );
  const first = project.start('run', graph, '--json');
  await first.event('task_waiting', (event) => event.task === 'turns');
  await first.event('task_gate_started', (event) => event.task === 'piped');
  await first.event('task_nudged', (event) => event.task === 'nudged');
  await kill(first);
  project.write('killed', '');
  project.write('go', '');

  const second = await project.run('run', graph);
  expect(second).toMatchObject({ code: 0, stderr: '' });
  expect(of('task_adopted').map(({ task: id, found }) => `${id} ${found}`)).toEqual(
    expect.arrayContaining(['piped alive', 'turns alive']),
  );
  expect(prompts('turns')).toEqual([
    expect.stringMatching(/\|no\|Read .*instructions.md/),
    expect.stringMatching(/\|yes\|agentrelay: the completion gate/),
  ]);
  expect(prompts('nudged')).toHaveLength(2);
  expect(
    readFileSync(join(signals('piped'), 'agent.log'), 'utf8').match(/told: agentrelay: the completion gate/g),
  ).toHaveLength(1);
  expect(readFileSync(join(signals('turns'), 'agent.log'), 'utf8')).toMatch(
    /^> Read .*\n● session .*\nfirst\n(?:.*\n)*> agentrelay: the completion gate/,
  );
  expect(of('task_usage', 'turns').at(-1)).toMatchObject({ cost_usd: 0.03, output_tokens: 10 });
  expect(of('task_usage', 'nudged').at(-1)).toMatchObject({ cost_usd: 0.07 });
  expect(existsSync(join(signals('piped'), 'stdin.fifo'))).toBe(false);
  expect(left()).toEqual([]);
});

test('an agent that ends fails its attempt with its code and its last words, and nothing of it is left', async () => {
  const STAYS = 'setsid sleep 1000 & exec sleep 1000';
  installClaude(project, {
    refused: 'say "half of it"; echo "no such model" >&2; exit 3',
    early: 'kill -9 $PPID; sleep 1000',
    waits: STAYS,
  });
  const graph = graphOf(
    task('exits', 'echo last words; exit 7'),
    task('lost', 'echo half >half.txt; kill -9 $PPID; exec sleep 1000'),
    task('stays', STAYS),
    claude('refused'),
    claude('early'),
    claude('waits'),
  );
  const run = project.start('run', graph, '--json');
  for (const id of ['exits', 'lost', 'refused', 'early']) await run.event('task_failed', (event) => event.task === id);
  await vi.waitFor(() =>
    expect(
      left()
        .join('\n')
        .match(/sleep 1000/g),
    ).toHaveLength(4),
  );
  expect(await project.run('cancel')).toMatchObject({ code: 0 });
  expect((await run.ended).code).not.toBe(0);

  const failures = of('task_failed').map(({ task: id, code, error }) => [id, code, error]);
  expect(Object.fromEntries(failures.map(([id, code]) => [id, code]))).toMatchObject({
    exits: 'agent_exited',
    lost: 'agent_lost',
    refused: 'agent_exited',
  });
  const error = (id: string) => failures.find(([name]) => name === id)?.[2];
  expect(error('exits')).toMatch(/exited with 7 .*its last lines: last words$/);
  expect(error('refused')).toMatch(/exited with 3 .*its last lines: ● session .* ⏎ half of it ⏎ no such model$/);
  expect(error('early')).toMatch(
    /was gone before it was seen to run|is gone, without a signal and without an exit code/,
  );
  expect(left()).toEqual([]);
});
