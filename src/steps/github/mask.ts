/** Where gh and git look for a token in the environment. */
const TOKEN_VARIABLES = ['GH_TOKEN', 'GITHUB_TOKEN', 'GH_ENTERPRISE_TOKEN', 'GITHUB_ENTERPRISE_TOKEN'];

/** Shorter values are no tokens, and taking them out would make a text unreadable. */
const SHORTEST = 4;

/** What a token, or a place that holds one, looks like. The newest kinds have full stops and hyphens in them. */
const PATTERNS: readonly (readonly [RegExp, string])[] = [
  [/(?:gh[oprsu]_|github_pat_)[\w-]+(?:\.[\w-]+)*/g, '***'],
  [/(authorization["']?\s*[:=]\s*["']?)(?:(?:token|bearer|basic)\s+)?[^\s"',;]+/gi, '$1***'],
  [/(https?:\/\/)[^\s/]+@/gi, '$1***@'],
  [/([a-z][a-z0-9+.-]*:\/\/)[^\s/:]*:[^\s/]+@/gi, '$1***@'],
  [/(x-access-token:)[^\s@]+/gi, '$1***'],
];

/** The text with what may be a token in it replaced by `***`. */
export function mask(text: string, env: NodeJS.ProcessEnv = process.env): string {
  const values = TOKEN_VARIABLES.map((name) => env[name]?.trim() ?? '').filter((value) => value.length >= SHORTEST);
  // Of two values of which one begins with the other, the rest of the longer one would stay.
  const ours = values.toSorted((one, other) => other.length - one.length);
  const withoutOurs = ours.reduce((masked, value) => masked.replaceAll(value, '***'), text);
  return PATTERNS.reduce((masked, [pattern, by]) => masked.replace(pattern, by), withoutOurs);
}
