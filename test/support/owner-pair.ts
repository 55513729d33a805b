import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { replay } from '../../src/core/reduce.ts';
import { eventsIn, type Finished, makeProject, type Project, SOCKET, startProgram } from './run-fixture.ts';

/** Loaded into a program: it waits for the file `go`, awake, when all else of it is loaded that it can do without it. */
const BARRIER = `
import { existsSync, writeFileSync } from 'node:fs';
const { BARRIER: folder } = process.env;
delete process.env.BARRIER;
delete process.env.NODE_OPTIONS;
writeFileSync(folder + '/ready-' + process.pid, '');
while (!existsSync(folder + '/go'));
`;

export interface Started {
  readonly pid: number;
  readonly ended: Promise<Finished>;
}

/** Starts a program for each of these command lines, all at the same moment. */
export async function startAtOnce(project: Project, commands: readonly (readonly string[])[]): Promise<Started[]> {
  const barrier = project.write('barrier.mjs', BARRIER);
  const env = { ...project.env, BARRIER: project.folder, NODE_OPTIONS: `--import ${barrier}` };
  const started = commands.map((args) => startProgram([...args, '-t', project.repo], { cwd: project.folder, env }));
  for (const { pid } of started) {
    while (!existsSync(join(project.folder, `ready-${pid}`))) await delay(2);
  }
  writeFileSync(join(project.folder, 'go'), '');
  return started;
}

/** A graph of two tasks that follow each other; their agents write down that they were started. */
export function countedGraph(project: Project, name: string): string {
  const script = `
printf '%s %s\\n' "$AGENTRELAY_TASK" "$AGENTRELAY_ATTEMPT" >>"$HOME/launches-$AGENTRELAY_GRAPH"
commit $AGENTRELAY_GRAPH-$AGENTRELAY_TASK.txt done; signal done "$(here)"`;
  const command = project.agent(`counted-${name}`, script);
  const task = (id: string, dependencies: string[]) => ({
    id,
    dependencies,
    primary_agent: { framework: 'command', command },
  });
  const tasks = [task('a', []), task('b', ['a'])];
  const graph = { name, workstreams: [{ id: 'default', auto_merge: true }], tasks };
  return project.write(`${name}.yaml`, JSON.stringify(graph));
}

/** Starts two owners of one graph at the same moment; what was not as it must be, in words. */
export async function ownerPair(): Promise<string[]> {
  const project = makeProject();
  try {
    const run = ['run', countedGraph(project, 'g'), '-L', SOCKET, '--json'];
    const started = await startAtOnce(project, [run, run]);
    const ends = await Promise.all(started.map(async ({ pid, ended }) => ({ pid, ...(await ended) })));
    return [...deviationsOfEnds(ends), ...deviationsOfRun(project, 'g')];
  } finally {
    project.remove();
  }
}

type End = Finished & { readonly pid: number };

function deviationsOfEnds(ends: readonly End[]): string[] {
  const owners = ends.filter(({ stdout }) => stdout.includes('"kind":"run_started"'));
  const [owner] = owners;
  if (owner === undefined || owners.length > 1) return [`${owners.length} owners: ${JSON.stringify(ends)}`];
  const refusal = `agentrelay: graph g is being run by process ${owner.pid} on ${hostname()}\n`;
  return ends.flatMap((end) => {
    const { code, stdout, stderr } = end;
    if (end === owner) return code === 0 && stderr === '' ? [] : [`the owner: ${JSON.stringify(end)}`];
    const isRefused = code === 2 && stdout === '' && stderr.startsWith(refusal);
    const isLate = code === 0 && stderr.includes('run 1 of g is over') && eventsIn(stdout).length === 1;
    return isRefused || isLate ? [] : [`the other: ${JSON.stringify(end)}`];
  });
}

/** What is not as one owner of `countedGraph` leaves it. */
export function deviationsOfRun(project: Project, name: string): string[] {
  const folder = join(project.repo, '.workflow', name);
  const launches = readFileSync(join(project.folder, `launches-${name}`), 'utf8');
  const events = project.journal(name);
  const { outcome, seq } = replay(events);
  const kinds = events.filter(({ kind }) => kind === 'run_started' || kind === 'run_resumed').map(({ kind }) => kind);
  const found = {
    files: readdirSync(folder),
    runs: readdirSync(join(folder, 'runs')),
    launches,
    begun: kinds,
    outcome,
    events: seq,
    merged: project
      .git('ls-tree', '--name-only', 'main')
      .split('\n')
      .filter((file) => file.startsWith(`${name}-`)),
  };
  const expected: typeof found = {
    files: ['runs'],
    runs: ['1'],
    launches: 'a 1\nb 1\n',
    begun: ['run_started'],
    outcome: 'succeeded',
    events: events.length,
    merged: [`${name}-a.txt`, `${name}-b.txt`],
  };
  const keys = Object.keys(expected) as (keyof typeof expected)[];
  return keys
    .filter((key) => JSON.stringify(found[key]) !== JSON.stringify(expected[key]))
    .map((key) => `${name}: ${key} is ${JSON.stringify(found[key])}, not ${JSON.stringify(expected[key])}`);
}
