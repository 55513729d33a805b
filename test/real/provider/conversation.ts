/** What a program sends of its session, the same for every API. */
export interface Conversation {
  /** From the first on; what the program says to its model by itself is a person's, too. */
  readonly turns: readonly Turn[];
  /** Names of the tools that the model may use. */
  readonly tools: readonly string[];
}

export interface Turn {
  /** `tool`: what a tool has answered. */
  readonly from: 'person' | 'model' | 'tool';
  readonly text: string;
}

/** What the model does next. */
export type Move =
  | { readonly kind: 'say'; readonly text: string }
  | { readonly kind: 'read'; readonly path: string }
  /** `outside`: it asks to leave the program's sandbox, where there is one. `thinks`: milliseconds before it. */
  | { readonly kind: 'shell'; readonly command: string; readonly outside: boolean; readonly thinks?: number }
  | { readonly kind: 'ask'; readonly question: string; readonly choices: readonly string[] }
  /** `until`: seconds since 1970. */
  | { readonly kind: 'limit'; readonly until: number }
  | { readonly kind: 'login' };

/** A tool call as the APIs name it. */
export interface ToolCall {
  readonly name: string;
  readonly input: Readonly<Record<string, unknown>>;
}

/** The first of these that the program offers. */
export function offered(tools: readonly string[], names: readonly string[]): string | null {
  return names.find((name) => tools.includes(name)) ?? null;
}
