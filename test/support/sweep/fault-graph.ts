import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { MergeMethod } from '../../../src/core/graph/graph.ts';

/** Of every run of the sweep of faults. */
export const GRAPH = 'shop';

export interface FaultTask {
  readonly id: string;
  readonly lane: string;
}

export const TASKS: readonly FaultTask[] = [
  { id: 'cart', lane: 'api' },
  { id: 'bill', lane: 'api' },
  { id: 'page', lane: 'web' },
  { id: 'form', lane: 'web' },
  { id: 'guide', lane: 'docs' },
];

export const LANES: readonly string[] = [...new Set(TASKS.map(({ lane }) => lane))];

/**
 * An agent commits, and signals. What the command says is to be run again is run again, as an agent would; each time is
 * written down.
 */
const PRELUDE = `#!/bin/sh
set -eu
journal=$AGENTRELAY_SIGNAL_DIR/../../../events.jsonl
commit() { printf '%s\\n' "$2" >"$1"; git add -A; git commit -qm "write $1"; }
# told KIND TASK
told() { until grep -q "\\"kind\\":\\"$1\\".*\\"task\\":\\"$2\\"" "$journal"; do sleep 0.05; done; }
# complete TITLE
complete() {
  rounds=0
  until agentrelay-complete --title "$1" --body "All of it is done." 2>>"$HOME/said"; do
    code=$?
    rounds=$((rounds + 1))
    printf '%s exited with %s\\n' "$AGENTRELAY_TASK" "$code" >>"$HOME/again"
    if [ "$code" != 1 ] || [ $rounds = 3 ]; then agentrelay-failed --reason "complete: $code"; exit; fi
    sleep 0.5
  done
}
`;

/**
 * Every kind of call is in it: pull requests that are opened, changed (by a second signal after a gate failed), brought up
 * to date (the branch of `form` is older than the merge of `page`; the second lane's is older than the first's), and merged.
 */
const SCRIPTS: Readonly<Record<string, string>> = {
  cart: `commit cart.txt draft
complete 'Draft the cart'
told task_sent_back cart
commit cart.txt cart
complete 'Write the cart'`,
  bill: "commit bill.txt bill\ncomplete 'Write the bill'",
  page: "commit page.txt page\ncomplete 'Write the page'",
  form: "commit form.txt form\ntold task_succeeded page\ncomplete 'Write the form'",
  guide: "commit guide.txt guide\ncomplete 'Write the guide'",
};

/** Writes the agents and the graph file into the folder; the path of the file. */
export function writeFaultGraph(folder: string, method: MergeMethod): string {
  mkdirSync(folder);
  const agent = (id: string) => {
    const path = join(folder, `${id}.sh`);
    writeFileSync(path, `${PRELUDE}${SCRIPTS[id] ?? ''}\n`);
    chmodSync(path, 0o755);
    return { framework: 'command', command: [path] };
  };
  const more: Readonly<Record<string, object>> = {
    cart: { completion_gate: 'grep -q cart cart.txt' },
    bill: { dependencies: ['cart'] },
  };
  const graph = {
    name: GRAPH,
    merge_method: method,
    max_concurrency: 5,
    workstreams: [
      { id: 'api', auto_merge: true },
      { id: 'web', auto_merge: true, parallel: true },
      { id: 'docs', auto_merge: false },
    ],
    tasks: TASKS.map(({ id, lane }) => ({
      ...{ id, workstream_id: lane, description: `Write ${id}.`, primary_agent: agent(id) },
      ...more[id],
    })),
  };
  const path = join(folder, 'graph.yaml');
  writeFileSync(path, JSON.stringify(graph, null, 1));
  return path;
}
