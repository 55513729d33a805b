import type { DialogData } from '../../core/frameworks/preset-data.ts';
import { type AgentAccess, type Look, look } from './agent-access.ts';
import { until } from './pause.ts';
import { pressInTurn } from './press.ts';

/** Milliseconds in which a dialog goes that was answered. */
const GOES = 5_000;
/** Another one may come just behind it. */
const GAP = 300;
/** What did not help twice does not help. */
const MAX_ANSWERS = 2;

/** Answers the dialogs that may be answered without a person, and counts. */
export class DialogAnswers {
  readonly #access: AgentAccess;
  readonly #tell: (dialog: string, keys: readonly string[]) => void;
  readonly #answered = new Map<string, number>();

  constructor(access: AgentAccess, tell: (dialog: string, keys: readonly string[]) => void) {
    this.#access = access;
    this.#tell = tell;
  }

  /** Null where none is open, or only a person may answer the one that is. */
  mine({ reading: { dialog: name } }: Look): DialogData | null {
    const { traits, approvals } = this.#access;
    const dialog = traits.dialogs.find((known) => known.name === name);
    if (dialog === undefined || dialog.keys === null) return null;
    if (dialog.when === 'skip' && approvals !== 'skip') return null;
    return (this.#answered.get(dialog.name) ?? 0) < MAX_ANSWERS ? dialog : null;
  }

  /** Presses its keys, if it still has them, and waits until it is gone. For whoever has the terminal to himself. */
  async answer(dialog: DialogData, signal: AbortSignal): Promise<void> {
    const isOpen = async () => (await look(this.#access))?.reading.dialog === dialog.name;
    if (dialog.keys === null || !(await isOpen())) return;
    this.#answered.set(dialog.name, (this.#answered.get(dialog.name) ?? 0) + 1);
    if ((await pressInTurn(this.#access, dialog.keys, signal)) !== true) return;
    this.#tell(dialog.name, dialog.keys);
    // What was seen of the dialog is over, and no reason to call anybody.
    this.#access.monitor.begin();
    await until(this.#access, GOES, signal, async () => ((await isOpen()) ? null : true));
    await this.#access.clock.sleep(GAP, signal);
  }
}
