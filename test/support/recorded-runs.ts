import { appendFileSync } from 'node:fs';
import type { Io } from '../../src/commands/io.ts';
import type { RecordedRunOptions } from '../../src/commands/recorded-run.ts';
import type { Fact } from '../../src/core/events.ts';
import { runStarted } from '../../src/core/run-started.ts';
import { RunStore } from '../../src/steps/run-store.ts';
import { Journal } from './core.ts';
import { GitRepository } from './git-repository.ts';
import { makeGraph } from './graphs.ts';

type Command<O> = (options: RecordedRunOptions & O, io: Io) => Promise<number>;

/** A repository in which graphs with the tasks `b` and `a` were run. */
export class RecordedRuns {
  readonly repository = new GitRepository();

  /** The journal of a run: its start and these facts. */
  record(name: string, run: number, facts: readonly Fact[]): { store: RunStore; journal: Journal } {
    const graph = makeGraph({ name, tasks: [{ id: 'b' }, { id: 'a', deps: ['b'] }] });
    const store = new RunStore(this.repository.root, name);
    store.create(run, { graph_digest: 'd', base_commits: {}, settings: {} as never, graphText: '' });
    const journal = new Journal();
    const log = journal.open();
    log.append(runStarted(graph, { number: run, digest: 'd' }));
    for (const fact of facts) log.append(fact);
    appendFileSync(store.journalFile(run), journal.lines.join(''));
    return { store, journal };
  }

  /** What a command prints and exits with. `onLine` hears each line at once. */
  async ask<O extends object>(
    command: Command<O>,
    options: object,
    onLine: (line: string) => void = () => {},
  ): Promise<{ code: number; out: string[]; err: string[] }> {
    const [out, err]: [string[], string[]] = [[], []];
    const io: Io = {
      out: (line) => {
        out.push(line);
        onLine(line);
      },
      err: (line) => void err.push(line),
      colour: false,
    };
    const all = { graph: null, targetRepo: this.repository.root, run: null, json: false, ...options };
    return { code: await command(all as unknown as RecordedRunOptions & O, io), out, err };
  }
}
