import { FRAMEWORKS } from '../graph/known-names.ts';
import { nearest, type Problem, problem } from '../graph/problem.ts';
import type { HeadlessData, PresetData } from './preset-data.ts';
import type { PresetPatch } from './preset-schema.ts';

export type OwnPresets = Readonly<Record<string, PresetPatch>>;

const SHIPPED = FRAMEWORKS.filter((name) => name !== 'command');

/** What a preset stands on: one that is shipped and has its name, or the one that it says; null for an empty one. */
export function baseOf(name: string, patch: PresetPatch): string | null {
  return patch.extends ?? (SHIPPED.includes(name) ? name : null);
}

/** What cannot be right about presets that are well-formed each. */
export function ownPresetProblems(presets: OwnPresets): Problem[] {
  return Object.entries(presets).flatMap(([name, patch]) => problemsOf(name, patch, presets));
}

function problemsOf(name: string, patch: PresetPatch, presets: OwnPresets): Problem[] {
  const at = ['frameworks', name];
  if (name === 'command')
    return [problem(at, "'command' runs what the graph file says, and has no preset", { atKey: true })];
  const base = baseOf(name, patch);
  const half = halfHeadless(name, presets);
  if (half !== null) {
    const message = `nothing that it extends works without a terminal, so its headless needs a '${half}'`;
    return [problem([...at, 'headless'], message, { atKey: true })];
  }
  if (base === null) {
    const near = nearest(name, SHIPPED);
    if (patch.program === undefined) {
      return [problem(at, "it extends no other, so it needs a 'program'", { atKey: true, didYouMean: near })];
    }
    // One that says how it is started is meant.
    if (near === null || patch.start !== undefined) return [];
    return [problem(at, 'it extends no other, and does not say how it is started', { atKey: true, didYouMean: near })];
  }
  if (patch.extends === undefined || (patch.extends === name && SHIPPED.includes(name))) return [];
  const known = [...SHIPPED, ...Object.keys(presets)];
  if (!known.includes(base)) {
    const extra = { allowed: known.join(', '), didYouMean: nearest(base, known) };
    return [problem([...at, 'extends'], `there is no preset '${base}'`, extra)];
  }
  return standsOnItself(name, presets) ? [problem([...at, 'extends'], `it extends itself, through '${base}'`)] : [];
}

/** The key that is missing where all that is said of it is a preset's own; null for none. */
function halfHeadless(name: string, presets: OwnPresets): 'start' | 'resume' | null {
  if (presets[name]?.headless == null || standsOnItself(name, presets)) return null;
  const said = { start: false, resume: false };
  for (let at: string | null = name; at !== null; ) {
    const patch: PresetPatch | undefined = presets[at];
    if (patch === undefined || patch.headless === null) return missing(said, patch === undefined);
    said.start ||= patch.headless?.start !== undefined;
    said.resume ||= patch.headless?.resume !== undefined;
    const base: string | null = baseOf(at, patch);
    if (base === at) return null;
    at = base;
  }
  return missing(said, false);
}

function missing(said: { start: boolean; resume: boolean }, isShipped: boolean): 'start' | 'resume' | null {
  if (isShipped || (said.start && said.resume)) return null;
  return said.start ? 'resume' : 'start';
}

function standsOnItself(name: string, presets: OwnPresets): boolean {
  const seen = new Set<string>();
  for (let at: string | null = name; at !== null; ) {
    if (seen.has(at)) return true;
    seen.add(at);
    const patch: PresetPatch | undefined = presets[at];
    const base: string | null = patch === undefined ? null : baseOf(at, patch);
    // A shipped one under its own name is the end of the way.
    at = base === at ? null : base;
  }
  return false;
}

const NO_HEADLESS: HeadlessData = { start: [], resume: [], ask: [], skip: [], help: [] };

const NOTHING: PresetData = {
  program: [],
  start: ['{approvals_args}', '{model_args}', '{session_args}', '{hooks_args}', '{prompt_args}'],
  resume: null,
  approvals: { ask: [], skip: [] },
  model: [],
  session: [],
  hooks: [],
  headless: null,
  prompt: null,
  env: {},
  unset: [],
  dialogs: [],
  screen: {
    lines: 20,
    input: null,
    busy: [],
    idle: [],
    permission: [],
    question: [],
    login: [],
    limit: [],
    queued: [],
    pasted: [],
  },
  title: { busy: [], idle: [] },
  keys: { approve: null, deny: null, choose: 'none', interrupt: ['C-c'], submit: ['Enter'] },
  submit: { settle: 300, waits: [1_000, 2_000, 4_000], queues: false },
  version: ['--version'],
  help: [['--help']],
  install: null,
  root: {},
};

/** `base` with what the patch says in place of it; of maps, key by key. */
export function patchedPreset(base: PresetData | null, patch: PresetPatch): PresetData {
  const { extends: _, ...said } = patch;
  const merged: Record<string, unknown> = { ...(base ?? NOTHING) };
  // What installs another program does not install this one.
  if (said.program !== undefined) merged.install = null;
  for (const [key, value] of Object.entries(said)) {
    if (value === undefined) continue;
    const below = key === 'headless' ? (merged[key] ?? NO_HEADLESS) : merged[key];
    merged[key] = isMap(value) && isMap(below) ? { ...below, ...defined(value) } : value;
  }
  // As the schema has proved of the patch, and the type of what is below it.
  return merged as unknown as PresetData;
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function defined(map: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(map).filter(([, value]) => value !== undefined));
}
