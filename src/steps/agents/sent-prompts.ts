import { createHash } from 'node:crypto';
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { readIfThere } from '../tools/atomic-file.ts';
import { writing } from '../tools/file-error.ts';

/** In the attempt's signal directory: of each prompt that was typed, its hash, from just before it was submitted. */
const FILE = 'prompts_sent';

/** Survives the owner: what stood in the input then, and stands there no more, was submitted. */
export interface SentPrompts {
  has(text: string): boolean;
  add(text: string): void;
}

export function sentPrompts(signalDir: string): SentPrompts {
  const path = join(signalDir, FILE);
  const has = (text: string) => (readIfThere(path) ?? '').split('\n').includes(hashOf(text));
  return {
    has,
    add(text) {
      if (!has(text)) writing(path, () => appendFileSync(path, `${hashOf(text)}\n`, { mode: 0o600 }));
    },
  };
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
