import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { type ExecResult, exec, ToolError } from '../tools/exec.ts';
import { classify, type Failed } from './failures.ts';
import { errorsIn, fieldOf, type ListedError, oneLine, parseAnswer, wordsIn } from './gh-answer.ts';
import { ghEnvironment, makePrivateFolder } from './gh-environment.ts';
import { GhError } from './gh-error.ts';
import type { RemoteRepository } from './repository.ts';

export interface GhOptions {
  readonly repository: RemoteRepository;
  /** A folder of ours, absolute: gh keeps answers, also refusals, for a day where it thinks its cache is. */
  readonly cacheFolder: string;
  /** Milliseconds for each call; 30,000 unless told. gh itself waits for ever. */
  readonly timeout?: number;
}

export interface ApiRequest {
  readonly method?: 'GET' | 'POST' | 'PATCH' | 'PUT';
  /** Without the host, such as `repos/acme/widgets/pulls`, or `graphql`. */
  readonly path: string;
  /** Sent as JSON over stdin: never in an argument. */
  readonly body?: unknown;
  readonly signal?: AbortSignal | undefined;
}

export interface ApiResponse {
  readonly status: number;
  /** By lower-case names. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: unknown;
}

export interface GraphqlOptions {
  readonly signal?: AbortSignal | undefined;
  /** What does not exist is null in the data, and no failure: of many that are asked for at once, one may be gone. */
  readonly allowMissing?: boolean;
  /** Data with any errors beside it is an answer: what they mean is the caller's to say. */
  readonly allowErrors?: boolean;
}

/** What a call is called in messages, and how it is started. */
interface Call {
  readonly name: string;
  readonly args: readonly string[];
  readonly signal?: AbortSignal | undefined;
  readonly input?: string;
  /** It changes nothing. */
  readonly isRead: boolean;
}

const TIMEOUT = 30_000;

/** How it ends is told by `classify`; only one that did not end by itself is a `ToolError`. */
const ANY_EXIT_CODE = Array.from({ length: 256 }, (_, code) => code);

/** gh for one repository: every process of it starts here. What goes wrong is a `GhError`. */
export class Gh {
  readonly repository: RemoteRepository;
  readonly #cacheFolder: string;
  readonly #timeout: number;

  constructor({ repository, cacheFolder, timeout = TIMEOUT }: GhOptions) {
    this.repository = repository;
    this.#cacheFolder = cacheFolder;
    this.#timeout = timeout;
  }

  /** One request to the API of the repository's host. */
  async api(request: ApiRequest): Promise<ApiResponse> {
    const { response, failed } = await this.#request(request, request.method === undefined || request.method === 'GET');
    if (failed === null && response !== null) return response;
    throw this.#failure(request, failed);
  }

  /** Errors beside an answer are failures too, unless told. */
  async graphql(
    query: string,
    variables: Record<string, unknown>,
    options: GraphqlOptions = {},
  ): Promise<{ data: unknown; errors: readonly ListedError[]; headers: ReadonlyMap<string, string> }> {
    const { signal, allowMissing = false, allowErrors = false } = options;
    const request: ApiRequest = { method: 'POST', path: 'graphql', body: { query, variables }, signal };
    const { response, failed } = await this.#request(request, !/^\s*mutation\b/.test(query));
    const data = fieldOf(response?.body, 'data') ?? null;
    if (response !== null && data !== null) {
      const { headers } = response;
      const isAnswer = failed === null || allowErrors || (allowMissing && isOnlyMissing(response));
      if (isAnswer) return { data, errors: errorsIn(response.body), headers };
    }
    throw this.#failure(request, failed);
  }

  /** Runs another command of gh, which may change something; what it printed. */
  async run(args: readonly string[], { signal }: { signal?: AbortSignal | undefined } = {}): Promise<string> {
    const call = { name: args.slice(0, 2).join(' '), args, signal, isRead: false };
    const { exitCode, stdout, stderr } = await this.#start(call);
    if (exitCode === 0) return stdout;
    // Also a limit that is over since would be told again.
    this.forgetAnswers();
    throw this.#failureOf(call.name, { exitCode, stderr, status: null, isRead: false });
  }

