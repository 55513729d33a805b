import type { RunStore } from '../../../steps/run-store.ts';
import type { Detail, Details, DetailWanted } from '../../../ui/ports.ts';
import type { RunSession } from '../session.ts';
import { createDetails } from './details.ts';

type OnChange = (detail: Detail | { readonly failed: string }) => void;

interface Asked {
  readonly wanted: DetailWanted;
  readonly onChange: OnChange;
  close: (() => void) | null;
}

export interface DetailsPlace {
  readonly session: RunSession;
  readonly store: RunStore;
  readonly graph: string;
  readonly repositoryRoot: string;
  readonly tmuxSocket: string | null;
}

/** Details that can be asked for before it is known which run they are of. */
export class LateDetails implements Details {
  #details: (Details & { close(): Promise<void> }) | null = null;
  readonly #asked = new Set<Asked>();

  begin({ session, store, graph, repositoryRoot, tmuxSocket }: DetailsPlace): void {
    this.#details = createDetails({
      store,
      run: session.run,
      graph,
      repositoryRoot,
      state: () => session.state,
      subscribe: (listener) => session.subscribe(listener),
      tmuxSocket,
    });
    for (const asked of this.#asked) asked.close = this.#details.open(asked.wanted, asked.onChange);
    this.#asked.clear();
  }

  open(wanted: DetailWanted, onChange: OnChange): () => void {
    if (this.#details !== null) return this.#details.open(wanted, onChange);
    const asked: Asked = { wanted, onChange, close: null };
    this.#asked.add(asked);
    return () => {
      this.#asked.delete(asked);
      asked.close?.();
    };
  }

  async close(): Promise<void> {
    this.#asked.clear();
    await this.#details?.close();
  }
}
