/** What `git ls-remote` has printed: commits by the full names of their refs. */
export function listedRefs(output: string): Map<string, string> {
  const lines = output.split('\n').filter((line) => line !== '');
  return new Map(lines.map((line) => line.split('\t').toReversed() as [string, string]));
}
