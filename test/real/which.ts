import { PROGRAMS, versionOf } from './programs.ts';

/** Says once, before the tests, what they are run with. */
export default function sayWhich(): void {
  const found = PROGRAMS.map((program) => ({ ...program, version: versionOf(program) }));
  const there = found.flatMap(({ name, version }) => (version === null ? [] : `${name} ${version}`));
  const missing = found.flatMap(({ command, version }) => (version === null ? command : []));
  process.stdout.write(`with ${there.length === 0 ? 'no program' : there.join(', ')}\n`);
  if (missing.length > 0) process.stdout.write(`not on PATH, and not tried: ${missing.join(', ')}\n`);
}
