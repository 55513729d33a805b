/** `2026-11-21 10:40`, where the reader is; a text that is no time as it is. */
export function momentOf(at: string): string {
  const time = new Date(at);
  if (Number.isNaN(time.getTime())) return at;
  const day = [time.getFullYear(), two(time.getMonth() + 1), two(time.getDate())].join('-');
  return `${day} ${two(time.getHours())}:${two(time.getMinutes())}`;
}

/** `10:40:54`, where the reader is. */
export function timeOfDay(at: string): string {
  const time = new Date(at);
  return [time.getHours(), time.getMinutes(), time.getSeconds()].map(two).join(':');
}

/** `10:40`, where the reader is; a text that is no time as it is. */
export function hourOf(at: string): string {
  const time = new Date(at);
  return Number.isNaN(time.getTime()) ? at : `${two(time.getHours())}:${two(time.getMinutes())}`;
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}
