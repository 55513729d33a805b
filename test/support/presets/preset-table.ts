export const PRESETS = ['claude_code', 'codex', 'gemini', 'opencode', 'aider', 'cursor', 'copilot', 'command'] as const;

export type Preset = (typeof PRESETS)[number];

/** What happened, by preset and situation; printed when all of it was tried. */
export class PresetTable {
  readonly #rows = new Map<string, Map<Preset, string>>();

  /** Situations in the order in which they are to be printed. */
  constructor(situations: readonly string[]) {
    for (const situation of situations) this.#rows.set(situation, new Map());
  }

  set(situation: string, preset: Preset, happened: string): void {
    const row = this.#rows.get(situation);
    if (row === undefined) throw new Error(`the table has no row ${situation}`);
    if (row.has(preset)) throw new Error(`${situation} of ${preset} was tried twice`);
    row.set(preset, happened);
  }

  has(situation: string, preset: Preset): boolean {
    return this.#rows.get(situation)?.has(preset) ?? false;
  }

  /** Cells of which nobody has told anything. */
  blanks(): string[] {
    return [...this.#rows].flatMap(([situation, row]) =>
      PRESETS.filter((preset) => (row.get(preset) ?? '') === '').map((preset) => `${situation} of ${preset}`),
    );
  }

  /** A line for each thing that has happened in a situation, with the presets that it has happened to. */
  toString(): string {
    return [...this.#rows].map(([situation, row]) => [situation, ...linesOf(row)].join('\n')).join('\n');
  }
}

function linesOf(row: ReadonlyMap<Preset, string>): string[] {
  const groups = Map.groupBy(PRESETS, (preset) => row.get(preset) ?? '');
  return [...groups].map(([happened, presets]) => {
    const who = presets.length === PRESETS.length ? 'all' : presets.join(', ');
    return `  ${who}: ${happened}`;
  });
}