  /** Who the token is of. GraphQL answers also those tokens that belong to no user, such as a workflow's. */
  async login(signal?: AbortSignal): Promise<string> {
    const { data } = await this.graphql('query Login { viewer { login } }', {}, { signal });
    return String(fieldOf(fieldOf(data, 'viewer'), 'login'));
  }

  /** Wipes what gh keeps of answers: it repeats a refusal for a day without asking again. */
  forgetAnswers(): void {
    for (const name of ['gh-cli-cache', 'gh']) {
      rmSync(join(this.#cacheFolder, name), { recursive: true, force: true, maxRetries: 5 });
    }
  }

  /** `failed` is null where gh and GitHub are content. */
  async #request(
    request: ApiRequest,
    isRead: boolean,
  ): Promise<{ response: ApiResponse | null; failed: Failed | null }> {
    const { method = 'GET', path, body, signal } = request;
    const input = body === undefined ? {} : { input: JSON.stringify(body) };
    const args = ['api', '-i', '--hostname', this.repository.host, '--method', method, literally(path)];
    if (body !== undefined) args.push('--input', '-');
    // Older hosts know of the state of a merge only so; gh's own commands ask in the same way.
    if (path === 'graphql') args.push('--preview', 'merge-info');
    const { exitCode, stdout, stderr } = await this.#start({ name: nameOf(request), args, signal, isRead, ...input });
    const response = parseAnswer(stdout);
    if (exitCode === 0 && response !== null && typeof response.body !== 'string') return { response, failed: null };
    const says = exitCode === 0 ? 'the answer is not JSON' : stderr;
    const { status = null, headers } = response ?? {};
    const answer = headers === undefined ? {} : { headers, body: response?.body };
    return { response, failed: { exitCode, stderr: says, status, isRead, ...answer } };
  }

  async #start({ name, args, signal, isRead, input }: Call): Promise<ExecResult> {
    const timeout = this.#timeout;
    makePrivateFolder(this.#cacheFolder);
    const env = ghEnvironment(this.#cacheFolder);
    const options = { cwd: NEUTRAL, env, timeout, signal, accept: ANY_EXIT_CODE };
    try {
      return await exec('gh', args, input === undefined ? options : { ...options, input });
    } catch (error) {
      if (!(error instanceof ToolError)) throw error;
      const cause = error.cause instanceof Error ? error.cause.message : '';
      const stderr = error.timedOut ? `no answer in ${timeout / 1000} s` : `${error.stderr} ${cause}`;
      throw this.#failureOf(name, { exitCode: null, stderr, status: null, isRead });
    }
  }

  #failure(request: ApiRequest, failed: Failed | null): GhError {
    const nothing = { exitCode: 0, stderr: 'no data in the answer', status: null, isRead: true };
    return this.#failureOf(nameOf(request), failed ?? nothing);
  }

  /** The error has no cause: that of a process would hold what it was started with. */
  #failureOf(name: string, failed: Failed): GhError {
    const { failure, status, retryAfter } = classify(failed);
    if (failure === 'not_installed') return new GhError(failure, 'gh is not installed');
    if (failed.exitCode === NO_LOGIN) return new GhError(failure, `gh is not logged in to ${this.repository.host}`);
    const words = wordsIn(failed.body) || oneLine(failed.stderr.replace(/^(?:gh: |X )/, '')) || 'it was ended';
    const isTold = status === null || status < 400 || words.includes(`HTTP ${status}`);
    const code = isTold ? '' : ` (HTTP ${status})`;
    return new GhError(failure, `gh ${name}: ${words}${code}`, { status, retryAfter });
  }
}

/** In a repository gh would look at its branches and remotes; those of ours may have been moved. */
const NEUTRAL = '/';

/** gh's exit code where it has no token at all. */
const NO_LOGIN = 4;

/** gh puts what it knows of the current folder in place of `:branch` and `{owner}`, also within a branch's name. */
function literally(path: string): string {
  return path.replaceAll(':', '%3A').replaceAll('{', '%7B').replaceAll('}', '%7D');
}

/** Without what is asked for: a name is short. */
function nameOf({ method = 'GET', path }: ApiRequest): string {
  return path === 'graphql' ? 'api graphql' : `api ${method} ${path.split('?', 1)[0]}`;
}

function isOnlyMissing({ body }: ApiResponse): boolean {
  const errors = errorsIn(body);
  return errors.length > 0 && errors.every(({ type }) => type === 'NOT_FOUND');
}
