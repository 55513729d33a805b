import { lastRun, RunStore } from '../../steps/run-store.ts';
import type { Io } from '../io.ts';
import { createNotifier } from '../notifier.ts';
import type { PreparedRun } from '../prepare-run.ts';
import { createActs } from './acts.ts';
import { LateDetails } from './details/late-details.ts';
import { farewell } from './farewell.ts';
import { onTerminal, type ReadyTerminal, type ScreenLook } from './on-terminal.ts';
import { RunSession } from './session.ts';
import { askingOf, preparedAgain, prepareShown, type ShownRun } from './shown-run.ts';
import { type Left, untilLeft } from './until-left.ts';

export interface ShowOptions extends ScreenLook {
  readonly run: ShownRun;
  readonly readOnly: boolean;
  /** Stands on the screen for a moment at first; null for nothing. */
  readonly greeting: string | null;
}

export interface DashboardOptions extends Omit<ShowOptions, 'greeting'> {
  /** This very program, as it was started. */
  readonly program: readonly string[];
  /** What it was told behind `tui`, without what is about the screen alone. */
  readonly words: readonly string[];
}

/** Shows a run in this terminal until the person leaves it: starts it, goes on with it, or joins who runs it. */
export function dashboard(options: DashboardOptions, io: Io): Promise<number> {
  return showRun({ ...options, greeting: null }, (left, prepared) => farewell(left, { ...options, prepared }, io));
}

/** The same, with what is to be done once the terminal is given back; resolves to what that gives. */
export function showRun<T>(
  options: ShowOptions,
  afterwards: (left: Left, prepared: PreparedRun) => Promise<T>,
): Promise<T> {
  return onTerminal(options, async (terminal) => {
    const [ready, prepared] = await Promise.all([terminal.ready, prepareShown(options.run)]);
    try {
      const left = await show({ options, prepared, terminal: ready });
      terminal.release();
      return await afterwards(left, prepared);
    } finally {
      prepared.close();
    }
  });
}

interface Showing {
  readonly options: ShowOptions;
  readonly prepared: PreparedRun;
  readonly terminal: ReadyTerminal;
}

async function show({ options, prepared, terminal }: Showing): Promise<Left> {
  const { repository, graph, settings } = prepared.owner;
  const { config, stage, leave, onLeave } = terminal;
  const store = new RunStore(repository.root, graph.name);
  const owner = options.readOnly ? null : prepared.owner;
  if (owner === null) lastRun(store, graph.name);
  const session = new RunSession({ store, owner, slots: settings.maxConcurrency });
  const details = new LateDetails();
  const notifier = createNotifier({
    config: config.notify,
    graphCommand: settings.notify,
    write: (bytes) => void process.stdout.write(bytes),
    inTmux: process.env.TMUX !== undefined,
    onError: () => {},
  });
  const asking = askingOf(options.run, graph.name);
  // The graph may have been edited meanwhile; and who goes on with a run wants no other.
  const again = async () => await preparedAgain({ ...options.run, newRun: false }, prepared.owner);
  const goOn = owner === null ? null : again;
  const acts = createActs({ session, store, graph: graph.name, stage, notifier, owner: goOn, asking, leave });
  const ports = { feed: session, details, acts: { ...acts, play: () => {} } };
  const drawn = terminal.draw(ports, options);
  try {
    return await untilLeft({ session, mounted: drawn.mounted, onLeave, stage }, async () => {
      const { notes } = await session.open();
      if (notes.length > 0) drawn.say(notes.join('; '));
      details.begin({
        session,
        store,
        graph: graph.name,
        repositoryRoot: repository.root,
        tmuxSocket: options.run.tmuxSocket,
      });
    });
  } finally {
    await drawn.close();
    await details.close();
    await session.close();
  }
}
