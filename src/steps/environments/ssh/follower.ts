import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { type FollowNews, type FollowOrder, GROWING, MAX_GROWN, WHOLE } from '../../../agent/place/wire.ts';
import { type PipedProcess, startPiped } from '../../tools/exec.ts';
import { ConnectionLost, type SshConnection } from './connection.ts';

/** An attempt whose signal directory is followed. */
export interface Followed {
  readonly id: string;
  /** There; absolute. */
  readonly folder: string;
  /** How much of the files that only grow is known here. */
  known(): Readonly<Record<string, number>>;
  tell(news: Exclude<FollowNews, { looked: number }>): void;
}

interface Look {
  readonly number: number;
  readonly done: () => void;
  readonly fail: (error: Error) => void;
}

/** Milliseconds between two starts of the stream on a connection that is there. */
const AGAIN = 1_000;

/** What changes in signal directories on a machine: one stream for all of them, begun again when it is lost. */
export class Follower {
  readonly #connection: SshConnection;
  readonly #command: () => Promise<string>;
  readonly #followed = new Map<string, Followed>();
  readonly #looks = new Set<Look>();
  readonly #forget: () => void;
  #stream: PipedProcess | null = null;
  #isStarting = false;
  #isOver = false;
  #count = 0;

  /** `command` is the script that follows, once it is known what that needs. */
  constructor(connection: SshConnection, command: () => Promise<string>) {
    this.#connection = connection;
    this.#command = command;
    this.#forget = connection.onChange((news) => {
      if (news.state === 'up') void this.#start();
      if (news.state === 'given_up') this.#failLooks(new ConnectionLost(news.reason));
    });
  }

  watch(followed: Followed): void {
    this.#followed.set(followed.id, followed);
    if (this.#stream === null) void this.#start();
    else this.#order(watchOrder(followed));
  }

  unwatch(id: string): void {
    if (this.#followed.delete(id)) this.#order({ op: 'unwatch', id });
  }

  /** Resolves when all that was there at the call has been told. Throws `ConnectionLost`. */
  async look(signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    this.#count += 1;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const look = { number: this.#count, done: resolve, fail: reject };
    this.#looks.add(look);
    const abort = () => reject(signal?.reason as Error);
    signal?.addEventListener('abort', abort, { once: true });
    if (this.#stream === null) void this.#start();
    else this.#order({ op: 'look', number: look.number });
    try {
      await promise;
    } finally {
      this.#looks.delete(look);
      signal?.removeEventListener('abort', abort);
    }
  }

  close(): void {
    this.#isOver = true;
    this.#forget();
    this.#stream?.stdin.end();
    this.#failLooks(new ConnectionLost('the connection was let go of'));
  }

  async #start(): Promise<void> {
    if (this.#isStarting || this.#stream !== null || this.#isOver) return;
    this.#isStarting = true;
    try {
      const script = await this.#command();
      if (!this.#isOver && this.#connection.isUp) this.#follow(script);
    } catch (error) {
      this.#failLooks(error as Error);
    } finally {
      this.#isStarting = false;
    }
  }

  #follow(script: string): void {
    const stream = startPiped('ssh', this.#connection.sessionArgv(script));
    this.#stream = stream;
    stream.stdin.on('error', () => {});
    stream.stderr.resume();
    stream.on('error', () => {});
    stream.on('close', () => void this.#ended(stream));
    createInterface({ input: stream.stdout }).on('line', (line) => this.#read(line));
    for (const followed of this.#followed.values()) this.#order(watchOrder(followed));
    for (const { number } of this.#looks) this.#order({ op: 'look', number });
  }

  async #ended(stream: PipedProcess): Promise<void> {
    if (this.#stream === stream) this.#stream = null;
    if (this.#isOver) return;
    await delay(AGAIN);
    if (this.#connection.isUp && this.#followed.size + this.#looks.size > 0) await this.#start();
  }

  #failLooks(error: Error): void {
    for (const { fail } of this.#looks) fail(error);
  }

  #order(order: FollowOrder): void {
    this.#stream?.stdin.write(`${JSON.stringify(order)}\n`);
  }

  #read(line: string): void {
    const news = readNews(line);
    if (news === null) return;
    if ('looked' in news) {
      for (const { number, done } of this.#looks) if (number === news.looked) done();
    } else this.#followed.get(news.id)?.tell(news);
  }
}

/** Of the files that we read, and no others; larger than the machine would send is nothing that it has sent. */
const schema = z.union([
  z.strictObject({ looked: z.number() }),
  z.strictObject({
    id: z.string(),
    name: z.enum(GROWING),
    at: z.number().int().min(0).max(MAX_GROWN),
    data: z.string(),
  }),
  z.strictObject({ id: z.string(), name: z.enum(WHOLE), whole: z.string() }),
  z.strictObject({ id: z.string(), name: z.enum(WHOLE), gone: z.literal(true) }),
]);

/** Null for anything else: a shell that starts may print what it likes. */
function readNews(line: string): FollowNews | null {
  if (!line.startsWith('{')) return null;
  try {
    return schema.parse(JSON.parse(line));
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof z.ZodError) return null;
    throw error;
  }
}

function watchOrder(followed: Followed): FollowOrder {
  return { op: 'watch', id: followed.id, folder: followed.folder, known: followed.known() };
}
