import type { EventLog } from '../core/event-log.ts';
import type { Command } from '../core/graph/graph.ts';
import { needs } from '../core/needs.ts';
import type { NotifyConfig } from '../core/user-config/user-config.ts';
import { CallFor } from '../ui/call-for.ts';
import { createNotifier } from './notifier.ts';

export interface CallPersonOptions {
  readonly log: EventLog;
  readonly graph: string;
  readonly config: NotifyConfig;
  /** What the graph says; see `NotifierOptions`. */
  readonly graphCommand: Command | null;
  /** Where the terminal's bell is rung; nothing is written where it is none. */
  readonly terminal: Pick<NodeJS.WriteStream, 'isTTY' | 'write'>;
}

/** Milliseconds: events come in crowds, and each look costs the size of the run. */
const CROWD = 250;

/** Calls the person of a run without a screen whenever somebody is newly needed. Returns what ends it. */
export function callPerson({ log, graph, config, graphCommand, terminal }: CallPersonOptions): () => void {
  const notifier = createNotifier({
    config: terminal.isTTY ? config : { ...config, bell: false, osc9: false },
    graphCommand,
    write: (bytes) => void terminal.write(bytes),
    inTmux: process.env.TMUX !== undefined,
    onError: () => {},
  });
  const calls = new CallFor(notifier);
  calls.known(needs(log.state));
  const look = () => calls.look(needs(log.state), graph);
  let crowd: NodeJS.Timeout | null = null;
  const unsubscribe = log.subscribe(() => {
    crowd ??= setTimeout(() => {
      crowd = null;
      look();
    }, CROWD);
  });
  return () => {
    unsubscribe();
    if (crowd !== null) clearTimeout(crowd);
    look();
  };
}
