import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { RunStore } from '../../src/steps/run-store.ts';
import { countedGraph } from './owner-pair.ts';
import { type Finished, makeProject, type Project, SOCKET, startProgram } from './run-fixture.ts';
import { FAILING_WRITES, type FailingWrites, type Write } from './write-failure.ts';

const PRELOAD = new URL('./failing-writes.ts', import.meta.url).href;

export interface Trouble {
  readonly fails: Write | null;
  readonly code: FailingWrites['code'];
  readonly forGood: boolean;
}

/** The run of a graph whose owner's writes fail as the trouble says, to the owner's end. */
export async function runInTrouble(project: Project, graph: string, trouble: Trouble): Promise<Finished> {
  const plan: FailingWrites = { ...trouble, folder: project.repo, log: logOf(project) };
  const env = { ...project.env, NODE_OPTIONS: `--import ${PRELOAD}`, [FAILING_WRITES]: JSON.stringify(plan) };
  const args = ['run', graph, '-L', SOCKET, '--json', '-t', project.repo];
  return await startProgram(args, { cwd: project.folder, env }).ended;
}

function logOf(project: Project): string {
  return join(project.folder, 'writes');
}

/** Every write of an owner that has no trouble, and the tree that it leaves on `main`. */
export async function untroubled(): Promise<{ writes: Write[]; tree: string }> {
  const project = makeProject();
  try {
    const graph = countedGraph(project, 'g');
    const { code, stderr } = await runInTrouble(project, graph, { fails: null, code: 'EIO', forGood: false });
    if (code !== 0) throw new Error(`the run without trouble ended with ${code}: ${stderr}`);
    const lines = readFileSync(logOf(project), 'utf8').split('\n').slice(0, -1);
    return { writes: lines.map((line) => JSON.parse(line) as Write), tree: treeOf(project) };
  } finally {
    project.remove();
  }
}

function treeOf(project: Project): string {
  return project.git('rev-parse', 'main^{tree}');
}

/** Lets a run come into trouble and runs it again without; what was not as it must be, in words. */
export async function deviationsOfTrouble(trouble: Trouble, tree: string): Promise<string[]> {
  const project = makeProject();
  try {
    const graph = countedGraph(project, 'g');
    const first = await runInTrouble(project, graph, trouble);
    const found = deviationsOfEnd(first, trouble);
    const told = journalOf(project);
    // To whom it was told may have acted on it.
    if (!told.startsWith(first.stdout)) found.push(`lines are not in the journal: ${first.stdout}`);
    const second = await project.run('run', graph, '-L', SOCKET);
    if (second.code !== 0) found.push(`the next run ended with ${second.code}: ${second.stdout}${second.stderr}`);
    const after = journalOf(project);
    if (!after.startsWith(first.stdout)) found.push('the next run lost lines of the journal');
    const { state } = new RunStore(project.repo, 'g').replay(1);
    if (state.outcome !== 'succeeded') found.push(`the outcome is ${state.outcome}`);
    if (treeOf(project) !== tree) found.push(`the tree is ${project.git('ls-tree', '-r', '--name-only', 'main')}`);
    return [...found, ...deviationsOfLaunches(project, first)];
  } finally {
    project.remove();
  }
}

function deviationsOfEnd({ code, stdout, stderr }: Finished, { code: errno }: Trouble): string[] {
  const said = stdout + stderr;
  const found: string[] = [];
  if (/defect of agentrelay|\n {4}at /.test(said)) found.push(`a stack trace: ${stderr}`);
  if (code !== 0 && code !== 2 && code !== 3) found.push(`exit code ${code}: ${said}`);
  const words = errno === 'EIO' ? /disk reports an error/ : /disk is full/;
  if (code !== 0 && !words.test(said)) found.push(`nothing is said of the disk: ${said}`);
  if (code !== 0 && !/run the same command again/.test(said)) found.push(`no word of what to do: ${said}`);
  return found;
}

/** An agent that the first owner left alive is not started a second time; an attempt that failed is another one. */
function deviationsOfLaunches(project: Project, { stderr }: Finished): string[] {
  const log = join(project.folder, 'launches-g');
  const launches = existsSync(log) ? readFileSync(log, 'utf8').split('\n').slice(0, -1) : [];
  if (new Set(launches).size < launches.length) return [`launched twice: ${launches.join(', ')}`];
  const isJournal = stderr.includes('the journal ');
  return isJournal && launches.length > 2 ? [`an agent was not gone on with: ${launches.join(', ')}`] : [];
}

function journalOf(project: Project): string {
  const path = new RunStore(project.repo, 'g').journalFile(1);
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
}

/** Does the work for each, `jobs` at a time. */
export async function forEach<T>(items: readonly T[], jobs: number, work: (item: T) => Promise<void>): Promise<void> {
  const left = [...items];
  const worker = async () => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: jobs }, worker));
}
