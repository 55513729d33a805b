import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { UserError } from '../../core/errors.ts';
import type { AgentEnvironment, Settings } from '../../core/graph/graph.ts';
import type { RunStore } from '../run-store.ts';
import { readIfThere } from '../tools/atomic-file.ts';

/** Where agents of a run may have lived: nothing else is asked for them. */
export interface UsedPlaces {
  /** As they stand in the graph files: one may have its `type` from another, which stands above it. */
  readonly environments: readonly AgentEnvironment[];
  /** Names of container programs that are named. */
  readonly runtimes: ReadonlySet<string>;
  readonly usesContainers: boolean;
}

/** By each graph file that these runs have followed, read loosely, and by what their command lines said. */
export function usedPlaces(store: RunStore, runs: readonly number[]): UsedPlaces {
  const texts = new Set(runs.flatMap((run) => graphTexts(store.runDirectory(run))));
  return placesIn(
    [...texts],
    runs.map((run) => saidOf(store, run)),
  );
}

function graphTexts(folder: string): string[] {
  const names = existsSync(folder) ? readdirSync(folder).filter((name) => /^graph(\.\d+)?\.yaml$/.test(name)) : [];
  return names.map((name) => readIfThere(join(folder, name)) ?? '');
}

type Said = Partial<Pick<Settings, 'environment' | 'sandbox'>>;

function saidOf(store: RunStore, run: number): Said {
  try {
    return store.readRecord(run).settings ?? {};
  } catch (error) {
    if (error instanceof UserError) return {};
    throw error;
  }
}

/** Words that make a graph file worth reading. */
const ELSEWHERE = /\b(environment|isolation)\b/;

export function placesIn(graphs: readonly string[], said: readonly Said[]): UsedPlaces {
  const environments: AgentEnvironment[] = said.flatMap(({ environment: type }) => (type ? [{ type }] : []));
  const sandboxes = new Set<unknown>(said.map(({ sandbox }) => sandbox));
  const runtimes = new Set<string>();
  for (const text of graphs) {
    for (const [key, value] of ELSEWHERE.test(text) ? entriesIn(loosely(text)) : []) {
      if (!isRecord(value)) continue;
      if (key === 'environment') environments.push({ ...value, type: String(value.type ?? '') });
      if (key !== 'isolation') continue;
      sandboxes.add(value.sandbox);
      if (typeof value.runtime === 'string') runtimes.add(value.runtime);
    }
  }
  return { environments, runtimes, usesContainers: sandboxes.has('oci') };
}

export function usesEnvironment({ environments }: UsedPlaces, wanted: string): boolean {
  return environments.some(({ type }) => type === wanted);
}

/** Every key with its value, at any depth. */
function entriesIn(value: unknown): [string, unknown][] {
  if (Array.isArray(value)) return value.flatMap(entriesIn);
  if (!isRecord(value)) return [];
  return Object.entries(value).flatMap(([key, below]) => [[key, below] as [string, unknown], ...entriesIn(below)]);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function loosely(text: string): unknown {
  try {
    return parse(text);
  } catch {
    // Such a file was never followed as it is now.
    return null;
  }
}
