import { lstatSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { GraphTask } from '../../core/graph/graph.ts';
import { attemptRef } from '../../core/names.ts';
import type { TaskRuntime } from '../../core/task-runtime.ts';
import type { Forge } from '../forges/forge.ts';
import { readUnlinked } from '../tools/atomic-file.ts';
import { type ResolvedInputs, resolveInputs } from './inputs.ts';
import { shellWord } from './markdown.ts';

export interface AttemptFilesInput {
  readonly runtime: Pick<
    TaskRuntime,
    'task' | 'run' | 'attempt' | 'note' | 'dependencies' | 'earlierAttempts' | 'signalDirOf'
  >;
  readonly graphName: string;
  readonly forge: Forge;
  /** Names of programs, from the settings. */
  readonly tools: readonly string[];
  readonly branch: string;
  readonly integrationBranch: string;
  /** Absolute, as the four below. */
  readonly worktree: string;
  readonly repository: string;
  /** Made if it is missing. */
  readonly signalDir: string;
  /** Holds the `agentrelay-*` launchers. */
  readonly commandsDirectory: string;
}

/** All that the files of an attempt are written from. */
export interface Briefing {
  readonly input: AttemptFilesInput;
  readonly task: GraphTask;
  readonly attempt: number;
  /** What a person wants this attempt to know; null for nothing. */
  readonly note: string | null;
  readonly dependencies: readonly DependencyNote[];
  readonly inputs: ResolvedInputs;
  readonly earlier: readonly EarlierNote[];
  /** An agent-side command by its absolute path, ready for a shell. */
  readonly command: (verb: string) => string;
}

export interface DependencyNote {
  readonly id: string;
  readonly description: string | null;
  /** What its agent wrote about its work. */
  readonly summary: string | null;
}

export interface EarlierNote {
  readonly number: number;
  readonly error: string | null;
  /** Absolute paths of what is there to look at. */
  readonly files: readonly { readonly path: string; readonly what: string }[];
  /** Keeps its commits; null where it never had a branch. */
  readonly ref: string | null;
}

/** Reads from disk what earlier attempts and other tasks left behind. */
export function makeBriefing(input: AttemptFilesInput): Briefing {
  const { task, run, attempt, note, dependencies, earlierAttempts, signalDirOf } = input.runtime;
  const absolute = (signalDir: string | null) => (signalDir === null ? null : resolve(input.repository, signalDir));
  const directoryOf = (id: string) => absolute(signalDirOf(id));
  return {
    input,
    task,
    attempt,
    note,
    dependencies: dependencies.map(({ id, description }) => ({
      id,
      description,
      summary: summaryIn(directoryOf(id)),
    })),
    inputs: resolveInputs(task.inputsFrom, directoryOf),
    earlier: earlierAttempts.map(({ number, error, signalDir }) => ({
      number,
      error,
      files: artefactsIn(absolute(signalDir)),
      ref: signalDir === null ? null : attemptRef(run, task.id, number),
    })),
    command: (verb) => shellWord(join(input.commandsDirectory, `agentrelay-${verb}`)),
  };
}

const ARTEFACTS = [
  ['gate_last_output.txt', 'what the completion gate printed last'],
  ['concerns.log', 'its concerns'],
  ['summary.md', 'its summary'],
  ['agent.log', 'its screen'],
] as const;

function artefactsIn(signalDir: string | null): EarlierNote['files'] {
  if (signalDir === null) return [];
  return ARTEFACTS.map(([name, what]) => ({ path: join(signalDir, name), what })).filter(
    ({ path }) => lstatSync(path, { throwIfNoEntry: false })?.isFile() === true,
  );
}

function summaryIn(signalDir: string | null): string | null {
  const text = signalDir === null ? null : readUnlinked(join(signalDir, 'summary.md'));
  return text === null || text.trim() === '' ? null : text;
}
