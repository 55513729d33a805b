import { globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { StandInFact, StandInScript } from './script.ts';

const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url));

/** The programs that each stand-in is found as. */
const EXECUTABLES = {
  claude_code: ['claude'],
  codex: ['codex'],
  gemini: ['gemini'],
  opencode: ['opencode'],
  aider: ['aider'],
  cursor: ['agent', 'cursor-agent'],
  copilot: ['copilot'],
} as const;

export type StandInName = keyof typeof EXECUTABLES;

export const STAND_INS = Object.keys(EXECUTABLES) as readonly StandInName[];

/** Makes the programs in a folder below `folder`; its path is to be put on PATH. */
export function installStandIns(folder: string, names: readonly StandInName[] = STAND_INS): string {
  const bin = join(folder, 'stand-ins');
  mkdirSync(bin, { recursive: true });
  const main = writeWithoutTypes(join(folder, 'stand-ins-code'));
  for (const name of names) {
    for (const executable of EXECUTABLES[name]) {
      const text = `#!/bin/sh\nexec '${process.execPath}' '${main}' ${name} "$@"\n`;
      writeFileSync(join(bin, executable), text, { mode: 0o755 });
    }
  }
  return bin;
}

/** Many are started at once, and without types each starts in half the time and the memory; the path of the first file. */
function writeWithoutTypes(folder: string): string {
  const source = dirname(MAIN);
  for (const name of globSync('**/*.ts', { cwd: source })) {
    const text = withoutTypes(readFileSync(join(source, name), 'utf8'));
    const path = join(folder, name.replace(/ts$/, 'mjs'));
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text.replaceAll(".ts'", ".mjs'"));
  }
  return join(folder, 'main.mjs');
}

/** Node warns that this is new, in the middle of what the tests print. */
function withoutTypes(text: string): string {
  const { emitWarning } = process;
  process.emitWarning = () => {};
  try {
    return stripTypeScriptTypes(text);
  } finally {
    process.emitWarning = emitWarning;
  }
}

/** What a stand-in needs in its environment to find its script and to keep its record. */
export function standInEnv(folder: string): { readonly STAND_IN_SCRIPTS: string; readonly STAND_IN_RECORD: string } {
  return { STAND_IN_SCRIPTS: join(folder, 'stand-in-scripts'), STAND_IN_RECORD: join(folder, 'stand-in-record') };
}

/** Writes scripts by the names of their tasks (`default` for all others, `TASK.2` for one attempt); the environment. */
export function standInScripts(
  folder: string,
  scripts: Readonly<Record<string, StandInScript>>,
): ReturnType<typeof standInEnv> {
  const env = standInEnv(folder);
  mkdirSync(env.STAND_IN_SCRIPTS, { recursive: true });
  mkdirSync(env.STAND_IN_RECORD, { recursive: true });
  for (const [task, script] of Object.entries(scripts)) {
    writeFileSync(join(env.STAND_IN_SCRIPTS, `${task}.json`), JSON.stringify(script));
  }
  return env;
}

/** What the stand-ins of a task have recorded, in order; empty before the first. */
export function standInRecord(folder: string, task: string): readonly StandInFact[] {
  let text: string;
  try {
    text = readFileSync(join(standInEnv(folder).STAND_IN_RECORD, `${task}.jsonl`), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
  // A last line that is not whole yet is still being written.
  const lines = text.slice(0, text.lastIndexOf('\n') + 1).split('\n');
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as StandInFact);
}

/** The prompts that were accepted, byte for byte and in order. */
export function acceptedPrompts(folder: string, task: string): readonly string[] {
  return standInRecord(folder, task).flatMap((fact) => (fact.kind === 'prompt' ? [fact.text] : []));
}
