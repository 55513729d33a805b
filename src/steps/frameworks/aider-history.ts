import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Told, TranscriptFormat, UsageEntry } from './framework.ts';

const UNITS: Readonly<Record<string, number>> = { k: 1_000, M: 1_000_000 };

/** The history of a chat in Markdown: `#### ` before each line of a prompt, `> ` before what the program itself says. */
export const aiderHistory: TranscriptFormat = {
  find({ worktree, told, env }) {
    const path = told ?? env.AIDER_CHAT_HISTORY_FILE ?? join(worktree, '.aider.chat.history.md');
    return existsSync(path) ? path : null;
  },
  reader() {
    let prompt: string[] = [];
    let count = 0;
    return (line): Told | null => {
      const [, words] = /^#### ?(.*)$/u.exec(line.trimEnd()) ?? [];
      if (words !== undefined) {
        prompt.push(words);
        // The next line of it may follow, and may not: what there is counts.
        const text = prompt.join('\n').trim();
        return text === '' || text === '<blank>' ? null : { prompt: text };
      }
      prompt = [];
      const usage = line.startsWith('> ') ? aiderUsage(line.slice(2), `tokens ${count + 1}`) : null;
      if (usage === null) return null;
      count += 1;
      return { usage };
    };
  },
};

/** `Tokens: 12k sent, 1.5k cache write, 8.2k cache hit, 451 received. Cost: $0.03 message, $0.11 session.` */
export function aiderUsage(line: string, id: string): UsageEntry | null {
  const [, told] = /^Tokens: (.*)$/u.exec(line) ?? [];
  const sent = told === undefined ? null : amount(told, 'sent');
  if (told === undefined || sent === null) return null;
  const [read, written] = [amount(told, 'cache hit') ?? 0, amount(told, 'cache write') ?? 0];
  const [, cost] = /\$([\d.]+) message/u.exec(told) ?? [];
  return {
    id,
    inputTokens: Math.max(0, sent - read - written),
    outputTokens: amount(told, 'received') ?? 0,
    cacheReadTokens: read,
    cacheWriteTokens: written,
    costUsd: cost === undefined ? null : Number(cost),
    model: null,
  };
}

function amount(told: string, of: string): number | null {
  const [, digits, unit = ''] = new RegExp(`([\\d.,]+)([kM]?) ${of}\\b`, 'u').exec(told) ?? [];
  return digits === undefined ? null : Math.round(Number(digits.replaceAll(',', '')) * (UNITS[unit] ?? 1));
}
