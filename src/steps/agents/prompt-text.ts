/** Programs break, wrap and frame what they show: what is left is the same for all of them. */
function words(text: string): string {
  return text.replace(/[\s│┃|╭╮╰╯┌┐└┘─━]+/gu, '');
}

/** So much of a prompt tells it from others. */
const BEGINNING = 40;

/**
 * A prompt that an agent has told to have taken is ours: all of it is there, with whatever the program has put around it,
 * or its beginning up to where the record was cut.
 */
export function isSamePrompt(taken: string, ours: string): boolean {
  const [told, wanted] = [words(taken), words(ours)];
  if (wanted === '') return false;
  const beginning = wanted.slice(0, BEGINNING);
  for (let at = told.indexOf(beginning); at !== -1; at = told.indexOf(beginning, at + 1)) {
    if (wanted.startsWith(told.slice(at, at + wanted.length))) return true;
  }
  return false;
}

/** Its words stand somewhere in these lines. */
export function isShownIn(lines: readonly string[], text: string): boolean {
  return words(lines.join('')).includes(words(text));
}

/** What stands in the input line is this text, or the part of it that the line has room for. */
export function isInputOf(input: string, text: string): boolean {
  const [shown, wanted] = [words(input), words(text)];
  if (shown === '' || wanted === '') return false;
  if (wanted.startsWith(shown) || shown.startsWith(wanted.slice(0, BEGINNING))) return true;
  // A box that is full shows the end of what is in it.
  return shown.length >= BEGINNING / 2 && wanted.includes(shown);
}
