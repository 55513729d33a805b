import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { AgentInvocation } from './framework.ts';

/** Below the attempt's signal directory. */
export const OPENCODE_CONFIG = 'opencode.json';
const PLUGIN = 'opencode-plugin.js';

/** A config file of its own for one start, beside the person's and the repository's: a plugin, and what must be asked for. */
export function openCodeFiles({ folder, bin, approvals }: AgentInvocation): Record<string, string> {
  const config = {
    autoupdate: false,
    plugin: [pathToFileURL(join(folder, PLUGIN)).href],
    permission: {
      ...(approvals === 'ask' ? { edit: 'ask', bash: 'ask', webfetch: 'ask' } : {}),
      // The instructions are outside of the worktree.
      external_directory: { [`${folder}/*`]: 'allow' },
    },
  };
  return {
    [OPENCODE_CONFIG]: `${JSON.stringify(config, null, 2)}\n`,
    [PLUGIN]: PLUGIN_TEXT.replace('HOOK', () => JSON.stringify(join(bin, 'agentrelay-hook'))),
  };
}

/**
 * Runs inside of OpenCode, and calls the hook for what tells of the agent, in order. Sessions below another one are an
 * agent's own helpers: only their questions and what they use matter. A turn that an error ends is told to be idle as well.
 */
const PLUGIN_TEXT = `import { spawn } from 'node:child_process';

const hook = HOOK;
const helpers = new Set();
const failed = new Set();
let last = Promise.resolve();

function call(event, data) {
  return new Promise((done) => {
    const child = spawn(hook, [event], { stdio: ['pipe', 'ignore', 'ignore'] });
    child.on('error', done);
    child.on('close', done);
    child.stdin.on('error', () => {});
    child.stdin.end(JSON.stringify(data));
  });
}

function tell(event, data) {
  last = last.then(() => call(event, data));
}

function isTold(type, { sessionID, info, status }) {
  if (/^(?:permission|question)\\./.test(type)) return true;
  if (type === 'message.updated') return info?.role === 'assistant' && info.time?.completed !== undefined;
  if (helpers.has(sessionID)) return false;
  if (type === 'session.error') return true;
  if (type === 'session.created') return true;
  return type === 'session.status' && !(status?.type === 'idle' && failed.has(sessionID));
}

export const AgentRelay = async () => ({
  event: async ({ event: { type, properties = {} } }) => {
    const { sessionID, info, status } = properties;
    if (type === 'session.created' && info?.parentID) helpers.add(info.id);
    if (type === 'session.status' && status?.type === 'busy') failed.delete(sessionID);
    if (isTold(type, { ...properties, sessionID: sessionID ?? info?.id })) tell(type, properties);
    if (type === 'session.error' && properties.error?.name !== 'MessageAbortedError') failed.add(sessionID);
  },
  'chat.message': async ({ sessionID }, { parts }) => {
    if (helpers.has(sessionID)) return;
    const texts = parts.filter((part) => part.type === 'text' && !part.synthetic).map((part) => part.text);
    tell('chat.message', { sessionID, prompt: texts.join('\\n') });
  },
});
`;
