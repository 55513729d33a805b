import type { Clock } from '../../core/clock.ts';
import type { Gh } from '../../steps/github/gh.ts';
import { GhError } from '../../steps/github/gh-error.ts';
import { patiently } from '../../steps/github/patiently.ts';
import type { RemoteRepository } from '../../steps/github/repository.ts';
import { Refusal } from '../refusal.ts';
import { type PullRequest, pullRequestIn, pullRequestsIn } from './pull-request.ts';
import type { PullRequestText } from './pull-request-text.ts';

/** Milliseconds for each request with all its repetitions. */
const PATIENCE = 10 * 60_000;
/** Milliseconds, doubled each time: what was just made is not at once in every list. */
const PAUSE = 1_000;
const MAX_ROUNDS = 5;

/** The pull request that is to be there in the end. */
export interface Offer extends PullRequestText {
  readonly repository: RemoteRepository;
  readonly head: string;
  readonly base: string;
}

export interface OfferOptions {
  readonly gh: Gh;
  readonly clock: Clock;
  readonly onLimited: (kind: 'primary' | 'secondary', until: number) => void;
}

/**
 * Opens the pull request, or adopts the open one of this branch and makes it say what is wanted; never two, and never
 * one that was closed. `mayExist` is false where its branch is new on the remote. Throws `GhError` and `Refusal`.
 */
export async function offerPullRequest(offer: Offer, mayExist: boolean, options: OfferOptions): Promise<PullRequest> {
  let pause = PAUSE;
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const found = mayExist || round > 0 ? await look(offer, options) : null;
    const offered = found === null ? await open(offer, options) : await update(found, offer, options);
    if (offered?.isOpen) return offered;
    await options.clock.sleep(pause * (0.5 + options.clock.random()));
    pause *= 2;
  }
  throw new Refusal(
    1,
    `nothing was signalled: GitHub says that there is a pull request of '${offer.head}' already, and lists no open ` +
      'one. Run agentrelay-complete again in a minute.',
  );
}

async function look(offer: Offer, options: OfferOptions): Promise<PullRequest | null> {
  return await patiently(() => find(offer, options.gh), { ...options, isRead: true, limit: PATIENCE });
}

/** The open one with this head and base, or the only one with this head and another base. */
async function find({ repository, head, base }: Offer, gh: Gh): Promise<PullRequest | null> {
  const { owner, name } = repository;
  const query = `state=open&head=${encodeURIComponent(`${owner}:${head}`)}&per_page=100`;
  const listed = pullRequestsIn(await gh.api({ path: `repos/${owner}/${name}/pulls?${query}` }));
  const here = `${owner}/${name}`.toLowerCase();
  const own = listed.filter((one) => one.isOpen && one.head === head && one.headRepository.toLowerCase() === here);
  return own.find((one) => one.base === base) ?? (own.length === 1 ? (own[0] ?? null) : null);
}

/** Null where GitHub says that there is one. */
async function open(offer: Offer, options: OfferOptions): Promise<PullRequest | null> {
  const { repository, title, head, base, body } = offer;
  const path = `repos/${repository.owner}/${repository.name}/pulls`;
  const request = { method: 'POST', path, body: { title, head, base, body } } as const;
  let isAdopted = false;
  const adopt = async () => {
    const found = await find(offer, options.gh);
    isAdopted = found !== null;
    return found;
  };
  try {
    const post = async () => pullRequestIn(await options.gh.api(request));
    const made = await patiently(post, { ...options, lookBack: adopt, limit: PATIENCE });
    return isAdopted ? await update(made, offer, options) : made;
  } catch (error) {
    if (error instanceof GhError && error.failure === 'already_done') return null;
    throw error;
  }
}

async function update(found: PullRequest, offer: Offer, options: OfferOptions): Promise<PullRequest> {
  const { repository, title, body, base } = offer;
  if (isAsWanted(found, offer)) return found;
  const path = `repos/${repository.owner}/${repository.name}/pulls/${found.number}`;
  const change = { title, body, ...(found.base === base ? {} : { base }) };
  const patch = async () => pullRequestIn(await options.gh.api({ method: 'PATCH', path, body: change }));
  const lookBack = async () => {
    const now = pullRequestIn(await options.gh.api({ path }));
    return isAsWanted(now, offer) ? now : null;
  };
  return await patiently(patch, { ...options, lookBack, limit: PATIENCE });
}

function isAsWanted(found: PullRequest, { title, body, base }: Offer): boolean {
  return found.title === title && sameText(found.body, body) && found.base === base;
}

/** What was edited on the web has other line breaks. */
function sameText(one: string, other: string): boolean {
  const plain = (text: string) => text.replaceAll('\r\n', '\n').trim();
  return plain(one) === plain(other);
}
