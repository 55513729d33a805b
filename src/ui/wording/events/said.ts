export type EventTone = 'good' | 'bad' | 'warn' | 'plain' | 'quiet';

/** In a word or two what happened, and the particulars. */
export interface Said {
  readonly what: string;
  readonly detail: string;
  readonly tone: EventTone;
}

export function say(what: string, detail = '', tone: EventTone = 'plain'): Said {
  return { what, detail, tone };
}
