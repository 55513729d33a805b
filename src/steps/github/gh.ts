import type { RemoteRepository } from './repository.ts';

export interface GhOptions {
  readonly repository: RemoteRepository;
  /** A folder of ours, absolute: gh keeps answers, also refusals, for a day where it thinks its cache is. */
  readonly cacheFolder: string;
  /** Milliseconds for each call; 30,000 unless told. gh itself waits for ever. */
  readonly timeout?: number;
}

export interface ApiRequest {
  readonly method?: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
  /** Without the host, such as `repos/acme/widgets/pulls`, or `graphql`. */
  readonly path: string;
  /** Sent as JSON over stdin: never in an argument. */
  readonly body?: unknown;
  readonly signal?: AbortSignal;
}

export interface ApiResponse {
  readonly status: number;
  /** By lower-case names. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: unknown;
}
