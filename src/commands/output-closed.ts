import type { EventEmitter } from 'node:events';

/**
 * Calls `listener` when whoever reads our output has closed it (`| head`); without anybody who minds, bin/launch.js ends
 * the program. Not the signal SIGPIPE: who listens to that has every write to a program of ours that has ended raise it.
 */
export function onOutputClosed(listener: () => void): () => void {
  const emitter: EventEmitter = process;
  emitter.on('outputClosed', listener);
  return () => void emitter.off('outputClosed', listener);
}
