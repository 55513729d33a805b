import { GIT, requireTool, TMUX } from '../tools/versions.ts';
import { type Finding, findingFrom, ok } from './finding.ts';

/** `[major, minor]`; `bin/launch.js` has it too, in syntax that old ones read. */
const NODE = [22, 22] as const;

/** The programs that every run needs; `needsTmux` is null where no graph tells. */
export async function checkTools({ needsTmux }: { readonly needsTmux: boolean | null }): Promise<Finding[]> {
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
  ];
}

function nodeFinding(version = process.versions.node): Finding {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major > NODE[0] || (major === NODE[0] && minor >= NODE[1])) return ok('Node', version);
  const detail = `Node ${version} is too old; agentrelay needs Node ${NODE.join('.')} or newer`;
  return { level: 'fail', what: 'Node', detail, fix: 'nvm install 24, or https://nodejs.org/en/download' };
}
