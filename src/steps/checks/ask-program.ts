import { stripVTControlCharacters } from 'node:util';
import type { PresetData } from '../../core/frameworks/preset-data.ts';
import { exec, ToolError } from '../tools/exec.ts';
import type { FoundProgram } from '../tools/find-program.ts';

/** What a program of agents tells of itself. */
export interface ProgramAnswers {
  /** Null where it tells none. */
  readonly version: string | null;
  /** Null where there is none to be had. */
  readonly help: readonly string[] | null;
  /** What went wrong when it was asked. */
  readonly troubles: readonly string[];
}

export interface AskOptions {
  /** Absolute; programs that choose their version by the folder choose as for the agents. */
  readonly cwd: string;
  /** Milliseconds for each answer. */
  readonly limit: number;
  /** Waits for a turn to run it. */
  readonly turn: <T>(work: () => Promise<T>) => Promise<T>;
}

interface Answer {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
}

/** Runs it as an agent's, with nothing to read and nobody to ask. */
export async function askProgram(
  program: FoundProgram,
  data: PresetData,
  options: AskOptions,
): Promise<ProgramAnswers> {
  const ask = async (args: readonly string[]): Promise<Answer | Trouble | null> => {
    // Without arguments it would start its work.
    if (args.length === 0) return null;
    return await options.turn(() => answerOf(program, args, data, options));
  };
  const [asked, ...helps] = await Promise.all([ask(data.version), ...data.help.map(ask)]);
  const version = isAnswer(asked) ? versionIn(asked) : null;
  const failed = isAnswer(asked) && version === null && asked.exitCode !== 0;
  const troubles = [asked, ...helps].flatMap((one) => (one === null || isAnswer(one) ? [] : [one.trouble]));
  if (failed) troubles.unshift(`${data.version.join(' ')} exits ${asked.exitCode}${lastLine(asked)}`);
  const texts = helps.filter(isAnswer).flatMap(({ stdout, stderr }) => [stdout, stderr]);
  return { version, help: texts.length === 0 ? null : texts, troubles };
}

interface Trouble {
  readonly trouble: string;
}

function isAnswer(one: Answer | Trouble | null): one is Answer {
  return one !== null && 'exitCode' in one;
}

/** Any exit code is an answer: some programs end with 1 after their help. */
const ANY = Array.from({ length: 256 }, (_, code) => code);

async function answerOf(
  { path }: FoundProgram,
  args: readonly string[],
  data: PresetData,
  { cwd, limit }: AskOptions,
): Promise<Answer | Trouble> {
  const env = { ...environmentOf(data), NO_COLOR: '1', FORCE_COLOR: undefined, TERM: 'dumb', COLUMNS: '200' };
  try {
    const { stdout, stderr, exitCode } = await exec(path, args, { cwd, timeout: limit, accept: ANY, env });
    return { stdout: stripVTControlCharacters(stdout), stderr: stripVTControlCharacters(stderr), exitCode };
  } catch (error) {
    if (!(error instanceof ToolError)) throw error;
    return { trouble: troubleOf(args, error, limit) };
  }
}

/** What an agent's differs by, as far as it is known before an attempt. */
function environmentOf({ env, unset }: PresetData): Record<string, string | undefined> {
  return Object.fromEntries([
    ...unset.map((name) => [name, undefined]),
    ...Object.entries(env).filter(([, value]) => !/(?<!\$)\{\w+\}/.test(value)),
  ]);
}

/** What is written on stderr of one that fails is of other things. */
function versionIn({ stdout, stderr, exitCode }: Answer): string | null {
  for (const text of exitCode === 0 ? [stdout, stderr] : [stdout]) {
    const [number] = /\d+\.\d+(?:\.\d+)*(?:[-+][\w.+-]*\w)?/.exec(text) ?? [];
    if (number !== undefined) return number;
  }
  const line = stdout.split('\n').find((one) => one.trim() !== '') ?? '';
  return exitCode === 0 && line !== '' ? line.trim().slice(0, LONGEST) : null;
}

const LONGEST = 120;

function lastLine({ stdout, stderr }: Answer): string {
  const lines = `${stdout}\n${stderr}`.split('\n').filter((line) => line.trim() !== '');
  const line = lines.findLast((one) => /error/i.test(one)) ?? lines.at(-1);
  return line === undefined ? '' : `: ${line.trim().slice(0, LONGEST)}`;
}

function troubleOf(args: readonly string[], error: ToolError, limit: number): string {
  const what = args.join(' ');
  if (error.timedOut) return `${what} gives no answer within ${limit / 1000} s`;
  if (error.cause instanceof Error) return `${what} does not run: ${error.cause.message}`;
  return `${what} was ended by a signal`;
}
