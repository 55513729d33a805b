import type { WorkstreamState } from '../../core/run-state.ts';
import type { Glyphs } from '../glyphs.ts';
import type { TaskLook } from './task-look.ts';

/** How a lane looks at a glance, as a task does. */
export function laneLook(lane: WorkstreamState, { status: marks }: Glyphs): TaskLook {
  if (lane.failure !== null) return { mark: marks.failed, name: 'failed', tone: 'bad' };
  if (lane.status === 'merged') {
    return {
      mark: marks.done,
      name: lane.mergedBy === 'nothing_to_merge' ? 'nothing to merge' : 'merged',
      tone: 'good',
    };
  }
  if (lane.held !== null) return { mark: marks.needsYou, name: 'held', tone: 'warn' };
  if (lane.status === 'active') return { mark: marks.working, name: 'active', tone: 'live' };
  if (lane.status === 'pending') return { mark: marks.pending, name: 'pending', tone: 'quiet' };
  return { mark: marks.working, name: 'merging', tone: 'live' };
}
