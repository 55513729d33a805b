import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import type { GitRepository } from './git-repository.ts';

/** Two ends of a pipe: who reads waits for who writes. */
class Signal {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
    execFileSync('/bin/sh', ['-c', 'mkfifo "$0"', path]);
  }

  async given(): Promise<void> {
    await readFile(this.path);
  }

  give(): void {
    writeFileSync(this.path, '');
  }
}

/** A file whose writing ends git, or makes it wait. */
export class Snare {
  readonly #armed: string;

  /** `act` is shell that runs in git's process group, once, when git is about to write the file `name`. */
  constructor(repository: GitRepository, name: string, act: string) {
    const script = join(repository.folder, 'snare');
    this.#armed = join(repository.folder, 'armed');
    writeFileSync(script, `#!/bin/sh\nif rm '${this.#armed}' 2>/dev/null; then\n${act}\nfi\ncat\n`);
    chmodSync(script, 0o755);
    repository.write('.git/info/attributes', `/${name} filter=snare\n`);
    repository.run('config', 'filter.snare.smudge', `'${script}'`);
  }

  /** Runs `work`, in which the next git that writes the file falls in. */
  async around<T>(work: () => Promise<T>): Promise<T> {
    writeFileSync(this.#armed, '');
    const result = await work();
    expect(existsSync(this.#armed)).toBe(false);
    return result;
  }
}

/** Git is killed, with all that it has started, when it is about to write the file `name`. */
export async function killWhenWriting(
  repository: GitRepository,
  name: string,
  work: () => Promise<unknown>,
): Promise<void> {
  const snare = new Snare(repository, name, 'kill -KILL 0');
  await snare.around(async () => await expect(work()).rejects.toThrow('did not run'));
}

/** A program that tells when it has begun, and then waits to be let go. */
export class Halt {
  readonly #begun: Signal;
  readonly #leave: Signal;
  readonly shell: string;

  constructor(repository: GitRepository) {
    this.#begun = new Signal(join(repository.folder, 'begun'));
    this.#leave = new Signal(join(repository.folder, 'leave'));
    this.shell = `echo >'${this.#begun.path}'; cat '${this.#leave.path}' >&2`;
  }

  async begun(): Promise<void> {
    await this.#begun.given();
  }

  letGo(): void {
    this.#leave.give();
  }
}

/** More often than we try again: what comes of it is what an owner leaves that ends with its git. */
export const FOR_GOOD = 3;

/**
 * Puts a `git` first on PATH that is killed the next time its arguments hold `word`, `times` times, before it has done
 * anything, or, `after`, when it is at its end, or after some shell of its own. What is returned tells how often that
 * is still to come.
 */
export function killGitAt(
  repository: GitRepository,
  word: string,
  { times = 1, after = false }: { times?: number; after?: boolean | string } = {},
): () => number {
  const git = execFileSync('sh', ['-c', 'command -v git'], { encoding: 'utf8' }).trim();
  const folder = join(repository.folder, 'bin');
  const armed = Array.from({ length: times }, (_, at) => join(folder, `armed-${at}`));
  mkdirSync(folder, { recursive: true });
  for (const path of armed) writeFileSync(path, '');
  const take = armed.map((path) => `rm '${path}' 2>/dev/null`).join(' || ');
  const whole = after ? `'${git}' "$@"; ` : '';
  const work = typeof after === 'string' ? `${after}; ` : whole;
  const kill = `if [ "$word" = '${word}' ] && { ${take}; }; then ${work}kill -KILL $$; fi`;
  writeFileSync(join(folder, 'git'), `#!/bin/sh\nfor word; do ${kill}; done\nexec '${git}' "$@"\n`);
  chmodSync(join(folder, 'git'), 0o755);
  const before = process.env.PATH;
  process.env.PATH = `${folder}${delimiter}${before}`;
  onTestFinished(() => {
    process.env.PATH = before;
  });
  return () => armed.filter((path) => existsSync(path)).length;
}

/** Everything below the repository's git directory that git or we use to keep others out, or to throw away. */
export function leftovers(repository: GitRepository): string[] {
  const names = readdirSync(repository.commonDir, { recursive: true, encoding: 'utf8' });
  return names.filter((name) => /\.lock$|agentrelay-(stale|removed)|\/locked$/.test(name));
}
