import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { UserError } from '../../../core/errors.ts';

/** The one file that an agent's machine needs of us. */
export interface RemoteProgram {
  readonly text: string;
  readonly digest: string;
}

/** `agentScript` is the one behind the agent-side commands here; absolute. Throws `UserError` where nothing was built. */
export function readRemoteProgram(agentScript: string): RemoteProgram {
  const folder = dirname(agentScript);
  for (const path of [join(folder, 'agent-remote.js'), join(folder, '../../dist/agent-remote.js')]) {
    try {
      const text = readFileSync(path, 'utf8');
      return { text, digest: createHash('sha256').update(text).digest('hex').slice(0, 12) };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
  throw new UserError('what is sent to other machines has not been built', { hint: 'npm run build' });
}
