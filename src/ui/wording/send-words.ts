import type { SendResult } from '../../core/agent-handle.ts';

/** What became of a text that was sent to an agent; null where all went well. */
export function sendWords(result: SendResult): string | null {
  switch (result) {
    case 'submitted':
      return null;
    case 'queued':
      return 'queued until its turn is over';
    case 'typed':
      return 'typed, but not seen to be submitted';
    case 'failed':
      return 'not typed: a dialog, or words of somebody, are in the way';
    case 'gone':
      return 'but the agent is gone';
  }
}
