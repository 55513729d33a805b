import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../core/errors.ts';
import type { Settings } from '../core/graph/graph.ts';
import { graphDirectory, runDirectory } from '../core/names.ts';
import { type JournalContent, readJournal } from './tools/journal.ts';

/** Where the runs of one graph lie, below the target repository. */
export class RunStore {
  /** Absolute. */
  readonly directory: string;
  readonly #root: string;
  readonly #graph: string;

  constructor(root: string, graph: string) {
    this.#root = root;
    this.#graph = graph;
    this.directory = join(root, graphDirectory(graph));
  }

  get lockFile(): string {
    return join(this.directory, 'owner.lock');
  }

  runDirectory(run: number): string {
    return join(this.#root, runDirectory(this.#graph, run));
  }

  journalFile(run: number): string {
    return join(this.runDirectory(run), 'events.jsonl');
  }

  /** Numbers of the runs, oldest first. */
  runs(): number[] {
    const folder = join(this.directory, 'runs');
    if (!existsSync(folder)) return [];
    const names = readdirSync(folder).filter((name) => /^[1-9]\d*$/.test(name));
    return names.map(Number).sort((a, b) => a - b);
  }

  journal(run: number): JournalContent {
    return readJournal(this.journalFile(run));
  }

  /** The graph file as it was when the run began. */
  graphText(run: number): string {
    return readFileSync(join(this.runDirectory(run), 'graph.yaml'), 'utf8');
  }

  /** Makes the folder of a new run, its journal still empty. It appears whole, or not at all. */
  create(run: number, content: RunRecord & { readonly graphText: string }): void {
    const { graphText, ...record } = content;
    const folder = `${this.runDirectory(run)}.new`;
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(join(folder, 'signals'), { recursive: true });
    mkdirSync(join(folder, 'commands'), { recursive: true });
    writeFileSync(join(folder, 'graph.yaml'), graphText);
    writeFileSync(join(folder, 'run.json'), `${JSON.stringify(record, null, 2)}\n`);
    writeFileSync(join(folder, 'events.jsonl'), '', { mode: 0o600 });
    renameSync(folder, this.runDirectory(run));
  }
}

/** `run.json`. */
export interface RunRecord {
  readonly graph_digest: string;
  /** The commit of each base branch when the run began. */
  readonly base_commits: Readonly<Record<string, string>>;
  readonly settings: Settings;
}

/** The graphs that were run in a repository. */
export function knownGraphs(root: string): string[] {
  const folder = join(root, '.workflow');
  if (!existsSync(folder)) return [];
  return readdirSync(folder).filter((name) => existsSync(join(folder, name, 'runs')));
}

/** The last run of a graph. Throws `UserError` when it was never run. */
export function lastRun(store: RunStore, graph: string): number {
  const run = store.runs().at(-1);
  if (run === undefined) {
    throw new UserError(`graph ${graph} was never run here`, { hint: 'agentrelay run GRAPH starts it' });
  }
  return run;
}
