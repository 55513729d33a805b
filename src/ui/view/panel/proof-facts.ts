import { PROOFS, type Proof, type ProofsSoFar, type RedCheck } from '../../../core/proofs.ts';
import type { Glyphs } from '../../glyphs.ts';
import { type Word, word } from '../../line.ts';
import { foundWords, proofName, shortObject } from '../../wording/proof-words.ts';
import { type Confidence, proofRow } from './proof.ts';
import { type FactRow, told } from './rows.ts';

/** What is proved of a pull request, a line each: what was found and, where that is not it, what must be there. */
export function proofFacts(proofs: ProofsSoFar, glyphs: Glyphs): FactRow[] {
  return PROOFS.flatMap((name) => {
    const proof = proofs[name];
    return proof === undefined ? [] : [proofRow(proofName(name), confidenceOf(proof), evidence(proof), glyphs)];
  });
}

function confidenceOf({ holds }: Proof): Confidence {
  return holds === null ? 'under_way' : holds ? 'proved' : 'refuted';
}

/** Of the others the words for what was found say enough. */
const COMPARED: ReadonlySet<string> = new Set(['repository', 'head', 'base']);

function evidence(proof: Proof): string {
  const found = foundWords(proof);
  const { holds, expected } = proof;
  if (!COMPARED.has(proof.proof)) return found;
  if (holds === null) return 'not known yet';
  return holds || expected === null ? found : `${found}, but must be ${shortObject(expected)}`;
}

/** The last checks that were red, each with where its output can be read. */
export function redCheckFact(
  checks: readonly RedCheck[],
  { round, confidence }: { readonly round: number; readonly confidence: Confidence },
  glyphs: Glyphs,
): FactRow[] {
  if (round === 0) return [];
  const said = confidence === 'proved' ? `round ${round}, mended since: ` : `round ${round}: `;
  const row = proofRow('red checks', confidence, said, glyphs);
  const tone = row.words[0]?.tone ?? 'plain';
  const names = checks.flatMap(({ name, url }, at): Word[] => [
    ...(at === 0 ? [] : [word(', ', tone)]),
    told(name, tone, NAME_LIMIT),
    ...(url === null ? [] : [word(' '), linked(url)]),
  ]);
  return [{ ...row, words: [...row.words, ...names] }];
}

const NAME_LIMIT = 200;

/** An address that a terminal which knows links makes one. */
export function linked(url: string, text = url): Word {
  return { ...told(text, 'accent'), link: url };
}
