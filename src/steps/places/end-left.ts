import type { RunState } from '../../core/run-state.ts';
import { attemptsOf } from './known-attempts.ts';
import { findLeftAgents, type LeftAgentsOf } from './left-agents.ts';

/**
 * Ends what attempts that are torn down have left all the same, such as the container of a gate whose owner was killed.
 * Throws `ToolError` where an engine gives no answer.
 */
export async function endLeft(
  { graph, store, commonDir }: Omit<LeftAgentsOf, 'attempts'>,
  state: RunState,
): Promise<void> {
  const attempts = attemptsOf(state).filter(({ tornDown }) => tornDown);
  const left = await findLeftAgents({ graph, store, commonDir, attempts });
  await Promise.all(left.map((one) => one.stop()));
}
