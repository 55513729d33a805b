import { readFileSync, writeFileSync } from 'node:fs';
import { parseDocument } from 'yaml';
import type { DemoPlace } from '../../../src/commands/demo/place.ts';

/** What the graph says of an agent's place. */
export interface InPlace {
  readonly environment?: Readonly<Record<string, unknown>>;
  readonly isolation?: Readonly<Record<string, unknown>>;
}

/** Where the agents of a demo's graph live, with whatever must run for that. */
export interface AgentPlace {
  readonly name: string;
  /** Of the programs that run the graph. */
  readonly env: NodeJS.ProcessEnv;
  of(task: string, demo: DemoPlace): InPlace;
  /** Containers, jobs and the like that the engine still has of this demo, in words. */
  left?(demo: DemoPlace): readonly string[];
  /** Ends what runs for it. */
  end(): Promise<void>;
}

/** The demo's graph, unchanged but for the place of its agents. */
export function putInPlace(demo: DemoPlace, place: AgentPlace): void {
  const document = parseDocument(readFileSync(demo.graphFile, 'utf8'));
  const { tasks } = document.toJS() as { tasks: readonly { id: string }[] };
  for (const [at, { id }] of tasks.entries()) {
    const { environment, isolation } = place.of(id, demo);
    if (environment !== undefined) document.setIn(['tasks', at, 'primary_agent', 'environment'], environment);
    if (isolation !== undefined) document.setIn(['tasks', at, 'isolation'], isolation);
  }
  writeFileSync(demo.graphFile, document.toString());
}
