/** What a request is answered with; an object becomes JSON. */
export interface Answer {
  readonly status: number;
  readonly body: string | object | null;
  readonly headers?: Readonly<Record<string, string>>;
}
