import type { Details, DetailWanted } from './ports.ts';
import { chosenTask } from './subjects.ts';
import type { LoadedDetail } from './ui-state.ts';
import { layoutOf } from './view/layout.ts';
import type { View } from './view/view.ts';

/** Milliseconds that the cursor must rest on a task: who hurries by wants to see nothing of it. */
const REST = 120;

/** Keeps open what the panel shows, and only that. */
export class OpenDetail {
  readonly #details: Details;
  readonly #onChange: (detail: LoadedDetail) => void;
  #wanted: DetailWanted | null = null;
  #close: (() => void) | null = null;
  #rest: NodeJS.Timeout | null = null;

  constructor(details: Details, onChange: (detail: LoadedDetail) => void) {
    this.#details = details;
    this.#onChange = onChange;
  }

  /** Notices what the panel shows now; what it needs is asked for later, on nobody's key. */
  want(view: View): void {
    const wanted = wantedBy(view);
    if (isSame(wanted, this.#wanted)) return;
    this.#wanted = wanted;
    this.#end();
    if (wanted === null) return;
    this.#rest = setTimeout(() => {
      this.#rest = null;
      const of = `${wanted.task}/${wanted.tab}`;
      this.#close = this.#details.open(wanted, (value) => this.#onChange({ of, value }));
    }, REST);
  }

  close(): void {
    this.#wanted = null;
    this.#end();
  }

  #end(): void {
    if (this.#rest !== null) clearTimeout(this.#rest);
    this.#rest = null;
    this.#close?.();
    this.#close = null;
  }
}

function wantedBy(view: View): DetailWanted | null {
  const task = chosenTask(view);
  const { panel } = layoutOf(view.ui);
  if (task === null || panel === 0) return null;
  return { tab: view.ui.tab, task: task.outline.id, columns: view.ui.columns, rows: panel };
}

function isSame(a: DetailWanted | null, b: DetailWanted | null): boolean {
  return a?.tab === b?.tab && a?.task === b?.task && a?.columns === b?.columns && a?.rows === b?.rows;
}
