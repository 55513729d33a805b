import {
  type AnthropicCredential,
  anthropicOf,
  anthropicVariable,
  type Credentials,
  tierOf,
  unsetFor,
  withheldNames,
} from '../../core/credentials/credentials.ts';
import { createMasker, type Masker, NO_MASKER } from '../../core/credentials/mask.ts';
import { AgentLaunchError } from '../../core/errors.ts';
import type { AgentConfig } from '../../core/graph/graph.ts';
import type { AgentSecrets } from '../agent-command.ts';
import { readOauthFile } from './oauth-file.ts';

/** What agents of a run get of its credentials file, and what is kept out of all that is written and shown. */
export class RunSecrets implements AgentSecrets {
  readonly #credentials: Credentials | null;
  readonly #known = new Set<string>();
  #masker: Masker;

  /** Null where a run has no credentials file. */
  constructor(credentials: Credentials | null) {
    this.#credentials = credentials;
    for (const secret of credentials?.secrets ?? []) this.#known.add(secret);
    this.#masker = credentials === null ? NO_MASKER : createMasker([...this.#known]);
  }

  /** It knows more secrets with each launch: an OAuth token is renewed while the run goes on. */
  get masker(): Masker {
    return this.#masker;
  }

  readonly mask = (text: string): string => this.#masker.mask(text);

  /** Variables that nothing of the run takes over from whoever started agentrelay. */
  get withheld(): readonly string[] {
    return this.#credentials === null ? [] : withheldNames(this.#credentials);
  }

  /** The credentials file and all that it names, which nothing in a sandbox may read; absolute. */
  get files(): readonly string[] {
    return this.#credentials?.files ?? [];
  }

  unset(agent: AgentConfig): readonly string[] {
    return this.#credentials === null ? [] : unsetFor(this.#credentials, agent);
  }

  names(agent: AgentConfig): readonly string[] {
    if (this.#credentials === null) return [];
    const account = anthropicOf(this.#credentials, agent);
    return [
      ...Object.keys(tierOf(this.#credentials, agent)),
      ...(account === null ? [] : [anthropicVariable(account)]),
    ];
  }

  read(agent: AgentConfig): Readonly<Record<string, string>> {
    if (this.#credentials === null) return {};
    const account = anthropicOf(this.#credentials, agent);
    const tier = tierOf(this.#credentials, agent);
    return account === null ? tier : { ...tier, [anthropicVariable(account)]: this.#keyOf(account) };
  }

  #keyOf(account: AnthropicCredential): string {
    if (account.kind === 'api_key') return account.key;
    const { path } = account;
    const found = readNow(path);
    if (found === null) throw new AgentLaunchError('no_credential', `${path} holds no OAuth token of Claude Code`);
    this.#learn(found.secrets);
    if (found.expiresAt !== null && found.expiresAt <= Date.now()) {
      const when = new Date(found.expiresAt).toISOString();
      throw new AgentLaunchError(
        'credential_expired',
        `the OAuth token in ${path} expired at ${when}; claude renews it when it is used there, and one of claude setup-token lasts a year`,
      );
    }
    return found.token;
  }

  #learn(secrets: readonly string[]): void {
    const known = this.#known.size;
    for (const secret of secrets) this.#known.add(secret);
    if (this.#known.size > known) this.#masker = createMasker([...this.#known]);
  }
}

function readNow(path: string): ReturnType<typeof readOauthFile> {
  try {
    return readOauthFile(path);
  } catch (error) {
    throw new AgentLaunchError('no_credential', `${path} cannot be read`, { cause: error });
  }
}

/** Of a run without a credentials file. */
export const NO_SECRETS = new RunSecrets(null);
