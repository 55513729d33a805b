/** Environment variables that give git settings over all its files, after those that `base` has given it already. */
export function gitConfigVariables(
  settings: Readonly<Record<string, string>>,
  base: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  const first = Number(base.GIT_CONFIG_COUNT || 0);
  const entries = Object.entries(settings);
  const variables = entries.flatMap(([key, value], at) => [
    [`GIT_CONFIG_KEY_${first + at}`, key],
    [`GIT_CONFIG_VALUE_${first + at}`, value],
  ]);
  return { ...Object.fromEntries(variables), GIT_CONFIG_COUNT: String(first + entries.length) };
}
