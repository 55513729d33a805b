import type { ApiResponse } from '../../steps/github/gh.ts';
import { field } from '../attempt.ts';

/** A pull request as the REST API tells of it. */
export interface PullRequest {
  readonly number: number;
  readonly url: string;
  readonly isOpen: boolean;
  readonly title: string;
  readonly body: string;
  readonly base: string;
  readonly head: string;
  /** `owner/name`; empty where the repository of the head is gone. */
  readonly headRepository: string;
}

export function pullRequestsIn(response: ApiResponse): PullRequest[] {
  return Array.isArray(response.body) ? response.body.map(pullRequestFrom) : [];
}

export function pullRequestIn(response: ApiResponse): PullRequest {
  return pullRequestFrom(response.body);
}

function pullRequestFrom(value: unknown): PullRequest {
  const text = (...names: string[]) => {
    const found = field(value, ...names);
    return typeof found === 'string' ? found : '';
  };
  return {
    number: Number(field(value, 'number')),
    url: text('html_url'),
    isOpen: text('state') === 'open',
    title: text('title'),
    body: text('body'),
    base: text('base', 'ref'),
    head: text('head', 'ref'),
    headRepository: text('head', 'repo', 'full_name'),
  };
}
