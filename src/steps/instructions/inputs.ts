import { join } from 'node:path';
import type { InputSource } from '../../core/graph/graph.ts';
import { readUnlinked } from '../tools/atomic-file.ts';
import { type Output, parseOutputs } from './outputs.ts';

export interface InputFile {
  readonly path: string;
  readonly category: string;
  readonly sourceTask: string;
}

export interface ResolvedInputs {
  readonly files: readonly InputFile[];
  /** What could not be had, in words for the agent. */
  readonly notes: readonly string[];
}

/**
 * The files that the tasks of `inputs_from` declared, without the deleted ones. `signalDirOf` gives absolute paths.
 * A missing or broken `outputs.json` is a note: the agent can still find the files in the tree.
 */
export function resolveInputs(
  sources: readonly InputSource[],
  signalDirOf: (task: string) => string | null,
): ResolvedInputs {
  const files = new Map<string, InputFile>();
  const notes: string[] = [];
  for (const source of sources) {
    const declared = readOutputs(source.task, signalDirOf(source.task));
    notes.push(...declared.notes);
    const wanted = declared.outputs.filter(
      ({ action, category }) => action !== 'deleted' && (source.category === null || source.category === category),
    );
    if (wanted.length === 0 && declared.notes.length === 0) notes.push(nothingDeclared(source));
    for (const { path, category } of wanted) {
      files.set(`${source.task}\0${path}`, { path, category, sourceTask: source.task });
    }
  }
  return { files: [...files.values()], notes };
}

function readOutputs(task: string, signalDir: string | null): { outputs: readonly Output[]; notes: readonly string[] } {
  if (signalDir === null) return { outputs: [], notes: [`Task ${task} was not run, so it declared no files.`] };
  const path = join(signalDir, 'outputs.json');
  try {
    const text = readUnlinked(path);
    if (text === null) return { outputs: [], notes: [`Task ${task} declared no files.`] };
    const { outputs, unsound } = parseOutputs(text);
    const left = `${unsound} of the files that task ${task} declared were left out: ${path} is not sound there.`;
    return { outputs, notes: unsound === 0 ? [] : [left] };
  } catch (error) {
    return {
      outputs: [],
      notes: [`The files that task ${task} declared cannot be read: ${(error as Error).message}.`],
    };
  }
}

function nothingDeclared(source: InputSource): string {
  return source.category === null
    ? `Task ${source.task} declared no files.`
    : `Task ${source.task} declared no files of category ${source.category}.`;
}
