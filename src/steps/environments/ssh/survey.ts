import { UserError } from '../../../core/errors.ts';
import { GIT, TMUX } from '../../tools/versions.ts';
import type { SshConnection } from './connection.ts';
import { nameOf } from './machine.ts';
import { shellCommand } from './ssh-argv.ts';

/** What is on a machine. Paths are absolute, there. */
export interface Survey {
  readonly home: string;
  /** Where our clones lie. */
  readonly directory: string;
  /** That of a login shell. */
  readonly searchPath: string;
  readonly node: string;
  /** Milliseconds by which its clock is ahead of ours; as little as nothing where they agree. */
  readonly clockAhead: number;
  /** For people. */
  readonly versions: string;
}

/** `[major, minor]`. */
const NODE = [18, 0] as const;
const SAME_TIME = 5_000;
/** Milliseconds; the files that a login shell reads may do anything. */
const LIMIT = 30_000;

/** Asks once, makes the folder of our clones, and throws `UserError` where something is missing there. */
export async function survey(connection: SshConnection): Promise<Survey> {
  const { machine } = connection;
  const { stdout } = await connection.run(script(machine.directory, machine.node), { timeout: LIMIT });
  const said = new Map(stdout.split('\n').map((line) => [line.slice(0, line.indexOf(' ')), afterBlank(line)]));
  const of = (name: string) => said.get(name) ?? '';
  const where = nameOf(machine);
  const versions = [
    requireVersion(where, 'git', { said: of('git'), atLeast: GIT.atLeast, hint: GIT.install }),
    requireVersion(where, 'tmux', { said: of('tmux'), atLeast: TMUX.atLeast, hint: TMUX.install }),
    requireVersion(where, 'node', {
      said: of('node'),
      atLeast: NODE,
      hint: 'https://nodejs.org, or name it: environment: {node: PATH}',
    }),
  ];
  if (of('directory') === '') {
    throw new UserError(`on ${where} the folder ${machine.directory} cannot be made`, {
      hint: 'name another: environment: {directory: PATH}',
    });
  }
  return {
    home: of('home'),
    directory: of('directory'),
    searchPath: of('path'),
    node: of('program'),
    clockAhead: aheadOf(Number(of('now'))),
    versions: versions.join(', '),
  };
}

/** `PATH` is what a person has there who logs in, which a single command does not get. */
function script(directory: string, node: string): string {
  return `
path=$("\${SHELL:-/bin/sh}" -lc 'printenv PATH' </dev/null 2>/dev/null | tail -n 1)
[ -z "$path" ] || PATH=$path
export PATH
echo "path $PATH"
echo "home $HOME"
echo "git $(git --version 2>/dev/null)"
echo "tmux $(tmux -V 2>/dev/null)"
node=$(command -v ${shellCommand([node])})
echo "program $node"
echo "node $("$node" --version 2>/dev/null)"
echo "now $(date +%s)"
echo "directory $(cd && mkdir -p ${shellCommand([directory])} && cd ${shellCommand([directory])} && pwd -P)"
`;
}

function requireVersion(
  where: string,
  program: string,
  { said, atLeast, hint }: { said: string; atLeast: readonly [number, number]; hint: string },
): string {
  const found = /(\d+)\.(\d+)[\w.]*/.exec(said);
  const wanted = atLeast.join('.');
  if (found === null) throw new UserError(`${program} is not installed on ${where}`, { hint });
  const [major, minor] = [Number(found[1]), Number(found[2])];
  if (major > atLeast[0] || (major === atLeast[0] && minor >= atLeast[1])) return `${program} ${found[0]}`;
  throw new UserError(`${program} ${found[0]} on ${where} is too old; ${wanted} or newer is needed`, { hint });
}

/** `now` is in seconds, and was asked for a while ago. */
function aheadOf(now: number): number {
  const ahead = now * 1_000 - Date.now();
  return Math.abs(ahead) < SAME_TIME || Number.isNaN(ahead) ? 0 : ahead;
}

function afterBlank(line: string): string {
  return line.slice(line.indexOf(' ') + 1).trim();
}
