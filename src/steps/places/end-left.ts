import type { RunState } from '../../core/run-state.ts';
import type { RunWithAgents } from '../agents-at-work.ts';
import { attemptsOf } from './known-attempts.ts';
import { findLeftAgents } from './left-agents.ts';
import { usedPlaces } from './used-places.ts';

/**
 * Ends what attempts that are torn down have left all the same, such as the container of a gate whose owner was killed.
 * Throws `ToolError` where an engine gives no answer.
 */
export async function endLeft(
  { graph, store, run, commonDir }: Omit<RunWithAgents, 'servers'>,
  state: RunState,
): Promise<void> {
  const attempts = attemptsOf(state).filter(({ tornDown }) => tornDown);
  const left = await findLeftAgents({ graph, commonDir, attempts, used: usedPlaces(store, [run]) });
  await Promise.all(left.map((one) => one.stop()));
}
