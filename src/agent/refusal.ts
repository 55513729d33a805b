/** Why a command did nothing, said to the agent: what, where, and what to do next. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  /** 1: the work is not in the state for it. 2: wrong usage or environment. */
  readonly exitCode: 1 | 2;
  constructor(exitCode: 1 | 2, message: string) {
    super(message);
    this.exitCode = exitCode;
  }
}
