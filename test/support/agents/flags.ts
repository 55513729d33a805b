interface Flag {
  /** The long name where it has one. */
  readonly name: string;
  readonly value: 'none' | 'one' | 'optional' | 'many';
}

/** What a command line says. */
export interface Arguments {
  /** By the long name; `''` for a flag without a value. */
  readonly flags: ReadonlyMap<string, readonly string[]>;
  readonly rest: readonly string[];
}

export type Parsed =
  | { readonly kind: 'parsed'; readonly args: Arguments }
  | { readonly kind: 'unknown' | 'incomplete'; readonly flag: string };

/** The flags that a help text shows, each at the beginning of a line. */
function flagsOf(help: string): ReadonlyMap<string, Flag> {
  const flags = new Map<string, Flag>();
  for (const line of help.split('\n')) {
    const shown =
      /^\s{1,8}(-{1,2}[\w-]+(?:, +-{1,2}[\w-]+)*)(?:[ =]([<[][^\s>\]]*[^>\]]*[>\]](?:\.\.\.)?))?(?=\s|$)/.exec(line);
    if (shown?.[1] === undefined) continue;
    const names = shown[1].split(/, +/);
    const name = names.find((each) => each.startsWith('--')) ?? names[0] ?? '';
    for (const each of names) flags.set(each, { name, value: valueKind(shown[2]) });
  }
  return flags;
}

function valueKind(shown: string | undefined): Flag['value'] {
  if (shown === undefined) return 'none';
  if (shown.includes('...')) return 'many';
  return shown.startsWith('[') ? 'optional' : 'one';
}

/** Reads a command line by the flags that the program's own help shows. */
export function parseArguments(help: string, argv: readonly string[]): Parsed {
  const known = flagsOf(help);
  const flags = new Map<string, string[]>();
  const rest: string[] = [];
  for (let at = 0; at < argv.length; at += 1) {
    const word = argv[at] ?? '';
    if (word === '--') {
      rest.push(...argv.slice(at + 1));
      break;
    }
    if (!word.startsWith('-') || word === '-') {
      rest.push(word);
      continue;
    }
    const flag = known.get(nameOf(word));
    if (flag === undefined) return { kind: 'unknown', flag: nameOf(word) };
    const values = valuesFrom(flag, argv, at);
    if (values === null) return { kind: 'incomplete', flag: flag.name };
    at += values.taken;
    flags.set(flag.name, [...(flags.get(flag.name) ?? []), ...values.values]);
  }
  return { kind: 'parsed', args: { flags, rest } };
}

function nameOf(word: string): string {
  return word.startsWith('--') ? word.replace(/=.*/s, '') : word;
}

/** The values of the flag at `at`, and how many words they are behind it; null where one is missing. */
function valuesFrom(
  flag: Flag,
  argv: readonly string[],
  at: number,
): { values: readonly string[]; taken: number } | null {
  const word = argv[at] ?? '';
  if (nameOf(word) !== word) return { values: [word.slice(nameOf(word).length + 1)], taken: 0 };
  if (flag.value === 'none') return { values: [''], taken: 0 };
  const next = argv[at + 1];
  if (flag.value === 'one') return next === undefined ? null : { values: [next], taken: 1 };
  if (next === undefined || next.startsWith('-')) return flag.value === 'optional' ? { values: [''], taken: 0 } : null;
  const end =
    flag.value === 'optional' ? at + 2 : argv.findIndex((each, number) => number > at && each.startsWith('-'));
  const values = argv.slice(at + 1, end === -1 ? argv.length : end);
  return { values, taken: values.length };
}
