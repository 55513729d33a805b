/** `typed`: the text is there, but was not seen to be submitted. `gone`: nobody is there to read it. */
export type SendResult = 'submitted' | 'queued' | 'typed' | 'gone';

/** A live agent of one attempt. */
export interface Agent {
  readonly address: AgentAddress;
  /** Gives the agent one more prompt, in its own session. */
  send(text: string, signal: AbortSignal): Promise<SendResult>;
}

/** Where an agent lives. */
export interface AgentAddress {
  /** For people: enough to find it by hand, such as `agentrelay:%7`. */
  readonly label: string;
  /** Keeps what the agent printed, stops what is left of it, frees the place (unless `keepPanes`). */
  teardown(options: { signalDir: string; keepPanes: boolean }): Promise<void>;
}
