import { isActive } from '../../core/lifecycle.ts';
import type { RunState } from '../../core/run-state.ts';

interface LaneFacts {
  readonly seq: number;
  /** Lanes that have tasks. */
  readonly inhabited: ReadonlySet<string>;
  /** Tasks at work, by lane. */
  readonly atWork: ReadonlyMap<string, readonly string[]>;
}

const cache = new WeakMap<RunState, LaneFacts>();

/** What the rows of all lanes need to know, found out once for each state of the run. */
export function laneFacts(run: RunState): LaneFacts {
  const known = cache.get(run);
  if (known?.seq === run.seq) return known;
  const inhabited = new Set<string>();
  const atWork = new Map<string, string[]>();
  for (const { outline, status } of run.tasks.values()) {
    inhabited.add(outline.workstream);
    if (!isActive(status)) continue;
    const others = atWork.get(outline.workstream);
    if (others === undefined) atWork.set(outline.workstream, [outline.id]);
    else others.push(outline.id);
  }
  const facts = { seq: run.seq, inhabited, atWork };
  cache.set(run, facts);
  return facts;
}
