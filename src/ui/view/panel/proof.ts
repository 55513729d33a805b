import type { Glyphs } from '../../glyphs.ts';
import { type Tone, word } from '../../line.ts';
import { type FactRow, told } from './rows.ts';

/** How sure one can be of something: proved, refuted, doubtful, under way, not known yet. */
export type Confidence = 'proved' | 'refuted' | 'doubtful' | 'under_way' | 'unknown';

/** A fact with the mark of how sure it is; its words have the tone of it where they have none. */
export function proofRow(label: string, confidence: Confidence, text: string, glyphs: Glyphs): FactRow {
  const { tone, mark } = lookOf(confidence, glyphs);
  return { mark: word(mark, tone), label, words: [told(text, confidence === 'proved' ? 'plain' : tone)] };
}

function lookOf(confidence: Confidence, { status, dot }: Glyphs): { readonly mark: string; readonly tone: Tone } {
  switch (confidence) {
    case 'proved':
      return { mark: status.done, tone: 'good' };
    case 'refuted':
      return { mark: status.failed, tone: 'bad' };
    case 'doubtful':
      return { mark: status.needsYou, tone: 'warn' };
    case 'under_way':
      return { mark: status.working, tone: 'live' };
    case 'unknown':
      return { mark: dot, tone: 'quiet' };
  }
}
