import { UserError } from '../../../core/errors.ts';
import { readJournal, replayJournal } from '../../../steps/tools/read-journal.ts';
import type { Acts, Leave, Outcome } from '../../../ui/ports.ts';
import type { Io } from '../../io.ts';
import { INTERRUPTED } from '../../run.ts';
import type { Stage } from '../acts.ts';
import { type End, watchEnds } from '../ends.ts';
import { DEFECT, tellDefect } from '../farewell.ts';
import { onTerminal, type ReadyTerminal, type ScreenLook } from '../on-terminal.ts';
import { journalDetails, replayDetails } from './details.ts';
import { ReplayFeed } from './feed.ts';
import { type FoundJournal, findJournal, type WantedJournal } from './find-journal.ts';

export interface ReplayOptions extends WantedJournal, ScreenLook {
  /** Times as fast as it was. */
  readonly speed: number;
}

/** Plays a journal on the screen of the dashboard, and changes nothing. Resolves to the exit code. Throws `UserError`. */
export async function replay(options: ReplayOptions, io: Io): Promise<number> {
  const found = await findJournal(options);
  const { how, error } = await onTerminal(options, async ({ ready }) => await show(await ready, found, options.speed));
  if (how === 'signal') return INTERRUPTED;
  if (how !== 'screen_broke') return 0;
  tellDefect(error, io);
  return DEFECT;
}

async function show(
  { stage, leave, onLeave, draw }: ReadyTerminal,
  { journalFile, place }: FoundJournal,
  speed: number,
): Promise<End> {
  const { events } = readJournal(journalFile);
  const end = replayJournal(events, journalFile);
  if (events.length === 0) throw new UserError(`${journalFile} holds no events yet`);
  const feed = new ReplayFeed(events, { speed, clock: () => performance.now() });
  const details = place === null ? journalDetails(feed, events) : replayDetails(feed, end, place);
  const acts = replayActs(feed, stage, leave);
  const drawn = draw({ feed, details, acts }, { readOnly: false, greeting: null });
  const ends = watchEnds({ mounted: drawn.mounted, onLeave, stage });
  try {
    feed.play({ playing: true });
    return await ends.first;
  } finally {
    feed.close();
    await drawn.close();
    await details.close();
    ends.stop();
  }
}

function replayActs(feed: ReplayFeed, stage: Stage, leave: (how: Leave) => void): Acts {
  const refuse = async (): Promise<Outcome> => ({ ok: false, message: 'this is only a replay', hint: null });
  return {
    ask: refuse,
    attach: refuse,
    goOn: refuse,
    edit: async () => null,
    description: async () => '',
    leave,
    notify: () => {},
    suspend: () => stage.suspend(),
    redraw: () => stage.redraw(),
    play: (change) => feed.play(change),
  };
}
