import type { FollowNews } from '../../../agent/place/wire.ts';
import { isStepError } from '../../../core/errors.ts';
import type { TaskRuntime } from '../../../core/task-runtime.ts';
import { ToolError } from '../../tools/exec.ts';
import { ConnectionLost } from './connection.ts';
import { handOver } from './hand-over.ts';
import type { LocalSignals } from './local-signals.ts';
import type { PlaceRecord } from './place-record.ts';

export type AttemptNews = Exclude<FollowNews, { looked: number }>;

export interface InboxOptions {
  readonly runtime: TaskRuntime;
  readonly run: { readonly graph: string; readonly runDirectory: string };
  readonly signals: LocalSignals;
  /** For people. */
  readonly machine: string;
  record(): PlaceRecord | null;
  note(change: Partial<PlaceRecord>): void;
  /** Brings the work here. */
  mirror(): Promise<void>;
}

/** What an agent says there, one after the other: a signal is here only after the commit that it speaks of. */
export class AttemptInbox {
  readonly #options: InboxOptions;
  #pending: Promise<void> = Promise.resolve();

  constructor(options: InboxOptions) {
    this.#options = options;
  }

  put(news: AttemptNews): void {
    this.#pending = this.#pending.then(async () => {
      try {
        await this.#take(news);
      } catch (error) {
        // It is told again once the connection is there again.
        if (!(error instanceof ConnectionLost)) this.#failed(error as Error);
      }
    });
  }

  /** Resolves when all that was put into it is here. */
  async isEmpty(): Promise<void> {
    await this.#pending;
  }

  async #take(news: AttemptNews): Promise<void> {
    const { signals } = this.#options;
    const { name } = news;
    if ('at' in news) return signals.grow(name, news.at, Buffer.from(news.data, 'base64'));
    if ('gone' in news) {
      // The agent thought better of it.
      if (name === 'attention.json' || name === '.done' || name === '.failed') signals.remove(name);
      return;
    }
    const text = Buffer.from(news.whole, 'base64').toString('utf8');
    if (name === '.done' || name === '.failed') return await this.#takeSignal(name, text);
    signals.write(name, text);
  }

  async #takeSignal(name: string, text: string): Promise<void> {
    const { runtime, signals, run, record, note, mirror } = this.#options;
    const { taken = [] } = record() ?? {};
    if (taken.includes(text)) return;
    if (name === '.done') await mirror();
    if (name === '.done' && isForOwner(signals.read('policies.json'), text)) await handOver(runtime, signals, run);
    else signals.write(name, text);
    note({ taken: [...taken, text] });
  }

  /** Whoever waits for the agent is told, instead of waiting for ever. */
  #failed(error: Error): void {
    const { runtime, signals, machine } = this.#options;
    if (runtime.signal.aborted) return;
    const known = isStepError(error) || error instanceof ToolError;
    const reason = `its work could not be taken over from ${machine}: ${known ? error.message : error.stack}`;
    const at = new Date().toISOString();
    signals.write('.failed', `${at}\n${reason.replace(/\s+/g, ' ')}\n${runtime.token}\n`);
  }
}

/** The machine has only said that the branch is to be handed over. */
function isForOwner(policies: string | null, signal: string): boolean {
  const { pr_policy } = JSON.parse(policies ?? '{}') as { pr_policy?: { forge?: string } };
  return pr_policy?.forge === 'gh' && signal.split('\n')[1]?.startsWith('local:') === true;
}
