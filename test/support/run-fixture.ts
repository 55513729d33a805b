import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { EventKind, FactOf, RunEvent } from '../../src/core/events.ts';

export const PROGRAM = resolve(import.meta.dirname, '../../bin/agentrelay');

/** What every scripted agent begins with. */
const PRELUDE = `#!/bin/sh
set -eu
commit() { printf '%s\\n' "$2" >"$1"; git add -A; git commit -qm "write $1"; }
branch=$(git symbolic-ref --short HEAD)
# signal NAME PAYLOAD [TOKEN]
signal() {
  printf '%s\\n%s\\n%s\\n' "$(date -u +%Y-%m-%dT%H:%M:%SZ)" "$2" "\${3-$AGENTRELAY_TOKEN}" >"$AGENTRELAY_SIGNAL_DIR/draft"
  mv "$AGENTRELAY_SIGNAL_DIR/draft" "$AGENTRELAY_SIGNAL_DIR/.$1"
}
here() { printf 'local:%s@%s' "$branch" "$(git rev-parse HEAD)"; }
wait_for() { until [ -e "$1" ]; do sleep 0.02; done; }
# told KIND [TASK]: waits until the journal has such an event of this task, or of another
told() {
  until grep -q "\\"kind\\":\\"$1\\".*\\"task\\":\\"\${2-$AGENTRELAY_TASK}\\"" "$AGENTRELAY_SIGNAL_DIR/../../../events.jsonl"; do
    sleep 0.02
  done
}
`;

