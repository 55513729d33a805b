import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { UserError } from '../../../core/errors.ts';
import { parseDuration } from '../../../core/graph/duration.ts';
import type { AgentEnvironment } from '../../../core/graph/graph.ts';

/** A machine that agents run on, and how it is reached: what the keys of `environment: {type: ssh}` say. */
export interface Machine {
  readonly host: string;
  readonly user: string | null;
  readonly port: number | null;
  /** Absolute, as the one below. */
  readonly identity: string | null;
  readonly config: string | null;
  readonly options: readonly string[];
  /** Absolute there, or from the home directory there. */
  readonly directory: string;
  /** The Node there; found on its PATH where it has no slash. */
  readonly node: string;
  /** Of its tmux; the run's own where null. */
  readonly session: string | null;
  /** Milliseconds. */
  readonly reconnectTimeout: number;
}

const RECONNECT_TIMEOUT = 30 * 60_000;

const schema = z.looseObject({
  host: z.string(),
  user: z.string().optional(),
  port: z.number().optional(),
  identity: z.string().optional(),
  config: z.string().optional(),
  options: z.array(z.string()).optional(),
  directory: z.string().optional(),
  node: z.string().optional(),
  session: z.string().optional(),
  reconnect_timeout: z.union([z.number(), z.string()]).optional(),
});

/** Relative files are those of the repository at `root`. Throws `UserError`. */
export function machineOf(environment: AgentEnvironment, root: string): Machine {
  const parsed = schema.safeParse(environment);
  if (!parsed.success) {
    throw new UserError('an agent on another machine needs to know which', {
      hint: 'environment: {type: ssh, host: NAME}; docs/places/ssh.md has all its keys',
    });
  }
  const { host, user, port, identity, config, options, directory, node, session, reconnect_timeout } = parsed.data;
  if (host.startsWith('-') || user?.startsWith('-')) {
    throw new UserError(`ssh would take ${JSON.stringify(host)} for an option`, { hint: 'name a machine as host' });
  }
  const file = (path: string | undefined) => (path === undefined ? null : resolve(root, withoutTilde(path)));
  return {
    host,
    user: user ?? null,
    port: port ?? null,
    identity: file(identity),
    config: file(config),
    options: options ?? [],
    directory: directoryOf(directory ?? '.agentrelay'),
    node: node ?? 'node',
    session: session ?? null,
    reconnectTimeout: parseDuration(reconnect_timeout ?? '') ?? RECONNECT_TIMEOUT,
  };
}

/** For people, and where agents are named: `user@host`. */
export function nameOf({ user, host }: Machine): string {
  return user === null ? host : `${user}@${host}`;
}

/** Machines that are the same share a connection. */
export function keyOf({ session: _, reconnectTimeout: __, ...how }: Machine): string {
  return JSON.stringify(how);
}

/** It stands in texts and in commands there without quotes. */
function directoryOf(text: string): string {
  const path = text.replace(/^~\//, '').replace(/\/+$/, '');
  if (/^[\w./@+-]+$/.test(path) && !path.startsWith('-') && !path.split('/').includes('..')) return path;
  throw new UserError(`directory ${JSON.stringify(text)} of an ssh environment cannot be used`, {
    hint: 'use letters, digits, and / . _ + @ -',
  });
}

function withoutTilde(path: string): string {
  return path.startsWith('~/') ? join(homedir(), path.slice(2)) : path;
}
