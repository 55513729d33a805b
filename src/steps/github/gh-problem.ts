import { UserError } from '../../core/errors.ts';

/** What of GitHub a problem is about. */
export type GhTopic =
  | 'gh'
  | 'network'
  | 'authentication'
  | 'repository'
  | 'permission'
  | 'merge_method'
  | 'git'
  | 'branches';

/** Why a run cannot be on GitHub as things are; its hint is what mends it. */
export class GhProblem extends UserError {
  readonly topic: GhTopic;
  constructor(topic: GhTopic, message: string, options: { hint?: string; cause?: unknown } = {}) {
    super(message, options);
    this.topic = topic;
  }
}
