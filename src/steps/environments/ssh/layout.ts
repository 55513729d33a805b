import { createHash } from 'node:crypto';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';

/** Where things lie on a machine; absolute, there. */
export interface Layout {
  /** A bare clone. */
  readonly clone: string;
  /** Stands for the run's own folder here. */
  readonly run: string;
  readonly bin: string;
  /** The one program that is sent there. */
  readonly program: string;
}

export interface AttemptLayout {
  /** Its worktree. */
  readonly tree: string;
  readonly signals: string;
}

/** `directory` is that of the machine. */
export function layoutOf(
  directory: string,
  run: { readonly repository: string; readonly commonDir: string; readonly graph: string; readonly run: number },
  programDigest: string,
): Layout {
  const base = join(directory, cloneName(run));
  const folder = join(base, 'runs', run.graph, String(run.run));
  return {
    clone: join(base, 'repo.git'),
    run: folder,
    bin: join(folder, 'bin'),
    program: join(directory, 'programs', `agent-remote-${programDigest}.mjs`),
  };
}

/** The folder of a repository's clone on any machine. */
export function cloneName({ repository, commonDir }: { repository: string; commonDir: string }): string {
  const id = createHash('sha256').update(`${hostname()}\0${commonDir}`).digest('hex').slice(0, 10);
  return `${basename(repository).replace(/[^A-Za-z0-9_-]/g, '_')}-${id}`;
}

export function attemptLayout({ run }: Layout, task: string, attempt: number): AttemptLayout {
  return {
    tree: join(run, 'trees', task, `attempt-${attempt}`),
    signals: join(run, 'signals', task, `attempt-${attempt}`),
  };
}

/** Says of a text which paths are meant there; those of this machine that have no counterpart stay as they are. */
export function pathMap(pairs: readonly (readonly [here: string, there: string])[]): (text: string) => string {
  const there = new Map(pairs);
  const longestFirst = [...there.keys()].sort((a, b) => b.length - a.length);
  const escaped = longestFirst.map((path) => path.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  // Not the beginning of a longer name.
  const paths = new RegExp(`(?:${escaped.join('|')})(?![\\w-]|\\.\\w)`, 'g');
  return (text) => text.replace(paths, (path) => there.get(path) ?? path);
}

/** The files below `folder` that a text names. */
export function filesNamedIn(text: string, folder: string): string[] {
  const escaped = folder.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const found = text.match(new RegExp(`${escaped}/[\\w./-]*\\w`, 'g')) ?? [];
  return [...new Set(found)].filter((path) => !path.split('/').includes('..') && dirname(path) !== path);
}
