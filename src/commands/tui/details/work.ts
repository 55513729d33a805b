import { isTerminal } from '../../../core/lifecycle.ts';
import { type AttemptState, currentAttempt, type TaskState } from '../../../core/run-state.ts';
import { AgentPrints } from '../../../steps/agent-prints.ts';
import type { Detail, DetailWanted } from '../../../ui/ports.ts';
import { keepLooking } from './look.ts';
import { type DetailsWorld, folderOf, followTask, type Reader, taskOf } from './world.ts';

/** Keeps an eye on what git has of a task: looks after each event of it, and while its agent works. */
export function openWork(
  world: DetailsWorld,
  { task }: DetailWanted,
  { reader, look }: { readonly reader: Reader; readonly look: (task: TaskState) => Promise<Detail> },
): void {
  const prints = new AgentPrints(() => again(world.paces.print));
  const again = keepLooking(reader, async () => {
    const known = taskOf(world, task);
    const attempt = currentAttempt(known);
    const works = attempt !== null && attempt.agent !== null && !isTerminal(attempt.status) && !reader.signal.aborted;
    prints.follow(works ? folderOf(world, task, attempt as AttemptState) : null);
    return await look(known);
  });
  followTask(world, task, { signal: reader.signal, onChange: () => again(world.paces.event) });
  reader.signal.addEventListener('abort', () => prints.follow(null), { once: true });
}
