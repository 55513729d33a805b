import { existsSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { UserError } from '../core/errors.ts';
import type { Settings } from '../core/graph/graph.ts';
import { graphDirectory, runDirectory } from '../core/names.ts';
import type { RunState } from '../core/run-state.ts';
import type { ChosenForge } from './forges/forge.ts';
import {
  createFileAtomic,
  ensureFile,
  makeFolder,
  readIfThere,
  syncFolder,
  writeFileAtomic,
} from './tools/atomic-file.ts';
import { writing } from './tools/file-error.ts';
import { type JournalContent, readJournal, replayJournal } from './tools/read-journal.ts';

/** Where the runs of one graph lie, below the target repository. */
export class RunStore {
  /** Absolute. */
  readonly directory: string;
  /** Of the repository; absolute. */
  readonly root: string;
  readonly #graph: string;

  constructor(root: string, graph: string) {
    this.root = root;
    this.#graph = graph;
    this.directory = join(root, graphDirectory(graph));
  }

  get lockFile(): string {
    return join(this.directory, 'owner.lock');
  }

  runDirectory(run: number): string {
    return join(this.root, runDirectory(this.#graph, run));
  }

  journalFile(run: number): string {
    return join(this.runDirectory(run), 'events.jsonl');
  }

  /** Where requests to the owner of a run lie. */
  commands(run: number): string {
    return join(this.runDirectory(run), 'commands');
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

  /** The journal with the state that it gives. Throws `UserError` with the line that cannot be. */
  replay(run: number): JournalContent & { readonly state: RunState } {
    const content = this.journal(run);
    return { ...content, state: replayJournal(content.events, this.journalFile(run)) };
  }

  /** The graph file as it was when the run began. */
  graphText(run: number): string {
    return readFileSync(join(this.runDirectory(run), 'graph.yaml'), 'utf8');
  }

  /** `run.json`. Throws `UserError`. */
  readRecord(run: number): RunRecord {
    const path = join(this.runDirectory(run), 'run.json');
    try {
      return JSON.parse(readFileSync(path, 'utf8')) as RunRecord;
    } catch (cause) {
      throw new UserError(`${path} cannot be read: ${String(cause)}`, {
        hint: 'agentrelay run GRAPH writes it anew',
        cause,
      });
    }
  }

  /** Brings `run.json` up to what holds from here on. */
  record(run: number, changes: Partial<RunRecord>): void {
    const path = join(this.runDirectory(run), 'run.json');
    const known = JSON.parse(readIfThere(path) ?? '{}') as RunRecord;
    ensureFile(path, `${JSON.stringify({ ...known, ...changes }, null, 2)}\n`);
  }

  /** Keeps the text of an edited graph file; the one before it stays beside it as `graph.<k>.yaml`. */
  keepGraph(run: number, text: string): void {
    const path = join(this.runDirectory(run), 'graph.yaml');
    const before = readIfThere(path);
    if (before === text) return;
    for (let k = 1; before !== null; k++) {
      if (createFileAtomic(join(this.runDirectory(run), `graph.${k}.yaml`), before)) break;
    }
    writeFileAtomic(path, text);
  }

  /**
   * Makes the folder of a new run, its journal still empty. It appears whole, or not at all, also after a power cut.
   * Throws `FileError` when the disk says no.
   */
  create(run: number, content: RunRecord & { readonly graphText: string }): void {
    const { graphText, ...record } = content;
    const target = this.runDirectory(run);
    const folder = `${target}.new`;
    rmSync(folder, { recursive: true, force: true });
    try {
      for (const name of ['signals', 'commands']) makeFolder(join(folder, name));
      writeFileAtomic(join(folder, 'graph.yaml'), graphText);
      writeFileAtomic(join(folder, 'run.json'), `${JSON.stringify(record, null, 2)}\n`);
      writeFileAtomic(join(folder, 'events.jsonl'), '', { mode: 0o600 });
      writing(target, () => {
        syncFolder(folder);
        renameSync(folder, target);
        syncFolder(dirname(target));
      });
    } catch (error) {
      rmSync(folder, { recursive: true, force: true });
      throw error;
    }
  }
}

/** `run.json`. */
export interface RunRecord {
  readonly graph_digest: string;
  /** The commit of each base branch when the run began. */
  readonly base_commits: Readonly<Record<string, string>>;
  readonly settings: Settings;
  /** Left out by runs that could only be local. */
  readonly forge?: ChosenForge;
  /** The tmux server of its windows: a name for `-L`, or the path of a socket; null or left out for the default one. */
  readonly tmux_socket?: string | null;
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
