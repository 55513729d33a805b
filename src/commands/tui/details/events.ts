import type { RunEvent } from '../../../core/events.ts';
import { type TaskEvents, taskEvents } from '../../../steps/task-events.ts';
import type { DetailWanted } from '../../../ui/ports.ts';
import { keepLooking } from './look.ts';
import { type DetailsWorld, isOf, type Reader, taskOf } from './world.ts';

const MAX_EVENTS = 1_000;

/** The events of a task, out of the journal and then as they come. */
export function openEvents(world: DetailsWorld, { task }: DetailWanted, reader: Reader): void {
  const { store, run, state, subscribe, paces } = world;
  /** Null while the journal is still to be read. */
  let known: TaskEvents | null = null;
  let fresh: RunEvent[] = [];
  let at = state().seq;
  const again = keepLooking(reader, async () => {
    taskOf(world, task);
    known ??= await taskEvents(store.journalFile(run), task, {
      limit: MAX_EVENTS,
      upTo: () => state().seq,
      signal: reader.signal,
    });
    known = joined(known, fresh);
    fresh = [];
    return { tab: 'events', ...known };
  });
  const end = subscribe((event) => {
    // A replay that has gone back, or on without a word.
    if (event === null && state().seq !== at) {
      [known, fresh] = [null, []];
      again(paces.event);
    } else if (isOf(event, task)) {
      fresh.push(event);
      again(paces.event);
    }
    at = state().seq;
  });
  reader.signal.addEventListener('abort', end, { once: true });
}

/** What was told while the journal was read may have been in it. */
function joined({ events, omitted }: TaskEvents, fresh: readonly RunEvent[]): TaskEvents {
  const last = events.at(-1)?.seq ?? 0;
  const all = [...events, ...fresh.filter(({ seq }) => seq > last)];
  const shown = all.slice(-MAX_EVENTS);
  return { events: shown, omitted: omitted + all.length - shown.length };
}
