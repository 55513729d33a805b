import type { AgentAccess } from '../../src/steps/agents/agent-access.ts';
import type { SimulatedClock } from './simulated-clock.ts';
import { type ToyProgram, toyTraits } from './toy-program.ts';

/** What an owner has of a toy program. */
export function toyAccess(clock: SimulatedClock, program: ToyProgram, changes: Partial<AgentAccess> = {}): AgentAccess {
  const sent = new Set<string>();
  return {
    terminal: program,
    traits: toyTraits(),
    monitor: program.monitor,
    clock,
    approvals: 'ask',
    sent: { has: (text) => sent.has(text), add: (text) => sent.add(text) },
    keepsRecords: false,
    shows: async () => false,
    unsent: null,
    ...changes,
  };
}
