import stringWidth from 'string-width';

const PRINTABLE_ASCII = /^[ -~]*$/;
const REMEMBERED = 4096;
const LONGEST_REMEMBERED = 256;

const widths = new Map<string, number>();

/** How many cells a safe text takes, as Ink counts them. */
export function cells(text: string): number {
  if (PRINTABLE_ASCII.test(text)) return text.length;
  if (text.length > LONGEST_REMEMBERED) return stringWidth(text);
  const known = widths.get(text);
  if (known !== undefined) {
    widths.delete(text);
    widths.set(text, known);
    return known;
  }
  const width = stringWidth(text);
  widths.set(text, width);
  if (widths.size > REMEMBERED) forgetOldest();
  return width;
}

function forgetOldest(): void {
  const oldest = widths.keys().next();
  if (!oldest.done) widths.delete(oldest.value);
}
