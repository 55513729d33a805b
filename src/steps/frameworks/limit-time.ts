/**
 * When a limit that a program tells of ends: ISO 8601 in UTC, null where its words do not say. `now` in milliseconds since
 * 1970; a time of day is the next one.
 */
export function limitEnd(text: string, now: number): string | null {
  const inMinutes = /\bin (\d+) ?m/i.exec(text)?.[1];
  return inMinutes === undefined ? null : new Date(now + Number(inMinutes) * 60_000).toISOString();
}
