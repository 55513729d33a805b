import { isTerminal } from '../../../core/lifecycle.ts';
import type { AttemptState } from '../../../core/run-state.ts';
import { currentAttempt } from '../../../core/run-state.ts';
import { findLog, findSetupLog, LOG, readLogTail } from '../../../steps/agent-log.ts';
import { AgentPrints } from '../../../steps/agent-prints.ts';
import { isProcessLabel } from '../../../steps/environments/process/paths.ts';
import { linesOf } from '../../../steps/environments/process/stream-text.ts';
import type { PaneScreen } from '../../../steps/pane-screen.ts';
import { lastLines } from '../../../steps/screen-lines.ts';
import { isAgentOf, panesOn, type TaggedPane } from '../../../steps/tagged-panes.ts';
import type { Detail, DetailWanted } from '../../../ui/ports.ts';
import { keepLooking } from './look.ts';
import { type DetailsWorld, folderOf, followTask, type Reader, taskOf } from './world.ts';

type Output = Extract<Detail, { tab: 'output' }>;

const MAX_LINES = 2_000;
/** Characters. */
const MAX_LINE = 4_000;
/** From about this size on a log grows no more, though the agent may print. */
const FULL_LOG = 31 * 1024 * 1024;

/** What an agent shows, as it is now; once it is over, the end of what is left of it. */
export function openOutput(world: DetailsWorld, { task, rows }: DetailWanted, reader: Reader): void {
  const { paces } = world;
  const scrollback = Math.max(1, Math.min(rows, MAX_LINES));
  const finder = new PaneFinder(world, task);
  const prints = new AgentPrints(() => again(paces.screen));
  const follow = (folder: string) => prints.follow(reader.signal.aborted ? null : folder);
  const shown = async (attempt: AttemptState): Promise<Output | null> => {
    const screen = await finder.screen(attempt, scrollback);
    if (screen === null) return null;
    if (!screen.dead && prints.size() > FULL_LOG) again(paces.fullLog);
    const lines = lastLines(screen.lines, { count: MAX_LINES, length: MAX_LINE });
    return { tab: 'output', lines, live: !screen.dead, note: screen.dead ? 'its agent has ended' : null };
  };
  const look = async (): Promise<Output> => {
    const attempt = currentAttempt(taskOf(world, task));
    if (attempt === null) return nothing('it has not started yet');
    const folder = folderOf(world, task, attempt);
    const ended = isTerminal(attempt.status);
    if (!ended || findLog(folder, { ended, raw: false })?.endsWith(`/${LOG}`) !== true) {
      // Before the look, so that nothing is missed that is printed during it.
      follow(folder);
      const hasNoWindow = !ended && isProcessLabel(attempt.agent);
      const output = hasNoWindow ? printedOf(attempt, folder) : await shown(attempt);
      if (output !== null) return output;
    }
    prints.follow(null);
    return logOf(attempt, folder, () => again(paces.fullLog));
  };
  const leave = world.screens.use(() => again(paces.screen));
  const again = keepLooking(reader, look);
  followTask(world, task, { signal: reader.signal, onChange: () => again(paces.event) });
  const close = () => {
    leave();
    prints.follow(null);
  };
  reader.signal.addEventListener('abort', close, { once: true });
}

/** The pane of a task's agent, looked for anew when there is another attempt, or it is gone. */
class PaneFinder {
  readonly #world: DetailsWorld;
  readonly #task: string;
  #known: TaggedPane | null = null;

  constructor(world: DetailsWorld, task: string) {
    this.#world = world;
    this.#task = task;
  }

  /** Null where the attempt has no pane. Throws `ToolError`, `TmuxError`. */
  async screen(attempt: AttemptState, scrollback: number): Promise<PaneScreen | null> {
    const { screens } = this.#world;
    if (this.#known !== null && this.#is(this.#known, attempt)) {
      const screen = await screens.screen(this.#known, scrollback);
      if (screen !== null) return screen;
    }
    this.#known = await this.#find(attempt);
    return this.#known === null ? null : await screens.screen(this.#known, scrollback);
  }

  async #find(attempt: AttemptState): Promise<TaggedPane | null> {
    const panes = await panesOn(this.#world.servers());
    const found = panes.filter((pane) => this.#is(pane, attempt));
    return found.find((pane) => !pane.dead) ?? found[0] ?? null;
  }

  #is(pane: TaggedPane, attempt: AttemptState): boolean {
    const { graph, run } = this.#world;
    return isAgentOf(pane, { graph, run, task: this.#task, attempt });
  }
}

/** Of an agent without a window: the end of what it has printed, in words for people. */
function printedOf({ attention, exitCode }: AttemptState, folder: string): Output {
  const file = findLog(folder, { ended: false, raw: true });
  const tail = file === null ? null : readLogTail(file, MAX_LINES, 'whole_lines', linesOf(file));
  if (tail === null) return nothing('it has printed nothing yet');
  const lines = lastLines(tail.lines, { count: MAX_LINES, length: MAX_LINE });
  const gone = attention === 'exited' || exitCode !== null;
  return { tab: 'output', lines, live: !gone, note: gone ? 'its agent has ended' : null };
}

/** `grows` is called of a log that is being written. */
function logOf(attempt: AttemptState, folder: string, grows: () => void): Output {
  const ended = isTerminal(attempt.status);
  const isEarly = attempt.agent === null;
  if (attempt.command !== null) grows();
  const setup = isEarly ? findSetupLog(folder) : null;
  const file = setup ?? (isEarly && !ended ? null : findLog(folder, { ended, raw: false }));
  const tail = file === null ? null : readLogTail(file, MAX_LINES, 'to_the_end', linesOf(file));
  if (tail === null) return nothing(whyNothing(attempt, ended));
  const lines = lastLines(tail.lines, { count: MAX_LINES, length: MAX_LINE });
  if (setup !== null) return { tab: 'output', lines, live: false, note: whyNothing(attempt, ended) };
  const cut = tail.cut ? `only the end is shown; all of it is in ${file}` : null;
  return { tab: 'output', lines, live: false, note: ended ? cut : 'its window is gone; this is what it has printed' };
}

function whyNothing({ agent, failure, step }: AttemptState, ended: boolean): string {
  if (agent !== null) return ended ? 'its agent has left no log' : 'its agent has no window';
  if (!ended) return `its agent is not started yet (step ${step})`;
  return failure === null ? 'its agent was never started' : `its agent was never started: ${failure.error}`;
}

function nothing(note: string): Output {
  return { tab: 'output', lines: [], live: false, note };
}
