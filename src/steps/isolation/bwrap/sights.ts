import { existsSync, realpathSync } from 'node:fs';
import { homedir, tmpdir, userInfo } from 'node:os';
import { dirname, isAbsolute, join } from 'node:path';
import { findProgram } from '../../tools/find-program.ts';
import { isInside } from '../../tools/git-processes.ts';
import { gitDirOf } from '../../worktree-status.ts';
import type { GitPlace } from '../git-mounts.ts';
import { gitView } from '../git-view.ts';
import { type Mount, parseMounts } from '../mounts.ts';
import type { SandboxUse } from '../sandbox.ts';
import { alternates } from './alternates.ts';
import { programSights } from './programs.ts';
import { arrange, type Sight } from './view.ts';
import { wayTo } from './way.ts';

/** What a command sees of the machine, beside the whole of it that it may read: in the order of mounting. */
export function sightsOf(argv: readonly string[], use: SandboxUse): Sight[] {
  const closed = hiddenFolders(use);
  return arrange([
    ...closed.map((path) => ({ kind: 'hide', path, frozen: path === real(use.repository) }) as const),
    ...programsOf(argv, use, closed),
    ...linkedFiles(use),
    ...mountSights(use),
    ...gitSights(use),
    bind(use.cwd, 'rw'),
    bind(use.signalDir, 'rw'),
    bind(join(use.runDirectory, 'bin'), 'ro'),
    ...use.hiddenFiles.filter(existsSync).map((path) => ({ kind: 'veil', path: real(path) }) as const),
  ]);
}

/** Where git keeps what belongs to the worktree of a command. */
export function gitPlaceOf({ graph, cwd, commonDir }: SandboxUse): GitPlace {
  return { graph, worktree: real(cwd), gitDir: real(gitDirOf(cwd)), commonDir: real(commonDir) };
}

/** What `~` is; null where that is no folder that can be hidden. */
export function homeFolder(): string | null {
  const home = homedir();
  return isAbsolute(home) && existsSync(home) && real(home) !== '/' ? real(home) : null;
}

/** Homes, sockets, what others have put aside, and the checkout with all that other tasks have in it. */
function hiddenFolders(use: SandboxUse): string[] {
  const homes = [homeFolder(), userInfo().homedir];
  const tmux = [process.env.TMUX_TMPDIR, use.env.TMUX_TMPDIR].map((folder) => {
    return folder === undefined ? null : join(folder, `tmux-${userInfo().uid}`);
  });
  const socket = process.env.TMUX?.split(',')[0] ?? '';
  const others = ['/tmp', '/var/tmp', '/run', tmpdir(), ...tmux, socket === '' ? null : dirname(socket)];
  const all = [...homes, ...others, use.repository].filter((path) => path !== null).filter(existsSync);
  return [...new Set(all.map(real))].filter((path) => path !== '/');
}

/** Nothing of a home is seen by itself: of what is started there, all that it needs to run. */
function programsOf(argv: readonly string[], use: SandboxUse, closed: readonly string[]): Sight[] {
  const searchPath = use.env.PATH ?? process.env.PATH ?? '';
  const node = findProgram('node', use.cwd, searchPath);
  const [program = '', ...words] = argv;
  const started = findProgram(program, use.cwd, searchPath);
  // A script that the graph names, whatever runs it.
  const named = words.filter((word) => isAbsolute(word) && existsSync(word) && !isAround(word, closed));
  // What an agent can change says nothing of what the next one sees.
  const writable = [use.cwd, use.signalDir, ...mountsOf(use).flatMap((one) => (one.readOnly ? [] : [one.source]))];
  const isOwn = (path: string) => !writable.some((folder) => isInside(path, folder));
  const all = [...use.programs, node, started, ...named].filter((path) => path !== null).filter(isOwn);
  return [
    ...all.flatMap((path) => programSights(path, { searchPath, closed })),
    // A link into a place that is hidden on many machines.
    ...(use.isolation.network ? wayShown('/etc/resolv.conf') : []),
  ];
}

function isAround(path: string, folders: readonly string[]): boolean {
  return folders.some((folder) => isInside(folder, real(path)));
}

/** Links in the worktree lead to the main checkout. */
function linkedFiles({ runtime, repository }: SandboxUse): Sight[] {
  return runtime.task.link.flatMap((path) => wayShown(join(repository, path)));
}

function mountsOf({ isolation }: SandboxUse): Mount[] {
  return parseMounts(isolation.mounts, homedir());
}

function mountSights(use: SandboxUse): Sight[] {
  return mountsOf(use).map(({ source, target, readOnly }) => {
    const place = existsSync(target) ? real(target) : target;
    return { kind: 'bind', source: real(source), path: place, access: readOnly ? 'ro' : 'rw' };
  });
}

function gitSights(use: SandboxUse): Sight[] {
  const place = gitPlaceOf(use);
  const { folder, mounts, links, folders } = gitView(place);
  return [
    { kind: 'hide', path: folder },
    ...mounts.map((mount) => ({ kind: 'bind', ...mount }) as const),
    ...links.map((link) => ({ kind: 'link', ...link }) as const),
    ...folders.map((path) => ({ kind: 'folder', path }) as const),
    ...alternates(join(place.commonDir, 'objects')).flatMap(wayShown),
  ];
}

function wayShown(path: string): Sight[] {
  const way = wayTo(path);
  if (way === null) return [];
  return [...way.links.map((link) => ({ kind: 'link', ...link }) as const), { kind: 'show', path: way.real }];
}

function bind(path: string, access: 'ro' | 'rw'): Sight {
  return { kind: 'bind', source: real(path), path: real(path), access };
}

function real(path: string): string {
  return realpathSync(path);
}
