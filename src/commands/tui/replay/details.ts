import type { RunEvent } from '../../../core/events.ts';
import type { RunState, TaskState } from '../../../core/run-state.ts';
import type { RunStore } from '../../../steps/run-store.ts';
import type { Detail, Details } from '../../../ui/ports.ts';
import { createDetails } from '../details/details.ts';
import type { ReplayFeed } from './feed.ts';

/** The records that the journal of a replay stands among. */
export interface ReplayPlace {
  readonly store: RunStore;
  readonly graph: string;
  readonly run: number;
}

type ClosedDetails = Details & { close(): Promise<void> };

/**
 * What is known of the tasks of a replay: the events up to where it is, and what each attempt that it has come to has
 * left in the end, for nobody has kept what was there in between.
 */
export function replayDetails(feed: ReplayFeed, end: RunState, { store, graph, run }: ReplayPlace): ClosedDetails {
  const tasks = new SeenTasks(feed, end);
  const details = createDetails({
    store,
    run,
    graph,
    repositoryRoot: store.root,
    state: () => ({ ...feed.state, tasks: tasks.now }),
    subscribe: (listener) => feed.subscribe(listener),
    tmuxSocket: null,
  });
  return {
    open: (wanted, onChange) =>
      details.open(wanted, (detail) => onChange('failed' in detail ? detail : withoutTime(detail))),
    close: () => details.close(),
  };
}

/** Only the events, where the journal is all that there is. */
export function journalDetails(feed: ReplayFeed, events: readonly RunEvent[]): ClosedDetails {
  return {
    open(wanted, onChange) {
      const tell = () => onChange(ofJournal(wanted.tab, eventsOf(wanted.task, events.slice(0, feed.state.seq))));
      const begin = setImmediate(tell);
      const end = feed.subscribe(tell);
      return () => {
        clearImmediate(begin);
        end();
      };
    },
    async close() {},
  };
}

const NOT_HERE = 'only the journal of this run is here';

function ofJournal(tab: Detail['tab'], events: readonly RunEvent[]): Detail {
  const empty = { lines: [], note: NOT_HERE } as const;
  switch (tab) {
    case 'output':
      return { tab, live: false, ...empty };
    case 'diff':
      return { tab, base: null, tip: null, uncommitted: false, files: [], omitted: 0, ...empty };
    case 'attempts':
      return { tab, attempts: [] };
    case 'events':
      return { tab, events, omitted: 0 };
    case 'prompt':
      return { tab, path: null, ...empty };
    case 'evidence':
      return { tab, commits: [], omitted: 0, summary: null };
  }
}

function eventsOf(task: string, events: readonly RunEvent[]): RunEvent[] {
  return events.filter((event) => 'task' in event && event.task === task);
}

/** The tasks as they are in the end, each with the attempts that the replay has come to. */
class SeenTasks {
  readonly now = new Map<string, TaskState>();
  readonly #feed: ReplayFeed;
  readonly #end: RunState;

  constructor(feed: ReplayFeed, end: RunState) {
    this.#feed = feed;
    this.#end = end;
    // Before all who ask for it after an event: they subscribe later.
    feed.subscribe((event) => this.#follow(event));
    this.#follow(null);
  }

  #follow(event: RunEvent | null): void {
    const { tasks } = this.#feed.state;
    if (event !== null && 'task' in event && event.task !== null) return this.#see(event.task, tasks.get(event.task));
    this.now.clear();
    for (const [id, task] of tasks) this.#see(id, task);
  }

  #see(id: string, task: TaskState | undefined): void {
    const last = this.#end.tasks.get(id) ?? this.#end.removed.get(id);
    if (task === undefined || last === undefined) return;
    this.now.set(id, { ...last, attempts: last.attempts.slice(0, task.attempts.length) });
  }
}

/** What is not replayed says so. */
function withoutTime(detail: Detail): Detail {
  switch (detail.tab) {
    case 'output': {
      const what = detail.live ? 'as it is now' : 'all that this attempt has printed';
      return { ...detail, live: false, note: noted(detail, what) };
    }
    case 'diff':
      return { ...detail, note: noted(detail, 'what this attempt has changed in the end') };
    default:
      return detail;
  }
}

function noted({ lines, note }: { lines: readonly string[]; note: string | null }, what: string): string | null {
  if (lines.length === 0) return note;
  return `not replayed: ${what}${note === null ? '' : `; ${note}`}`;
}
