import { existsSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { AgentLaunchError } from '../../../core/errors.ts';
import { installAgentWrapper } from '../../agent-wrapper.ts';
import { readLauncherTarget, writeLaunchers } from '../../launchers.ts';
import { ensureFile } from '../../tools/atomic-file.ts';
import type { Mount } from '../mounts.ts';
import { installPushGuard } from '../push-guard.ts';

/** Where the owner's Node is in a container: at its own path it would stand before a Node of the image. */
const OWNERS_NODE = '/opt/agentrelay/node';

/**
 * The owner's Node, where it runs in this image, which needs the same C library; else the image's own. Tried once a
 * container: that takes as long as the command itself.
 */
const NODE = `#!/bin/sh
tried=/tmp/.agentrelay-node
if [ -e "$tried" ] || { ${OWNERS_NODE} -e 0 && : >"$tried"; } 2>/dev/null; then
  exec ${OWNERS_NODE} "$@"
fi
exec node "$@"
`;

interface Place {
  readonly runDirectory: string;
  readonly commonDir: string;
}

/**
 * What the agent-side commands need inside, with the commands themselves: they stand where those of the run do and run on
 * another Node. Throws `AgentLaunchError` where the run has none.
 */
export function commandMounts({ runDirectory, commonDir }: Place): Mount[] {
  const bin = join(runDirectory, 'bin');
  const target = readLauncherTarget(bin);
  if (target === null) throw new AgentLaunchError('no_launchers', `there are no agent-side commands in ${bin}`);
  const inside = join(runDirectory, 'container');
  const node = 'container-node';
  writeLaunchers(join(inside, 'bin'), { node: join(bin, node), agentScript: target.agentScript });
  ensureFile(join(inside, 'bin', node), NODE, { mode: 0o755 });
  installAgentWrapper(inside);
  installPushGuard({ runDirectory: inside, commonDir });
  return [
    { source: join(inside, 'bin'), target: bin, readOnly: true },
    { source: target.node, target: OWNERS_NODE, readOnly: true },
    ...programFiles(target.agentScript).map((path) => ({ source: path, target: path, readOnly: true })),
  ];
}

/** Of the package that the script is in only the folder that it and what it loads are in. */
function programFiles(script: string): string[] {
  for (let root = dirname(script); root !== dirname(root); root = dirname(root)) {
    const manifest = join(root, 'package.json');
    if (!existsSync(manifest)) continue;
    const [folder = ''] = relative(root, script).split(sep);
    return [manifest, join(root, folder)];
  }
  return [dirname(script)];
}
