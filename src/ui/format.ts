/** A duration in at most 6 cells: `0:07`, `59:59`, `1h02m`, `12h05m`, `3d04h`. */
export function duration(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  const days = Math.floor(hours / 24);
  if (hours < 1) return `${minutes}:${two(seconds % 60)}`;
  if (days < 1) return `${hours}h${two(minutes % 60)}m`;
  return days < 100 ? `${days}d${two(hours % 24)}h` : `${Math.min(days, 99_999)}d`;
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}

export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

export function shortCommit(commit: string): string {
  return commit.slice(0, 8);
}
