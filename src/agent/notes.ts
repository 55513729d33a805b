import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeFileAtomic } from '../steps/tools/atomic-file.ts';
import { readAttempt } from './attempt.ts';
import { cleanText, foldLines } from './text.ts';

export function raiseConcern(flags: { message?: string }): string {
  appendLine('concerns.log', flags.message ?? '');
  return 'concern noted; it holds back an automatic merge of the workstream until a person has looked. Go on.';
}

export function raiseOpsConcern(flags: { message?: string }): string {
  appendLine('ops_concerns.log', flags.message ?? '');
  return 'noted for the people who run this. Go on.';
}

export function summarize(flags: { message?: string }): string {
  writeFileAtomic(join(readAttempt().signalDir, 'summary.md'), `${cleanText(flags.message ?? '')}\n`);
  return 'summary written.';
}

/** One message a line; a short write with O_APPEND is whole also beside other writers. */
function appendLine(name: string, message: string): void {
  appendFileSync(join(readAttempt().signalDir, name), `${foldLines(message)}\n`, { mode: 0o600 });
}
