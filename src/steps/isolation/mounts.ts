import { isAbsolute, join, normalize, resolve } from 'node:path';
import { UserError } from '../../core/errors.ts';

/** One of `isolation.mounts`. Paths are absolute. */
export interface Mount {
  /** On this machine. */
  readonly source: string;
  /** In the sandbox. */
  readonly target: string;
  readonly readOnly: boolean;
}

const FORMS = 'PATH, PATH:ro, SOURCE:TARGET or SOURCE:TARGET:ro; each path absolute or below ~';

/** Reads them, each as the graph file has it; `home` is what `~` stands for. Throws `UserError`. */
export function parseMounts(texts: readonly string[], home: string): Mount[] {
  const mounts = texts.map((text) => parseMount(text, home));
  const seen = new Map<string, string>();
  for (const [at, { target }] of mounts.entries()) {
    const [text = '', before] = [texts[at], seen.get(target)];
    if (before !== undefined) throw new UserError(`the mounts ${before} and ${text} are both at ${target}`);
    seen.set(target, text);
  }
  return mounts;
}

function parseMount(text: string, home: string): Mount {
  const parts = text.split(':');
  const mode = parts.length > 1 && /^r[ow]$/.test(parts.at(-1) ?? '') ? parts.pop() : 'rw';
  const [source = '', target = source, ...more] = parts;
  if (more.length > 0) throw badMount(text, 'has more parts than a source, a target and ro');
  return {
    source: absolute(text, source, home),
    target: absolute(text, target, home),
    readOnly: mode === 'ro',
  };
}

function absolute(text: string, path: string, home: string): string {
  if (path === '') throw badMount(text, 'lacks a path');
  const full = path === '~' || path.startsWith('~/') ? join(home, path.slice(1)) : path;
  if (!isAbsolute(full)) throw badMount(text, `has the path ${path}, which is not absolute`);
  if (path.split('/').includes('..')) throw badMount(text, `has .. in the path ${path}`);
  const clean = resolve(normalize(full));
  if (clean === '/') throw badMount(text, 'is the whole machine');
  return clean;
}

function badMount(text: string, why: string): UserError {
  return new UserError(`the mount ${JSON.stringify(text)} ${why}`, { hint: `mounts are ${FORMS}` });
}
