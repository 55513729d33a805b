import type { Graph } from '../../core/graph/graph.ts';
import { usersOfBwrap } from '../isolation/bwrap/problems.ts';
import { requireBwrap } from '../isolation/bwrap/ready.ts';
import { GIT, requireTool, TMUX } from '../tools/versions.ts';
import { type Finding, findingFrom, ok } from './finding.ts';

/** `[major, minor]`; `bin/launch.js` has it too, in syntax that old ones read. */
const NODE = [22, 22] as const;

/** The programs that every run needs, or this graph does; null where no graph tells. */
export async function checkTools({
  needsTmux,
  graph,
}: {
  readonly needsTmux: boolean | null;
  readonly graph: Graph | null;
}): Promise<Finding[]> {
  const tmux = async (): Promise<Finding> => {
    const found = await findingFrom(
      'tmux',
      () => requireTool(TMUX),
      (version) => version,
    );
    return found.level === 'fail' && needsTmux !== true ? { ...found, level: 'warn' } : found;
  };
  return [
    nodeFinding(),
    ...(await Promise.all([
      findingFrom(
        'git',
        () => requireTool(GIT),
        (version) => version,
      ),
      tmux(),
    ])),
    ...(await bwrapFinding(graph)),
  ];
}

/** Nothing of one that is missing and that nobody asks for. */
async function bwrapFinding(graph: Graph | null): Promise<Finding[]> {
  const users = graph === null ? null : usersOfBwrap(graph);
  const found = await findingFrom(
    'bubblewrap',
    () => requireBwrap(),
    (version) => (users === null ? `${version}: isolation: {sandbox: bwrap} keeps agents apart` : version),
  );
  return found.level === 'ok' || users !== null ? [found] : [];
}

function nodeFinding(version = process.versions.node): Finding {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major > NODE[0] || (major === NODE[0] && minor >= NODE[1])) return ok('Node', version);
  const detail = `Node ${version} is too old; agentrelay needs Node ${NODE.join('.')} or newer`;
  return { level: 'fail', what: 'Node', detail, fix: 'nvm install 24, or https://nodejs.org/en/download' };
}
