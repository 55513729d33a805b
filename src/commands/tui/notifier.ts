import type { Command } from '../../core/graph/graph.ts';
import { notifyCommand } from '../../core/user-config/notify-command.ts';
import type { NotifyConfig } from '../../core/user-config/user-config.ts';
import { exec } from '../../steps/tools/exec.ts';
import { safeText } from '../../ui/text/safe.ts';

export interface Notifier {
  notify(title: string, text: string): void;
}

export interface NotifierOptions {
  readonly config: NotifyConfig;
  /** What the graph says; the person's own config comes before it. */
  readonly graphCommand: Command | null;
  readonly write: (bytes: string) => void;
  readonly onError: (error: unknown) => void;
}

const BELL = '\x07';
const LIMIT = 200;
/** Milliseconds. */
const PATIENCE = 10_000;

/** Calls a person: by the terminal's bell, by a desktop notification of the terminal (OSC 9), by a command. */
export function createNotifier({ config, graphCommand, write, onError }: NotifierOptions): Notifier {
  const command = config.command ?? graphCommand;
  return {
    notify(title, text) {
      const told = { title: safeText(title, LIMIT), text: safeText(text, LIMIT) };
      // A sequence that ends with BEL would ring for terminals that do not know it: ST ends this one.
      if (config.osc9) write(`\x1b]9;${told.title}: ${told.text}\x1b\\`);
      if (config.bell) write(BELL);
      if (command === null) return;
      const { argv, env } = notifyCommand(command, told);
      const [file = '', ...args] = argv;
      exec(file, args, { env, timeout: PATIENCE }).catch(onError);
    },
  };
}
