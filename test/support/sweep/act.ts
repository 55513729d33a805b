/** Holds an `Act` as JSON. */
export const ACT_VARIABLE = 'AGENTRELAY_SWEEP_ACT';

/** What happens to an owner at one event of the journal. */
export interface Act {
  readonly seq: number;
  /** Of the write of its line; `torn` leaves half of the line, and only makes sense when the owner is killed. */
  readonly when: 'before' | 'after' | 'torn';
  /** The tmux server that is ended; null for none. */
  readonly tmuxSocket: string | null;
  readonly killOwner: boolean;
  /** A file that is made when it happens; absolute. */
  readonly mark: string;
}
