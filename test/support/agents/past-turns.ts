import { readFileSync } from 'node:fs';
import type { Session } from './personality.ts';
import type { StandInFact } from './script.ts';

/** Where the earlier processes of this session have come to. */
export function pastOf({ env, id }: Session): { turns: number; left: number } {
  const path = `${env.STAND_IN_RECORD}/${env.AGENTRELAY_TASK ?? 'default'}.jsonl`;
  const facts = readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as StandInFact);
  const turns = facts.flatMap((fact) => (fact.kind === 'prompt' && fact.session === id ? [fact.turn] : []));
  const ended = facts.findLast((fact) => fact.kind === 'turn_ended');
  return { turns: turns.at(-1) ?? 0, left: ended?.kind === 'turn_ended' ? ended.left : 0 };
}
