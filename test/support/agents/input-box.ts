/** The text that one types, with long pastes folded as the program folds them. */
export class InputBox {
  readonly #parts: { text: string; shown: string }[] = [];
  readonly #fold: (text: string, number: number) => string | null;
  #pastes = 0;

  constructor(fold: (text: string, number: number) => string | null) {
    this.#fold = fold;
  }

  /** What is sent. */
  get text(): string {
    return this.#parts.map((part) => part.text).join('');
  }

  /** What stands in the box. */
  get shown(): string {
    return this.#parts.map((part) => part.shown).join('');
  }

  get isEmpty(): boolean {
    return this.#parts.length === 0;
  }

  get isFolded(): boolean {
    return this.#parts.some((part) => part.text !== part.shown);
  }

  type(text: string): void {
    this.#parts.push({ text, shown: text });
  }

  paste(text: string): void {
    const folded = this.#fold(text, this.#pastes + 1);
    if (folded === null) return this.type(text);
    this.#pastes += 1;
    this.#parts.push({ text, shown: folded });
  }

  /** A folded paste goes as a whole. */
  backspace(): void {
    const last = this.#parts.pop();
    if (last === undefined || last.text !== last.shown) return;
    const text = [...last.text].slice(0, -1).join('');
    if (text !== '') this.type(text);
  }

  clear(): void {
    this.#parts.length = 0;
  }

  /** To the line's beginning. */
  clearLine(): void {
    const kept = this.text.slice(0, this.text.lastIndexOf('\n') + 1);
    const folded = this.isFolded;
    this.clear();
    if (kept !== '' && !folded) this.type(kept);
  }
}
