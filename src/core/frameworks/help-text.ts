/** What the help texts of a program say that it takes. */
export interface KnownArguments {
  /** With their dashes. */
  readonly flags: ReadonlySet<string>;
  /** A sub-command of this name. */
  hasCommand(name: string): boolean;
}

/** Reads help texts as programs print them, without colours: in columns or not, wrapped, with aliases and values. */
export function readHelp(program: string, texts: readonly string[]): KnownArguments {
  const lines = texts.flatMap((text) => text.split(/\r?\n/));
  const flags = new Set(lines.flatMap(definedFlags));
  for (const text of texts) for (const flag of flagsIn(usageOf(text))) flags.add(flag);
  const usages = texts.map(usageOf);
  return {
    flags,
    hasCommand: (name) =>
      lines.some((line) => definesCommand(line, program, name)) || usages.some((usage) => hasWord(usage, name)),
  };
}

/** Frames, bullets and quotes that stand before a flag. */
const LEAD = /^[\s│┃|*•`'"]*/u;
/** What ends the part of a line that defines: the gap of a column. */
const GAP = /\s{2,}|\t/;

/** Of a line that begins with a flag; a flag that is only spoken of is none that it takes. */
function definedFlags(line: string): string[] {
  const text = line.replace(LEAD, '');
  return text.startsWith('-') ? flagsIn(text.split(GAP)[0] ?? '') : [];
}

/** `--[no-]name` and `--name[-more]` are two each. */
const FLAG = /(?<![\w-])(--?)(\[no-\]|\[no\])?([a-z0-9?][\w-]*)(?:\[(-[\w-]+)\])?/giu;

function flagsIn(text: string): string[] {
  return [...text.matchAll(FLAG)].flatMap(([, dashes = '', no, name = '', more]) => [
    `${dashes}${name}`,
    ...(no === undefined ? [] : [`${dashes}${no.slice(1, -1)}${name}`]),
    ...(more === undefined ? [] : [`${dashes}${name}${more}`]),
  ]);
}

/** The lines from `Usage:` up to a blank one. */
function usageOf(text: string): string {
  return [...text.matchAll(/^\s*usage:[\s\S]*?(?=\n\s*\n|$(?![\s\S]))/gimu)].map(([block]) => block).join('\n');
}

function hasWord(text: string, word: string): boolean {
  return text.split(/[\s|,{}]+/).includes(word);
}

/** Further in stands what is told of a command. */
const DEEPEST = 8;
/** One or more names, and what they take. */
const DEFINITION = /^([\w-]+(?:\s*[,|]\s*[\w-]+)*)(?:\s[[<(A-Z].*)?$/;
const ALIASES = /\[alias(?:es)?: ([^\]]*)\]/i;

/** A name in the first column, behind the program's own or not, or among the aliases of the line. */
function definesCommand(line: string, program: string, name: string): boolean {
  const [indent = ''] = LEAD.exec(line) ?? [];
  const head = line.slice(indent.length).split(GAP)[0] ?? '';
  const own = head.startsWith(`${program} `) ? head.slice(program.length + 1) : head;
  const [, names = ''] = indent.length > DEEPEST ? [] : (DEFINITION.exec(own) ?? []);
  const [, aliases = ''] = ALIASES.exec(line) ?? [];
  return hasWord(names, name) || hasWord(aliases, name);
}
