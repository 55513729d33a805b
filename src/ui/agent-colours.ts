import { type Colour, colourSgr, type Depth } from './colour.ts';

/** Agents use few looks, again and again; hostile ones use many. */
const REMEMBERED = 1024;
const remembered: { readonly [depth in Depth]: Map<string, string> } = {
  none: new Map(),
  '16': new Map(),
  '256': new Map(),
  true: new Map(),
};

/** An agent's SGR parameters, as `sgrOf` writes them, in colours that the terminal has. */
export function agentSgr(sgr: string, depth: Depth): string {
  if (depth === 'true') return sgr;
  const known = remembered[depth].get(sgr);
  if (known !== undefined) return known;
  const translated = translate(sgr.split(';'), depth);
  if (remembered[depth].size >= REMEMBERED) remembered[depth].clear();
  remembered[depth].set(sgr, translated);
  return translated;
}

function translate(parts: readonly string[], depth: Depth): string {
  const kept: string[] = [];
  for (let index = 0; index < parts.length; index++) {
    const code = Number(parts[index]);
    if (code < 30) {
      kept.push(String(code));
    } else if (code === 38 || code === 48) {
      const colour = extendedColour(parts, index);
      if (depth !== 'none') kept.push(colourSgr(colour, code === 38 ? 'foreground' : 'background', depth));
      index += colour.kind === 'rgb' ? 4 : 2;
    } else if (depth !== 'none') {
      kept.push(String(code));
    }
  }
  return kept.join(';');
}

/** `38;5;n` or `38;2;r;g;b`, beginning at `index`. */
function extendedColour(parts: readonly string[], index: number): Colour {
  const [kind = '', first = '0', second = '0', third = '0'] = parts.slice(index + 1, index + 5);
  if (kind !== '2') return { kind: 'palette', index: Number(first) };
  return { kind: 'rgb', rgb: [Number(first), Number(second), Number(third)] };
}