export interface Finished {
  /** Null when a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A run of the program with what it has told so far. */
export interface Live {
  readonly pid: number;
  readonly ended: Promise<Finished>;
  interrupt(): void;
  kill(signal: NodeJS.Signals): void;
  /** Resolves with the first line of its answer that fits, printed already or to come; rejects when it ends without. */
  line(fits: (line: string) => boolean): Promise<string>;
  /** The same for the events of a run with `--json`. */
  event<K extends EventKind>(kind: K, fits?: (event: FactOf<K>) => boolean): Promise<FactOf<K>>;
}

/** A repository with one commit on `main`, a tmux server of its own, and the program to run on them. */
export interface Project {
  /** Holds all that the project has, also the sockets of tmux. */
  readonly folder: string;
  readonly repo: string;
  readonly env: NodeJS.ProcessEnv;
  git(...args: string[]): string;
  /** Writes a file beside the repository; its path. */
  write(name: string, content: string | Uint8Array): string;
  /** A graph file of this name in the folder; tasks that name an agent run its script. */
  graph(graph: object): string;
  /** An argv that runs this script, after the words that every agent has at hand. */
  agent(name: string, script: string): string[];
  start(...args: string[]): Live;
  /** `agentrelay ARGS -t REPO` to its end. */
  run(...args: string[]): Promise<Finished>;
  /** What `tmux` says on the project's server; null when there is none. */
  tmux(...args: string[]): string | null;
  /** Events of the last run, or of run `number`. */
  journal(graph: string, number?: number): RunEvent[];
  remove(): void;
}

export const SOCKET = 'relay';

export function makeProject(): Project {
  const folder = mkdtempSync(join(tmpdir(), 'relay-'));
  const repo = join(folder, 'repo');
  mkdirSync(join(folder, 'tmux'));
  const env = environment(folder);
  const git = (...args: string[]) => execFileSync('git', args, { cwd: repo, env, encoding: 'utf8' }).trim();
  const write = (name: string, content: string | Uint8Array) => {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
    return path;
  };
  const started: Live[] = [];
  const start = (...args: string[]) => {
    const live = startProgram([...args, '-t', repo], { cwd: folder, env });
    started.push(live);
    return live;
  };
  const tmux = (...args: string[]) => {
    try {
      return execFileSync('tmux', ['-L', SOCKET, '-f', '/dev/null', ...args], {
        env,
        encoding: 'utf8',
        stdio: 'pipe',
      }).trim();
    } catch {
      return null;
    }
  };
  mkdirSync(repo);
  git('init', '-q', '-b', 'main');
  writeFileSync(join(repo, 'README.md'), 'a project\n');
  git('add', '-A');
  git('commit', '-qm', 'begin');
  return {
    folder,
    repo,
    env,
    git,
    write,
    start,
    tmux,
    run: (...args) => start(...args).ended,
    graph: (graph) => write('graph.yaml', JSON.stringify(graph, null, 1)),
    agent(name, script) {
      const path = write(`agents/${name}.sh`, `${PRELUDE}${script}\n`);
      chmodSync(path, 0o755);
      return [path];
    },
    journal(graph, number = 1) {
      const text = readFileSync(join(repo, '.workflow', graph, 'runs', String(number), 'events.jsonl'), 'utf8');
      return eventsIn(text);
    },
    remove() {
      // What a test that failed has left; no signal reaches one that has ended.
      for (const live of started) live.kill('SIGKILL');
      tmux('kill-server');
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** The events of a journal, or of what `--json` printed. */
export function eventsIn(text: string): RunEvent[] {
  const lines = text.split('\n').filter((line) => line !== '');
  return lines.map((line) => JSON.parse(line) as RunEvent);
}

/** Of the machine only what programs need to be found: its git, tmux and agentrelay settings stay outside. */
function environment(folder: string): NodeJS.ProcessEnv {
  const identity = { NAME: 'A Person', EMAIL: 'person@example.com' };
  const names = Object.entries(identity).flatMap(([key, value]) => [
    [`GIT_AUTHOR_${key}`, value],
    [`GIT_COMMITTER_${key}`, value],
  ]);
  return {
    PATH: process.env.PATH,
    HOME: folder,
    LANG: 'C.UTF-8',
    TERM: 'xterm-256color',
    TMUX_TMPDIR: join(folder, 'tmux'),
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_NOSYSTEM: '1',
    ...Object.fromEntries(names),
  };
}

export function startProgram(args: string[], options: { cwd: string; env: NodeJS.ProcessEnv }): Live {
  const child = spawn(process.execPath, [PROGRAM, ...args], { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  const output = { stdout: '', stderr: '' };
  const waiting = new Set<() => void>();
  child.stdout.on('data', (chunk: Buffer) => {
    output.stdout += chunk;
    for (const look of waiting) look();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    output.stderr += chunk;
  });
  const ended = end(child, output);
  const line = (fits: (line: string) => boolean): Promise<string> =>
    new Promise((found, reject) => {
      let seen = 0;
      const look = () => {
        for (let to = output.stdout.indexOf('\n', seen); to !== -1; to = output.stdout.indexOf('\n', seen)) {
          const text = output.stdout.slice(seen, to);
          seen = to + 1;
          if (!fits(text)) continue;
          waiting.delete(look);
          return found(text);
        }
      };
      waiting.add(look);
      look();
      void ended.then(() => reject(new Error(`the program ended before that:\n${output.stdout}${output.stderr}`)));
    });
  return {
    pid: child.pid ?? 0,
    ended,
    line,
    interrupt: () => void child.kill('SIGINT'),
    kill: (signal) => void child.kill(signal),
    async event(kind, fits = () => true) {
      const isIt = (event: RunEvent) => event.kind === kind && fits(event as never);
      return JSON.parse(await line((text) => isIt(JSON.parse(text)))) as never;
    },
  };
}

function end(child: ChildProcess, output: { stdout: string; stderr: string }): Promise<Finished> {
  return new Promise((resolved, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolved({ code, ...output }));
  });
}

/** Resolves when there is such a file; the test's own time limit is the limit. */
export async function appears(path: string): Promise<void> {
  while (!existsSync(path)) await delay(10);
}

/** Everything below a folder, each with what it holds: two that are equal tell that nothing was touched. */
export function snapshot(folder: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    const name = relative(folder, path);
    if (entry.isFile()) found[name] = createHash('sha1').update(readFileSync(path)).digest('hex');
    else if (entry.isSymbolicLink()) found[name] = `link to ${readlinkSync(path)}`;
    else found[name] = entry.isDirectory() ? 'folder' : 'other';
  }
  return found;
}
