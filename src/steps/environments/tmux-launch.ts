import { closeSync, openSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { AgentLaunchError } from '../../core/errors.ts';
import { UNSET_VARIABLE } from '../agent-wrapper.ts';
import { writeSecrets } from '../credentials/secret-file.ts';
import { writing } from '../tools/file-error.ts';
import { literalFormat, literalTimeFormat, quoteForShell } from '../tools/tmux-parse.ts';
import { TAG_OPTION } from '../tools/tmux-session.ts';
import { ENDED_NOTICE, formatTag, type PaneTag } from './tmux-pane.ts';

/** Everything that is needed to open an agent's window. Paths are absolute. */
export interface TmuxLaunch {
  /** Of A-Z a-z 0-9 _ - only. */
  readonly windowName: string;
  readonly cwd: string;
  /** From `placedArgv`; run without a shell. */
  readonly argv: readonly string[];
  /** Added to the environment that agentrelay itself has. */
  readonly env: Readonly<Record<string, string>>;
  /** Taken out of the agent's environment. */
  readonly unset: readonly string[];
  /** For its wrapper alone: never a part of the order that tmux gets. */
  readonly secrets?: Readonly<Record<string, string>>;
  /** Gets all that the agent prints, at most 64 MiB of it: the first half, and the last. */
  readonly rawLog: string;
  readonly exitCodeFile: string;
  readonly tag: PaneTag;
}

const HALF_LOG = 32 * 1024 * 1024;

/** What must be so before the window opens. Throws `AgentLaunchError`. */
export function prepareLaunch(launch: TmuxLaunch): void {
  // tmux would take another directory without a word.
  if (!statSync(launch.cwd, { throwIfNoEntry: false })?.isDirectory()) {
    throw new AgentLaunchError('no_worktree', `the agent's directory ${launch.cwd} does not exist`);
  }
  rmSync(launch.exitCodeFile, { force: true });
  writing(launch.rawLog, () => closeSync(openSync(launch.rawLog, 'a', 0o600)));
  writeSecrets(dirname(launch.exitCodeFile), launch.secrets ?? {});
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
  // What is taken out is not there for a look at the wrapper either, whatever the server has.
  const emptied = Object.fromEntries(launch.unset.map((name) => [name, '']));
  const env: Record<string, string> = { ...base, ...emptied, ...launch.env };
  if (launch.unset.length > 0) env[UNSET_VARIABLE] = launch.unset.join(' ');
  const target = `=${session}:{end}`;
  return [
    [
      ...['new-window', '-d', '-a', '-t', target, '-n', launch.windowName, '-c', literalFormat(launch.cwd)],
      ...Object.entries(env).flatMap(([name, value]) => ['-e', `${name}=${value}`]),
      ...['-P', '-F', '#{window_id} #{pane_id} #{pane_pid}'],
      ...launch.argv,
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
