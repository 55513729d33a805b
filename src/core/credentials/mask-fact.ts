import type { Fact } from '../events.ts';

/** What the run itself has made and goes by. */
const OWN = new Set([
  ...['kind', 'task', 'workstream', 'code', 'failure_class', 'source', 'phase', 'state', 'status', 'outcome', 'step'],
  ...[
    'branch',
    'base_commit',
    'commit',
    'ref',
    'target',
    'worktree',
    'signal_dir',
    'agent',
    'place',
    'token_hash',
    'pr',
  ],
  ...['root', 'by', 'found', 'result', 'cause', 'proof', 'until', 'since', 'change'],
]);

/** A fact about an attempt or a lane without what `mask` takes out of its texts. */
export function maskFact(fact: Fact, mask: (text: string) => string): Fact {
  if (!('task' in fact || 'workstream' in fact)) return fact;
  return masked(fact, mask) as Fact;
}

function masked(value: unknown, mask: (text: string) => string): unknown {
  if (typeof value === 'string') return mask(value);
  if (Array.isArray(value)) return value.map((item) => masked(item, mask));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, OWN.has(key) ? inner : masked(inner, mask)]),
  );
}
