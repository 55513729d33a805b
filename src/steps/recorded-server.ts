import { join } from 'node:path';
import { z } from 'zod';
import type { RunStore } from './run-store.ts';
import { readIfThere } from './tools/atomic-file.ts';
import { serverArguments } from './tools/tmux-session.ts';

const Recorded = z.object({
  tmux_socket: z.string().nullable().optional(),
  settings: z.object({ tmuxSession: z.string() }),
});

/** What `run.json` tells of the tmux server that is used: `-L`'s name, else the path of the one that we are in. */
export function socketToRecord(socket: string | null, env: NodeJS.ProcessEnv = process.env): string | null {
  return socket ?? serverArguments(null, env)[1] ?? null;
}

/** A tmux server, as arguments of `tmux` and as `run.json` has it. */
export interface TmuxServer {
  readonly args: readonly string[];
  readonly socket: string | null;
}

/** The server of a run that goes on, or begins: `-L`'s, else the one that it was last on, else the one that we are in. */
export function serverOfRun(store: RunStore, run: number | null, socket: string | null): TmuxServer {
  if (socket !== null) return { args: serverArguments(socket), socket };
  const known = run === null ? null : recorded(store, run);
  if (known === null) return { args: serverArguments(null), socket: socketToRecord(null) };
  return { args: recordedServer(known.tmux_socket ?? null), socket: known.tmux_socket ?? null };
}

/** The tmux session of a run; null when its record cannot be read. */
export function recordedSession(store: RunStore, run: number): string | null {
  return recorded(store, run)?.settings.tmuxSession ?? null;
}

/**
 * The tmux servers, as arguments of `tmux`, that may hold windows of these runs, each once. `socket` (`-L`) is the
 * only one when it is given.
 */
export function serversOf(store: RunStore, runs: readonly number[], socket: string | null): string[][] {
  if (socket !== null) return [serverArguments(socket)];
  const servers = runs.map((run) => recordedServer(recorded(store, run)?.tmux_socket ?? null));
  return distinctServers([...servers, serverArguments(null)]);
}

export function distinctServers(servers: readonly string[][]): string[][] {
  return [...new Map(servers.map((server) => [server.join('\0'), server])).values()];
}

function recordedServer(socket: string | null): string[] {
  if (socket === null) return [];
  return socket.startsWith('/') ? ['-S', socket] : serverArguments(socket);
}

function recorded(store: RunStore, run: number): z.infer<typeof Recorded> | null {
  const text = readIfThere(join(store.runDirectory(run), 'run.json'));
  if (text === null) return null;
  try {
    return Recorded.parse(JSON.parse(text));
  } catch {
    // Damaged, or of another version: it tells nothing.
    return null;
  }
}
