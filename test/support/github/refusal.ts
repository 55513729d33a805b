/** The server says no: what GraphQL and REST both tell, each in its own form. */
export class Refusal extends Error {
  /** Of a REST answer. */
  readonly status: number;
  /** Of a GraphQL error. */
  readonly type: string;
  /** The `errors` of a REST answer, whose message is then "Validation Failed". */
  readonly details: readonly object[] | undefined;

  constructor(message: string, options: { status?: number; type?: string; details?: readonly object[] } = {}) {
    super(message);
    this.name = 'Refusal';
    this.status = options.status ?? 422;
    this.type = options.type ?? 'UNPROCESSABLE';
    this.details = options.details;
  }
}

/** What a request asks for that this server does not do: a gap of the test double, not an answer of GitHub. */
export class NotEmulated extends Error {
  constructor(what: string) {
    super(`the local GitHub API does not do this: ${what}`);
    this.name = 'NotEmulated';
  }
}
