/** The look that SGR sequences have built up; colours as the parameters that set them. */
export interface SgrState {
  readonly bold: boolean;
  readonly dim: boolean;
  readonly italic: boolean;
  readonly underline: boolean;
  readonly inverse: boolean;
  readonly strike: boolean;
  readonly foreground: string;
  readonly background: string;
}

export const NO_SGR: SgrState = {
  bold: false,
  dim: false,
  italic: false,
  underline: false,
  inverse: false,
  strike: false,
  foreground: '',
  background: '',
};

const CHANGES = new Map<number, Partial<SgrState>>([
  [0, NO_SGR],
  [1, { bold: true }],
  [2, { dim: true }],
  [3, { italic: true }],
  [4, { underline: true }],
  [7, { inverse: true }],
  [9, { strike: true }],
  [21, { underline: true }],
  [22, { bold: false, dim: false }],
  [23, { italic: false }],
  [24, { underline: false }],
  [27, { inverse: false }],
  [29, { strike: false }],
  [39, { foreground: '' }],
  [49, { background: '' }],
]);

/** What `38`, `48` and `58` set: the colours of the letters, of what is behind them, and of the line below. */
const COLOUR_TARGETS = new Map<number, 'foreground' | 'background' | 'none'>([
  [38, 'foreground'],
  [48, 'background'],
  [58, 'none'],
]);

/** The look after an SGR sequence with these parameters, such as `1;38:2::10:20:30`. What is not understood changes nothing. */
export function afterSgr(state: SgrState, parameters: string): SgrState {
  const parts = parameters.split(';');
  let now = state;
  for (let index = 0; index < parts.length; index++) {
    const part = parts[index] ?? '';
    if (part.includes(':')) {
      now = { ...now, ...subParameters(part.split(':')) };
      continue;
    }
    const code = Number(part);
    const target = COLOUR_TARGETS.get(code);
    if (target === undefined) {
      now = { ...now, ...(CHANGES.get(code) ?? basicColour(code)) };
      continue;
    }
    const kind = parts[index + 1];
    const length = kind === '5' ? 1 : kind === '2' ? 3 : 0;
    now = { ...now, ...colour(target, kind, parts.slice(index + 2, index + 2 + length)) };
    index += length + 1;
  }
  return now;
}

/** The state as parameters of one SGR sequence; empty for plain text. */
export function sgrOf(state: SgrState): string {
  const parts: string[] = [];
  if (state.bold) parts.push('1');
  if (state.dim) parts.push('2');
  if (state.italic) parts.push('3');
  if (state.underline) parts.push('4');
  if (state.inverse) parts.push('7');
  if (state.strike) parts.push('9');
  if (state.foreground !== '') parts.push(state.foreground);
  if (state.background !== '') parts.push(state.background);
  return parts.join(';');
}

/** A parameter that holds its own parts: `4:3` is a curly line, `38:2::r:g:b` a colour with an empty colour space. */
function subParameters(parts: readonly string[]): Partial<SgrState> {
  const code = Number(parts[0]);
  if (code === 4) return { underline: parts[1] !== '0' };
  const target = COLOUR_TARGETS.get(code);
  if (target === undefined) return {};
  const numbers = parts.slice(2);
  return colour(target, parts[1], parts[1] === '2' && numbers.length > 3 ? numbers.slice(1, 4) : numbers);
}

function colour(
  target: 'foreground' | 'background' | 'none',
  kind: string | undefined,
  numbers: readonly string[],
): Partial<SgrState> {
  const expected = kind === '5' ? 1 : kind === '2' ? 3 : 0;
  if (target === 'none' || expected === 0 || numbers.length !== expected) return {};
  const values = numbers.map(Number);
  if (!values.every((value) => Number.isInteger(value) && value >= 0 && value <= 255)) return {};
  return { [target]: `${target === 'foreground' ? 38 : 48};${kind};${values.join(';')}` };
}

function basicColour(code: number): Partial<SgrState> {
  if ((code >= 30 && code <= 37) || (code >= 90 && code <= 97)) return { foreground: String(code) };
  if ((code >= 40 && code <= 47) || (code >= 100 && code <= 107)) return { background: String(code) };
  return {};
}
