import { setTimeout as delay } from 'node:timers/promises';
import type { TmuxControl } from '../tools/tmux-control.ts';
import { TmuxError } from '../tools/tmux-error.ts';

/** A client that is there, or how one is made: at the first need, and again when tmux itself was lost. */
export type TmuxReach =
  | { readonly control: TmuxControl }
  | {
      readonly session: string;
      readonly connect: () => Promise<TmuxControl>;
      /** Milliseconds in which what was lost is tried again; 10 s unless told. */
      readonly patience?: number;
      /** Clears away what an earlier owner has left, where this one never asked tmux for anything. */
      readonly endLeft?: () => Promise<void>;
    };

export interface ReachedTmux {
  readonly session: string;
  /** The client, made if there is none; one that is gone is taken as it is where no other can be made. */
  control(): Promise<TmuxControl>;
  /** Does it once more with another client where tmux was lost meanwhile. */
  use<T>(work: (control: TmuxControl) => Promise<T>): Promise<T>;
  /** Null where nothing was ever asked. */
  current(): Promise<TmuxControl> | null;
  endLeft(): Promise<void>;
  /** From here on no other client is made, also not by what is still under way: it would keep the process alive. */
  end(): void;
}

/** Milliseconds. */
const ENDING_SERVER = 10_000;

export function reachTmux(reach: TmuxReach): ReachedTmux {
  const { control, current } = 'control' in reach ? fixed(reach.control) : renewed(reach.connect);
  const { patience = ENDING_SERVER } = 'connect' in reach ? reach : {};
  let canRenew = 'connect' in reach;
  let isOver = false;
  return {
    session: 'control' in reach ? reach.control.session : reach.session,
    async control() {
      if (isOver) throw new TmuxError('disconnected', 'tmux was let go of');
      return await control();
    },
    current,
    end() {
      isOver = true;
      canRenew = false;
    },
    async use(work) {
      for (const deadline = performance.now() + patience; ; await delay(50)) {
        try {
          return await work(await this.control());
        } catch (error) {
          // A server takes a while to end, and lets clients in until then.
          if (!isLost(error) || !canRenew || performance.now() > deadline) throw error;
        }
      }
    },
    endLeft: ('endLeft' in reach && reach.endLeft) || (async () => {}),
  };
}

type Client = Pick<ReachedTmux, 'control' | 'current'>;

function fixed(control: TmuxControl): Client {
  const made = Promise.resolve(control);
  return { control: () => made, current: () => made };
}

function renewed(connect: () => Promise<TmuxControl>): Client {
  let current: Promise<TmuxControl> | null = null;
  const renew = () => {
    const made = connect();
    current = made;
    const forget = () => {
      if (current === made) current = null;
    };
    // The next who asks makes another one.
    made.then((control) => control.closed.then(forget), forget);
    return made;
  };
  return { control: () => current ?? renew(), current: () => current };
}

/** tmux itself is gone, or cannot be had just now. */
export function isLost(error: unknown): boolean {
  return error instanceof TmuxError && (error.code === 'disconnected' || error.code === 'cannot_start');
}

export function nullIfLost(error: unknown): null {
  if (isLost(error)) return null;
  throw error;
}
