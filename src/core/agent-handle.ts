/**
 * `queued`: the agent takes it when its turn is over. `typed`: the text is there, but was not seen to be submitted.
 * `failed`: nothing was typed, since something else would have taken it, such as a dialog. `gone`: nobody is there.
 */
export type SendResult = 'submitted' | 'queued' | 'typed' | 'failed' | 'gone';

export interface SendOptions {
  /**
   * Only if it cannot be seen to have had it already: an earlier owner may have sent it and been gone before that was
   * recorded.
   */
  readonly unlessShown?: boolean;
  /** Waits a while where something else has the keys, before it is `failed`. */
  readonly patient?: boolean;
}

/** A live agent of one attempt. */
export interface Agent {
  readonly address: AgentAddress;
  /** Gives the agent one more prompt, in its own session. */
  send(text: string, signal: AbortSignal, options?: SendOptions): Promise<SendResult>;
  /**
   * Answers what the agent asks: `allow` and `deny` by the keys that its program takes, a choice by its number from 1, any
   * other text as words. Without this method the text of the answer is sent like a prompt.
   */
  answer?(answer: Answer, signal: AbortSignal): Promise<SendResult>;
  /** What became of the place, where the agent went with it: that is not the agent's failure. Null where it did not. */
  placeFailure?(): Promise<PlaceFailure | null>;
}

/** A place that is gone, or that ended its agent. */
export interface PlaceFailure {
  /** One of `PLACE_FAILURES` where nobody is to blame: those use up no attempt. */
  readonly code: string;
  /** For people. */
  readonly message: string;
}

export type Answer =
  | { readonly kind: 'allow' | 'deny' }
  | { readonly kind: 'choice'; readonly number: number }
  | { readonly kind: 'text'; readonly text: string };

/** An agent that an earlier owner has launched; `lost` when it is gone and has left no exit code. */
export interface KnownAgent {
  readonly agent: Agent;
  readonly found: 'alive' | 'ended' | 'lost';
}

/** Where an agent lives. */
export interface AgentAddress {
  /** For people: enough to find it by hand, such as `agentrelay:%7`. */
  readonly label: string;
  /** Tells the place apart from a later one of the same name; null where that cannot happen. */
  readonly place?: string | null;
  /** Keeps what the agent printed, stops what is left of it, frees the place (unless `keepPanes`). */
  teardown(options: { signalDir: string; keepPanes: boolean }): Promise<void>;
}
