import { readFileSync } from 'node:fs';
import { z } from 'zod';

/** What is in a file with an OAuth token: Claude Code's own, or one that holds only a token of `claude setup-token`. */
export interface OauthToken {
  readonly token: string;
  /** Milliseconds since 1970; null where it is not told. */
  readonly expiresAt: number | null;
  /** All that nobody may see. */
  readonly secrets: readonly string[];
}

const schema = z.object({
  claudeAiOauth: z.object({
    accessToken: z.string().min(1),
    refreshToken: z.string().nullish(),
    expiresAt: z.number().nullish(),
  }),
});

/** The token as it is now; null where the file holds none. Throws what the system says of the file. */
export function readOauthFile(path: string): OauthToken | null {
  const text = readFileSync(path, 'utf8').trim();
  if (!text.startsWith('{'))
    return /^[\w.~+/=-]{20,}$/.test(text) ? { token: text, expiresAt: null, secrets: [text] } : null;
  const read = schema.safeParse(parsed(text));
  if (!read.success) return null;
  const { accessToken: token, refreshToken, expiresAt } = read.data.claudeAiOauth;
  return { token, expiresAt: expiresAt ?? null, secrets: refreshToken ? [token, refreshToken] : [token] };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The message of the error would quote the text.
    return null;
  }
}
