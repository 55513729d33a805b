import type { HeadlessData, PresetData } from '../../core/frameworks/preset-data.ts';
import { findFirstProgram } from '../tools/find-program.ts';
import type {
  AgentInvocation,
  FrameworkPreset,
  HeadlessMode,
  HeadlessStream,
  HookRecord,
  Told,
  TranscriptFormat,
} from './framework.ts';
import { plainStream } from './plain-stream.ts';
import { type ScreenReader, screenReader } from './read-screen.ts';

/** What of a preset cannot be data. */
export interface PresetFunctions {
  /** In place of the patterns of the data. */
  readonly read?: ScreenReader;
  files?(invocation: AgentInvocation): Readonly<Record<string, string>>;
  readHook?(hook: HookRecord): Told | null;
  readonly transcript?: TranscriptFormat;
  /** What it prints in its mode for scripts; without it, words. */
  readonly stream?: HeadlessStream;
}

/** A framework out of its data. */
export function makePreset(name: string, data: PresetData, functions: PresetFunctions = {}): FrameworkPreset {
  const { read = screenReader(data), stream = plainStream, ...rest } = functions;
  const argv = (template: readonly string[], invocation: AgentInvocation) => [
    programOf(data, invocation),
    ...fill(template, data, invocation),
  ];
  const { resume, headless } = data;
  return {
    name,
    argv: (invocation) => argv(data.start, invocation),
    ...(resume === null
      ? {}
      : { resume: (invocation: AgentInvocation, session: string) => argv(resume, { ...invocation, session }) }),
    env: (invocation) =>
      Object.fromEntries(Object.entries(data.env).map(([key, value]) => [key, replaced(value, invocation)])),
    unset: data.unset,
    kickoff: data.prompt === null ? 'typed' : 'argv',
    ...rest,
    ...(headless === null ? {} : { headless: { ...stream, ...headlessArgs(headless, data) } }),
    terminal: { read, dialogs: data.dialogs, keys: data.keys, submit: data.submit },
    data,
  };
}

function headlessArgs(headless: HeadlessData, preset: PresetData): Pick<HeadlessMode, 'argv' | 'resume'> {
  const data = { ...preset, approvals: headless };
  const argv = (template: readonly string[], invocation: AgentInvocation) => [
    programOf(data, invocation),
    ...fill(template, data, invocation),
  ];
  return {
    argv: (invocation) => argv(headless.start, invocation),
    resume: (invocation, session, prompt) => argv(headless.resume, { ...invocation, session, prompt }),
  };
}

const GROUP = /^\{(approvals|model|session|hooks|prompt)_args\}$/;

function fill(template: readonly string[], data: PresetData, invocation: AgentInvocation): string[] {
  return template.flatMap((argument) => {
    const [, group] = GROUP.exec(argument) ?? [];
    const list = group === undefined ? [argument] : groupOf(group, data, invocation);
    return list.map((one) => replaced(one, invocation));
  });
}

function groupOf(group: string, data: PresetData, { model, approvals }: AgentInvocation): readonly string[] {
  switch (group) {
    case 'approvals':
      return data.approvals[approvals];
    case 'model':
      return model === null ? [] : data.model;
    case 'session':
      return data.session;
    case 'hooks':
      return data.hooks;
    default:
      return data.prompt ?? [];
  }
}

/** In one pass, so that a value which looks like a placeholder stays as it is. */
function replaced(text: string, invocation: AgentInvocation): string {
  const values: Readonly<Record<string, string>> = {
    prompt: invocation.prompt,
    instructions: invocation.instructions,
    model: invocation.model ?? '',
    session: invocation.session,
    folder: invocation.folder,
    bin: invocation.bin,
    worktree: invocation.worktree,
  };
  return text.replace(/(?<!\$)\{(\w+)\}/g, (whole, name: string, at: number) => {
    const value = values[name];
    return value === undefined ? whole : quotedAs(value, text, at);
  });
}

/** Between quotes a value is written so that it ends none of them: `"` as in JSON and TOML, `'` as in a shell. */
function quotedAs(value: string, text: string, at: number): string {
  const open = openQuotes(text.slice(0, at), text.slice(at));
  const escaped = open.includes('"') ? JSON.stringify(value).slice(1, -1) : value;
  return open.includes("'") ? escaped.replaceAll("'", `'\\''`) : escaped;
}

/** Those that are open between the two parts of a text, from the outermost; one that is never closed is an apostrophe. */
function openQuotes(before: string, after: string): readonly string[] {
  const open: string[] = [];
  for (const [quote] of before.matchAll(/["']/g)) {
    if (open.at(-1) === quote) open.pop();
    else if (open.at(-1) !== '"') open.push(quote);
  }
  return open.filter((quote) => after.includes(quote));
}

/** The first name that is there; the launch tells where it has looked for one that is not. */
function programOf({ program }: PresetData, { worktree }: AgentInvocation): string {
  const [first = '', ...others] = program;
  if (others.length === 0) return first;
  return findFirstProgram(program, worktree, process.env.PATH ?? '')?.name ?? first;
}
