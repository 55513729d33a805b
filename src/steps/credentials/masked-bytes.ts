import { MASKED, type Masker } from '../../core/credentials/mask.ts';

const NOTHING = Buffer.alloc(0);

/** Masks bytes as they come; what may be the beginning of a secret is held back until it is known. */
export class MaskedBytes {
  readonly #masker: Masker;
  #held: Buffer = NOTHING;

  constructor(masker: Masker) {
    this.#masker = masker;
  }

  /** What can be shown now. */
  push(bytes: Uint8Array): Buffer {
    const all = Buffer.concat([this.#held, bytes]);
    const latin1 = all.toString('latin1');
    const end = all.length - this.#masker.pending(latin1);
    const ranges = this.#masker.find(latin1);
    // A secret that is whole may begin another one.
    const cut = ranges.reduce((at, [from, to]) => (from < at && at < to ? to : at), end);
    this.#held = all.subarray(cut);
    return masked(
      all,
      ranges.filter(([from]) => from < cut),
      cut,
    );
  }

  /** What was held back: nothing more comes. */
  end(): Buffer {
    const held = this.#held;
    this.#held = NOTHING;
    return masked(held, this.#masker.find(held.toString('latin1')), held.length);
  }
}

function masked(bytes: Buffer, ranges: ReturnType<Masker['find']>, end: number): Buffer {
  const parts: Buffer[] = [];
  let from = 0;
  for (const [start, to] of ranges) {
    parts.push(bytes.subarray(from, start), Buffer.from(MASKED));
    from = to;
  }
  return Buffer.concat([...parts, bytes.subarray(from, end)]);
}
