/** A line of the table that the benchmark prints. */
export interface Figure {
  readonly name: string;
  readonly ours: string;
  /** What it is compared with; empty for an absolute target. */
  readonly baseline?: string;
  readonly ratio?: string;
  readonly target?: string;
  /** Left out where there is no target. */
  readonly ok?: boolean;
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** The smallest value that this share of all does not exceed; between two middle ones their mean for the median. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const at = share * (sorted.length - 1);
  const below = sorted[Math.floor(at)] ?? Number.NaN;
  const above = sorted[Math.ceil(at)] ?? Number.NaN;
  return below + (above - below) * (at - Math.floor(at));
}

export function milliseconds(value: number): string {
  return value >= 1000 ? `${(value / 1000).toFixed(2)} s` : `${value.toFixed(value < 10 ? 1 : 0)} ms`;
}

export function megabytes(kilobytes: number): string {
  return `${(kilobytes / 1024).toFixed(0)} MB`;
}

/** Ours against the baseline, from runs that were made in turn: the ratio is the median of the ratios of the pairs. */
export function pairedFigure(
  name: string,
  pairs: readonly (readonly [ours: number, baseline: number])[],
  limit: { readonly ratio: number } | { readonly extra: number } | null,
): Figure {
  const ratios = pairs.map(([ours, baseline]) => ours / baseline);
  const extra = median(pairs.map(([ours, baseline]) => ours - baseline));
  const shared = {
    name,
    ours: milliseconds(median(pairs.map(([ours]) => ours))),
    baseline: milliseconds(median(pairs.map(([, baseline]) => baseline))),
    ratio: `${median(ratios).toFixed(2)} (${Math.min(...ratios).toFixed(2)}–${Math.max(...ratios).toFixed(2)})`,
  };
  if (limit === null) return shared;
  if ('ratio' in limit) return { ...shared, target: `≤ ${limit.ratio} ×`, ok: median(ratios) <= limit.ratio };
  return { ...shared, target: `≤ +${milliseconds(limit.extra)}`, ok: extra <= limit.extra };
}

/** `unit` writes the value and the limit. */
export function limitedFigure(name: string, value: number, limit: number, unit: (value: number) => string): Figure {
  return { name, ours: unit(value), target: `≤ ${unit(limit)}`, ok: value <= limit };
}

const COLUMNS = ['figure', 'ours', 'baseline', 'ratio', 'target', 'ok'] as const;

/** The lines of one aligned table. */
export function tableOf(figures: readonly Figure[]): string[] {
  const rows = figures.map(({ name, ours, baseline = '', ratio = '', target = '', ok }) => {
    return [name, ours, baseline, ratio, target, ok === undefined ? '' : ok ? 'yes' : 'NO'];
  });
  const widths = COLUMNS.map((column, at) => Math.max(column.length, ...rows.map((row) => row[at]?.length ?? 0)));
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, at) => cell.padEnd(widths[at] ?? 0))
      .join(' | ')
      .trimEnd();
  return [line(COLUMNS), widths.map((width) => '-'.repeat(width)).join('-|-'), ...rows.map(line)];
}
