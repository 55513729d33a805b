import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { readUnlinked, writeFileAtomic } from '../tools/atomic-file.ts';

/** In the attempt's signal directory: of each prompt that was typed, its hash, from just before it was submitted. */
const FILE = 'prompts_sent';

/** Survives the owner: what stood in the input then, and stands there no more, was submitted. */
export interface SentPrompts {
  has(text: string): boolean;
  add(text: string): void;
}

export function sentPrompts(signalDir: string): SentPrompts {
  const path = join(signalDir, FILE);
  const known = () => (readUnlinked(path) ?? '').split('\n').filter((hash) => hash !== '');
  const has = (text: string) => known().includes(hashOf(text));
  return {
    has,
    add(text) {
      if (has(text)) return;
      const all = [...known(), hashOf(text)].map((hash) => `${hash}\n`).join('');
      writeFileAtomic(path, all, { mode: 0o600, sync: false });
    },
  };
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
