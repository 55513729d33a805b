import type { Command } from '../core/graph/graph.ts';
import { notifyCommand } from '../core/user-config/notify-command.ts';
import type { NotifyConfig } from '../core/user-config/user-config.ts';
import { exec } from '../steps/tools/exec.ts';
import { safeText } from '../ui/text/safe.ts';

export interface Notifier {
  notify(title: string, text: string): void;
}

export interface NotifierOptions {
  readonly config: NotifyConfig;
  /** What the graph says; as with all settings, the person's own config comes after it. */
  readonly graphCommand: Command | null;
  readonly write: (bytes: string) => void;
  /** The terminal is a window of tmux. */
  readonly inTmux: boolean;
  readonly onError: (error: unknown) => void;
}

const BELL = '\x07';
const LIMIT = 200;
/** Milliseconds. */
const PATIENCE = 10_000;

/** Calls a person: by the terminal's bell, by a desktop notification of the terminal (OSC 9), by a command. */
export function createNotifier({ config, graphCommand, write, inTmux, onError }: NotifierOptions): Notifier {
  const command = graphCommand ?? config.command;
  return {
    notify(title, text) {
      const told = { title: safeText(title, LIMIT), text: safeText(text, LIMIT) };
      // A sequence that ends with BEL would ring for terminals that do not know it: ST ends this one.
      const sequence = `\x1b]9;${told.title}: ${told.text}\x1b\\`;
      if (config.osc9) write(inTmux ? throughTmux(sequence) : sequence);
      if (config.bell) write(BELL);
      if (command === null) return;
      const { argv, env } = notifyCommand(command, told);
      const [file = '', ...args] = argv;
      exec(file, args, { env, timeout: PATIENCE }).catch(onError);
    },
  };
}

/** tmux keeps such sequences to itself, but for this envelope, where its `allow-passthrough` is on. */
function throughTmux(sequence: string): string {
  return `\x1bPtmux;${sequence.replaceAll('\x1b', '\x1b\x1b')}\x1b\\`;
}
