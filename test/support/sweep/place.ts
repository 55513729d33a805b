import { execFileSync } from 'node:child_process';
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { BRISK } from '../../../src/commands/demo/manner.ts';
import { type DemoPlace, makePlace } from '../../../src/commands/demo/place.ts';
import { runDirectory } from '../../../src/core/names.ts';
import { readIfThere } from '../../../src/steps/tools/atomic-file.ts';
import { type AgentPlace, putInPlace } from '../places/agent-place.ts';
import { type GitHarm, installGitWrapper } from './git-wrapper.ts';
import { processesOf } from './processes.ts';
import type { SweptProgram } from './program.ts';

export const SOCKET = 'relay';

/** A demo's place whose agents do not pause, and write down that they were started. */
export interface SweepPlace extends DemoPlace {
  readonly program: string;
  readonly env: NodeJS.ProcessEnv;
  /** Of every `agentrelay run` here. */
  readonly flags: readonly string[];
  git(...args: string[]): string;
  /** The journal as it is now; empty before there is one. */
  journal(): string;
  /** `task attempt token pid` of every start of an agent. */
  launches(): string[][];
  tmux(...args: string[]): string | null;
  /** What an engine still has of it, in words. */
  left(): readonly string[];
  /** Ends what still runs there. */
  end(): void;
  remove(): void;
}

export interface PlaceOptions {
  /** Seconds that an agent works before it edits; 0 unless told. */
  readonly pause?: number;
  readonly flags?: readonly string[];
  /** What becomes of the git of owners. */
  readonly git?: GitHarm;
  /** Windows of a local tmux unless told. */
  readonly agents?: AgentPlace;
}

export async function makeSweepPlace(swept: SweptProgram, options: PlaceOptions = {}): Promise<SweepPlace> {
  const place = await makePlace(swept.program, BRISK);
  const { directory, repository } = place;
  for (const name of ['tmux', 'tmp']) mkdirSync(join(directory, name));
  const launchLog = join(directory, 'launches');
  // There before a sandbox shows it.
  writeFileSync(launchLog, '');
  countLaunches(join(directory, 'agents/agent.sh'), launchLog, options.pause ?? 0);
  const { agents } = options;
  if (agents !== undefined) putInPlace(place, agents);
  const env = { ...environment(directory, swept), ...agents?.env };
  // The wrapper is for owners alone: what the sweep itself asks is not to be harmed.
  const ownerPath =
    options.git === undefined ? env.PATH : [installGitWrapper(directory, options.git), env.PATH].join(delimiter);
  const journal = join(repository, runDirectory('shop', 1), 'events.jsonl');
  const lines = (path: string) => (readIfThere(path) ?? '').split('\n').slice(0, -1);
  const tmux = (...args: string[]) => {
    try {
      const stdio = ['ignore', 'pipe', 'ignore'] as const;
      return execFileSync('tmux', ['-L', SOCKET, '-f', '/dev/null', ...args], { env, stdio: [...stdio] }).toString();
    } catch (error) {
      // There is no server.
      if ((error as { status?: number }).status === 1) return null;
      throw error;
    }
  };
  const end = () => {
    tmux('kill-server');
    for (const { pid } of processesOf(directory)) process.kill(pid, 'SIGKILL');
  };
  return {
    ...place,
    program: swept.program,
    env: { ...env, PATH: ownerPath },
    flags: options.flags ?? [],
    git: (...args) => execFileSync('git', args, { cwd: repository, env, encoding: 'utf8' }).trimEnd(),
    journal: () => readIfThere(journal) ?? '',
    launches: () => lines(launchLog).map((line) => line.split(' ')),
    tmux,
    left: () => agents?.left?.(place) ?? [],
    end,
    remove() {
      end();
      rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** Puts a script in the place of the agents' own that logs the start, and sleeps as long as it is told. */
function countLaunches(script: string, log: string, pause: number): void {
  const work = join(dirname(script), 'work.sh');
  renameSync(script, work);
  const lines = [
    '#!/bin/sh',
    `printf '%s %s %s %s\\n' "$1" "$2" "$AGENTRELAY_TOKEN" "$$" >>'${log}'`,
    `sleep() { ${pause === 0 ? ':' : `command sleep ${pause}`}; }`,
    `. '${work}'`,
  ];
  writeFileSync(script, `${lines.join('\n')}\n`);
}

/** Of the machine only what programs need to be found. */
function environment(directory: string, swept: SweptProgram): NodeJS.ProcessEnv {
  return {
    PATH: process.env.PATH,
    HOME: directory,
    LANG: 'C.UTF-8',
    TERM: 'xterm-256color',
    TMPDIR: join(directory, 'tmp'),
    TMUX_TMPDIR: join(directory, 'tmux'),
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_NOSYSTEM: '1',
    NODE_COMPILE_CACHE: swept.compileCache,
  };
}
