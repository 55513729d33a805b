import type { FrameworkPreset, TranscriptPlace } from '../frameworks/framework.ts';
import { HookFile } from './hook-file.ts';
import { ToldLog } from './told-log.ts';
import { TranscriptFile } from './transcript-file.ts';

export interface ToldReaderOptions {
  readonly preset: FrameworkPreset;
  /** Absolute. */
  readonly signalDir: string;
  readonly isOwnToken: (token: string) => boolean;
  /** Where its transcript is looked for; `since` is when the agent was started. */
  readonly place: Omit<TranscriptPlace, 'told'>;
  /** Its session was begun by an earlier attempt. */
  readonly goesOn?: boolean;
}

/** A piece of what was written; `isNews` where it tells anything but what the agent does. */
interface ReadPart {
  readonly isNews: boolean;
  /** There is more to be read. */
  readonly more: boolean;
}

/** Reads what an agent's program tells, by its hooks and in its transcript, into one log. */
export class ToldReader {
  readonly log: ToldLog;
  readonly #preset: FrameworkPreset;
  readonly #hooks: HookFile;
  readonly #transcript: TranscriptFile | null;

  constructor({ preset, signalDir, isOwnToken, place, goesOn }: ToldReaderOptions) {
    this.log = new ToldLog(place.session, place.since, goesOn);
    this.#preset = preset;
    this.#hooks = new HookFile(signalDir, isOwnToken);
    this.#transcript = preset.transcript === undefined ? null : new TranscriptFile(preset.transcript, place);
  }

  /** Absolute; null while it is not known. */
  get transcript(): string | null {
    return this.#transcript?.path ?? this.log.transcript;
  }

  /** What was written since the last time, or the first part of it. `now` in milliseconds since 1970. Throws what the preset does. */
  read(now: number): ReadPart {
    const [hooks, lines] = [this.#readHooks(), this.#readTranscript(now)];
    return { isNews: hooks.isNews || lines.isNews, more: hooks.more || lines.more };
  }

  #readHooks(): ReadPart {
    const { hooks, more } = this.#hooks.read();
    const news = hooks.map((hook) => {
      const told = this.#preset.readHook?.(hook) ?? null;
      return told !== null && this.log.take('hook', told, { at: hook.at, from: `hook ${hook.event}` });
    });
    return { isNews: news.includes(true), more };
  }

  #readTranscript(now: number): ReadPart {
    if (this.#transcript === null) return { isNews: false, more: false };
    const { told, more } = this.#transcript.read(this.log.session, this.log.transcript, now);
    const news = told.map((one) => this.log.take('transcript', one.told, { at: one.at, from: 'transcript' }));
    return { isNews: news.includes(true), more };
  }
}
