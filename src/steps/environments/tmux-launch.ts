import { closeSync, existsSync, openSync, rmSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { AgentLaunchError } from '../../core/errors.ts';
import { LAUNCHED_FILE, UNSET_VARIABLE } from '../agent-wrapper.ts';
import { writing } from '../tools/file-error.ts';
import { findProgram } from '../tools/find-program.ts';
import { literalFormat, literalTimeFormat, quoteForShell } from '../tools/tmux-parse.ts';
import { TAG_OPTION } from '../tools/tmux-session.ts';
import { ENDED_NOTICE, formatTag, type PaneTag } from './tmux-pane.ts';

/** Everything that is needed to open an agent's window. Paths are absolute. */
export interface TmuxLaunch {
  /** Of A-Z a-z 0-9 _ - only. */
  readonly windowName: string;
  readonly cwd: string;
  /** Program and arguments; run without a shell. */
  readonly argv: readonly string[];
  /** Added to the environment that agentrelay itself has; its PATH is where the program is looked for. */
  readonly env: Readonly<Record<string, string>>;
  /** Taken out of the agent's environment. */
  readonly unset: readonly string[];
  /** Gets all that the agent prints, at most 64 MiB of it: the first half, and the last. */
  readonly rawLog: string;
  readonly exitCodeFile: string;
  /** From `installAgentWrapper`. */
  readonly wrapper: string;
  readonly tag: PaneTag;
}

const HALF_LOG = 32 * 1024 * 1024;

/** The path of an agent's program, as its shell would find it. Throws `AgentLaunchError` `program_not_found`. */
function resolveProgram(program: string, cwd: string, searchPath: string): string {
  const path = findProgram(program, cwd, searchPath);
  if (path !== null) return path;
  const message = program.includes('/')
    ? `no program ${resolve(cwd, program)}; a name with a slash is taken from ${cwd}`
    : `no program ${JSON.stringify(program)}; a name without a slash is looked for on PATH, which is ${searchPath}`;
  throw new AgentLaunchError('program_not_found', message);
}

/** An agent of this very attempt has been started, whatever became of it. */
export function wasLaunched({ exitCodeFile }: TmuxLaunch): boolean {
  return existsSync(join(dirname(exitCodeFile), LAUNCHED_FILE));
}

/** What must be so before the window opens. Throws `AgentLaunchError`. */
export function prepareLaunch(launch: TmuxLaunch): void {
  // tmux would take another directory without a word.
  if (!statSync(launch.cwd, { throwIfNoEntry: false })?.isDirectory()) {
    throw new AgentLaunchError('no_worktree', `the agent's directory ${launch.cwd} does not exist`);
  }
  rmSync(launch.exitCodeFile, { force: true });
  writing(launch.rawLog, () => closeSync(openSync(launch.rawLog, 'a', 0o600)));
}

/**
 * Opens the window; `base` is the environment variables that the tmux server lacks. The commands must run as one
 * sequence, or an agent that ends at once takes its window and its first lines with it. The first one prints the
 * window, the pane and its process. Within a sequence the last window of the session is the one just made.
 */
export function launchSequence(
  session: string,
  launch: TmuxLaunch,
  base: Readonly<Record<string, string>>,
): string[][] {
  const [program = '', ...rest] = launch.argv;
  const env: Record<string, string> = { ...base, ...launch.env };
  if (launch.unset.length > 0) env[UNSET_VARIABLE] = launch.unset.join(' ');
  const target = `=${session}:{end}`;
  const path = resolveProgram(program, launch.cwd, env.PATH ?? process.env.PATH ?? '');
  return [
    [
      ...['new-window', '-d', '-a', '-t', target, '-n', launch.windowName, '-c', literalFormat(launch.cwd)],
      ...Object.entries(env).flatMap(([name, value]) => ['-e', `${name}=${value}`]),
      ...['-P', '-F', '#{window_id} #{pane_id} #{pane_pid}'],
      ...['/bin/sh', launch.wrapper, launch.exitCodeFile, path, ...rest],
    ],
    ['set-option', '-w', '-t', target, 'remain-on-exit', 'on'],
    // Not known before tmux 3.3.
    ['set-option', '-w', '-q', '-t', target, 'remain-on-exit-format', ENDED_NOTICE],
    ['set-option', '-w', '-t', target, 'automatic-rename', 'off'],
    ['set-option', '-w', '-t', target, 'allow-rename', 'off'],
    ['set-option', '-p', '-t', target, TAG_OPTION, formatTag(launch.tag)],
    ['pipe-pane', '-t', target, literalTimeFormat(logCommand(launch.rawLog))],
  ];
}

/**
 * `cat` writes as it reads, so that the log can be followed, until the file is as large as it may be; what comes then
 * is kept from its end. Up to a buffer of `cat` is lost between, where the note is.
 */
function logCommand(rawLog: string): string {
  const head = `(trap '' XFSZ; ulimit -f ${HALF_LOG / 512}; exec cat)`;
  const tail = `printf '\\n[agentrelay: output left out]\\n'; exec tail -c ${HALF_LOG}`;
  return `exec >>${quoteForShell(rawLog)}; ${head} || { ${tail}; }`;
}

/** Of the terminal, the shell or the package runner that agentrelay was started from, and not of its agents. */
const NOT_PASSED = /^(TMUX|TMUX_PANE|TERM|TERM_.*|COLORTERM|COLUMNS|LINES|PWD|OLDPWD|SHLVL|_|npm_.*)$/;

/**
 * What agentrelay has in its environment and the tmux server, which may have been started long before and elsewhere,
 * has not: agents are to run as if they were started from here. `server` is what `show-environment -g` printed.
 */
export function missingEnvironment(server: readonly string[], own: NodeJS.ProcessEnv): Record<string, string> {
  const known = new Set(server);
  const missing: Record<string, string> = {};
  for (const [name, value] of Object.entries(own)) {
    if (value !== undefined && !NOT_PASSED.test(name) && !known.has(`${name}=${value}`)) missing[name] = value;
  }
  return missing;
}
