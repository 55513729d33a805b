import type { TaskState } from '../../../core/run-state.ts';
import { PaneScreens } from '../../../steps/pane-screen.ts';
import { serversOf } from '../../../steps/recorded-server.ts';
import { Git } from '../../../steps/tools/git.ts';
import type { Detail, Details, DetailWanted } from '../../../ui/ports.ts';
import { attemptsOf } from './attempts.ts';
import { diffOf } from './diff.ts';
import { openEvents } from './events.ts';
import { maskingTeller } from './masked.ts';
import { Memo } from './memo.ts';
import { openOutput } from './output.ts';
import { evidenceOf, promptOf } from './texts.ts';
import { openWork } from './work.ts';
import type { DetailsWorld, Paces, Reader } from './world.ts';

export interface DetailsOptions extends Pick<DetailsWorld, 'store' | 'run' | 'graph' | 'state' | 'subscribe'> {
  /** Absolute. */
  readonly repositoryRoot: string;
  /** `-L`; null for the servers that the run is known to use. */
  readonly tmuxSocket: string | null;
  readonly paces?: Paces;
}

const PACES: Paces = { screen: 250, fullLog: 1_000, event: 200, print: 3_000 };

/** Answers that are kept, of those that never change; a diff may be a MiB. */
const FACTS = 500;
const DIFFS = 8;

/**
 * What is known of the tasks of a run beside its state, from the records of the run alone: in the process of its owner
 * and in any other. Nothing is done while no detail is open. `close` ends those that are, and lets go of git and tmux.
 */
export function createDetails(options: DetailsOptions): Details & { close(): Promise<void> } {
  const { store, run, repositoryRoot, tmuxSocket } = options;
  const git = new Git(repositoryRoot);
  const screens = new PaneScreens();
  const servers = () => serversOf(store, [run], tmuxSocket);
  const memos = { facts: new Memo(FACTS), diffs: new Memo(DIFFS) };
  const world = { ...options, ...memos, servers, git, screens, paces: options.paces ?? PACES };
  const masking = maskingTeller(store, run);
  const opened = new Set<AbortController>();
  let closed = false;
  return {
    open(wanted, onChange) {
      const leave = new AbortController();
      if (!closed) opened.add(leave);
      // Not on the path of the key that has opened it; and nothing at all where the next key has closed it.
      const start = setImmediate(
        () => !closed && openTab(world, wanted, masking({ signal: leave.signal, tell: onChange })),
      );
      return () => {
        clearImmediate(start);
        leave.abort();
        opened.delete(leave);
      };
    },
    async close() {
      closed = true;
      for (const leave of opened) leave.abort();
      opened.clear();
      git.close();
      await screens.close();
    },
  };
}

function openTab(world: DetailsWorld, wanted: DetailWanted, reader: Reader): void {
  const { signal } = reader;
  const work = (look: (task: TaskState) => Promise<Detail>) => openWork(world, wanted, { reader, look });
  switch (wanted.tab) {
    case 'output':
      return openOutput(world, wanted, reader);
    case 'diff':
      return work((task) => diffOf(world, task, signal));
    case 'attempts':
      return work((task) => attemptsOf(world, task, signal));
    case 'events':
      return openEvents(world, wanted, reader);
    case 'prompt':
      return work(async (task) => promptOf(world, task));
    case 'evidence':
      return work((task) => evidenceOf(world, task, signal));
  }
}
