import { isAbsolute, join } from 'node:path';
import type { RemoteRepository } from '../../steps/github/repository.ts';
import { type Attempt, field, readObject } from '../attempt.ts';
import { Refusal } from '../refusal.ts';

/** Where the attempt's work is offered, as `policies.json` and `manifest.json` say. */
export interface GitHubPolicy {
  readonly graph: string;
  /** The branch that the pull request goes into. */
  readonly base: string;
  readonly title: string;
  /** Such as `origin`. */
  readonly remote: string;
  readonly repository: RemoteRepository;
  /** Absolute; for gh alone. */
  readonly cache: string;
}

/** Throws `Refusal` (2) when something is missing. */
export function readGitHubPolicy({ signalDir }: Attempt): GitHubPolicy {
  const policies = readObject(signalDir, 'policies.json');
  const text = (...names: string[]): string => {
    const value = field(policies, 'pr_policy', ...names);
    if (typeof value === 'string' && value !== '') return value;
    throw broken(signalDir, `has no ${names.join('.')} in pr_policy`);
  };
  const graph = field(readObject(signalDir, 'manifest.json'), 'execution', 'graph_name');
  const cache = text('cache');
  if (!isAbsolute(cache)) throw broken(signalDir, `has a path in pr_policy.cache that is not absolute`);
  return {
    graph: typeof graph === 'string' ? graph : '',
    base: text('base'),
    title: text('title'),
    remote: text('remote'),
    repository: {
      host: text('repository', 'host'),
      owner: text('repository', 'owner'),
      name: text('repository', 'name'),
    },
    cache,
  };
}

function broken(signalDir: string, problem: string): Refusal {
  return new Refusal(
    2,
    `${join(signalDir, 'policies.json')} ${problem}. Nothing was signalled. Run agentrelay-failed with this message.`,
  );
}
