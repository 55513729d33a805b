import type { RunEvent } from '../../../core/events.ts';
import { shortCommit } from '../../format.ts';
import { holdName } from '../hold-words.ts';
import { isLocal } from '../pull-request-words.ts';
import { proofWording } from './merge.ts';
import { type Said, say } from './said.ts';

type LaneEvent = Exclude<Extract<RunEvent, { workstream: string }>, { attempt: number }>;

export function laneWording(event: LaneEvent): Said {
  switch (event.kind) {
    case 'workstream_active':
      return say('active', `${event.branch} from ${shortCommit(event.base_commit)}`);
    case 'workstream_merge_ready':
      return say('merge ready', `at ${shortCommit(event.commit)}`);
    case 'workstream_pr_created':
      return say(isLocal(event.pr) ? 'handed over' : 'pull request', laneOffer(event), 'quiet');
    case 'workstream_pr_proof':
      return proofWording(event);
    case 'workstream_concerned':
      return say('concern', event.message, 'warn');
    case 'workstream_held':
      return say('held', heldDetail(event), 'warn');
    case 'workstream_merged':
      return say('merged', mergedDetail(event), 'good');
    case 'workstream_reopened':
      return say('reopened');
    case 'workstream_failed':
      return say('failed', `${event.code}: ${event.error}`, 'bad');
  }
}

function laneOffer({ pr, branch, target }: Extract<RunEvent, { kind: 'workstream_pr_created' }>): string {
  return isLocal(pr) ? `${branch} into ${target}` : `${pr} into ${target}`;
}

type HeldEvent = Extract<RunEvent, { kind: 'workstream_held' }>;

function heldDetail(event: HeldEvent): string {
  return `${whyHeld(event)}: ${event.merge_command}`;
}

/** Concerns had a line each when they were raised: here it is enough to say whose they are. */
function whyHeld({ reason, details }: HeldEvent): string {
  if (reason === 'concerns') return `concerns of ${[...new Set(details.map((text) => text.split(':')[0]))].join(', ')}`;
  return `${holdName(reason)}${details.length === 0 ? '' : ` (${details.join('; ')})`}`;
}

function mergedDetail(event: Extract<RunEvent, { kind: 'workstream_merged' }>): string {
  if (event.by === 'nothing_to_merge') return 'nothing to merge';
  return `${shortCommit(event.commit)}${event.by === 'person' ? ' by a person' : ''}`;
}
