import type { TmuxControl } from '../tools/tmux-control.ts';

/** A client that is there, or how one is made: at the first need, and again when tmux itself was lost. */
export type TmuxReach =
  | { readonly control: TmuxControl }
  | { readonly session: string; readonly connect: () => Promise<TmuxControl> };

export interface ReachedTmux {
  readonly session: string;
  /** The client, made if there is none; one that is gone is taken as it is where no other can be made. */
  control(): Promise<TmuxControl>;
  /** Null where nothing was ever asked. */
  current(): Promise<TmuxControl> | null;
}

export function reachTmux(reach: TmuxReach): ReachedTmux {
  if ('control' in reach) {
    const made = Promise.resolve(reach.control);
    return { session: reach.control.session, control: () => made, current: () => made };
  }
  let current: Promise<TmuxControl> | null = null;
  const connect = () => {
    const made = reach.connect();
    current = made;
    const forget = () => {
      if (current === made) current = null;
    };
    // The next who asks makes another one.
    made.then((control) => control.closed.then(forget), forget);
    return made;
  };
  return { session: reach.session, control: () => current ?? connect(), current: () => current };
}
