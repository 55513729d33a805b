import type { Masker } from '../../../core/credentials/mask.ts';
import { secretsOfRun } from '../../../steps/credentials/load-secrets.ts';
import type { RunStore } from '../../../steps/run-store.ts';
import type { Detail } from '../../../ui/ports.ts';
import type { Reader } from './world.ts';

type Told = Parameters<Reader['tell']>[0];

/** Tells details without the secrets of a run; its credentials file is read when there is something to tell. */
export function maskingTeller(store: RunStore, run: number): (reader: Reader) => Reader {
  let known: Promise<Masker> | null = null;
  return ({ signal, tell }) => {
    if ((store.readRecord(run).settings.credentials ?? null) === null) return { signal, tell };
    return {
      signal,
      tell(told) {
        known ??= secretsOfRun(store, run, () => {}).then(({ masker }) => masker);
        known.then(
          (masker) => signal.aborted || tell(masked(told, masker)),
          (error: unknown) => tell({ failed: String(error) }),
        );
      },
    };
  };
}

function masked(told: Told, masker: Masker): Told {
  if (masker.isEmpty || 'failed' in told || told.tab !== 'output') return maskedValue(told, masker) as Told;
  // Its lines as one text: a terminal may have broken a secret.
  const lines = told.lines.length === 0 ? [] : masker.mask(told.lines.join('\n')).split('\n');
  return { ...told, lines } satisfies Detail;
}

function maskedValue(value: unknown, masker: Masker): unknown {
  if (typeof value === 'string') return masker.mask(value);
  if (Array.isArray(value)) return value.map((item) => maskedValue(item, masker));
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, maskedValue(inner, masker)]));
}
