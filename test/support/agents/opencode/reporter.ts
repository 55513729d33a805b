import { randomBytes } from 'node:crypto';
import { run } from '../hook-command.ts';
import type { Reporter, Session, ToolUse } from '../personality.ts';
import type { Usage } from '../script.ts';
import { pluginUrls } from './config.ts';

type Hooks = Readonly<Record<string, (input: unknown, output?: unknown) => unknown>>;

const TOOL_NAMES = { shell: 'bash', edit: 'write', question: 'question' } as const;

function id(prefix: string): string {
  return `${prefix}_${randomBytes(10).toString('hex')}`;
}

/** The shell that plugins are given: a template whose values are single words. */
function shellOf(session: Session) {
  return (parts: TemplateStringsArray, ...values: readonly unknown[]) => {
    const quoted = values.map((value) => `'${String(value).replaceAll("'", "'\\''")}'`);
    const command = parts.reduce((text, part, at) => `${text}${quoted[at - 1] ?? ''}${part}`);
    const work = run(['/bin/sh', '-c', command], session, '');
    const self = Object.assign(work, { quiet: () => self, nothrow: () => self, text: async () => (await work).stdout });
    return self;
  };
}

async function loadPlugins(session: Session): Promise<readonly Hooks[]> {
  const given = {
    directory: session.cwd,
    worktree: session.cwd,
    serverUrl: new URL('http://localhost:4096/'),
    project: { id: 'global', worktree: session.cwd },
    client: {},
    $: shellOf(session),
  };
  const all: Hooks[] = [];
  for (const url of pluginUrls(session)) {
    const loaded = (await import(url)) as Readonly<Record<string, unknown>>;
    const plugins = new Set(Object.values(loaded).filter((each) => typeof each === 'function'));
    for (const plugin of plugins) all.push((await (plugin as (of: object) => Promise<Hooks>)(given)) ?? {});
  }
  return all;
}

/** Its sessions are rows of a database that nobody else reads; what it tells are the events of its plugins. */
export function opencodeReporter(session: Session, skips: (session: Session) => boolean): Reporter {
  let plugins: readonly Hooks[] = [];
  let total = { input: 0, output: 0, reasoning: 0, cache: { read: 0, write: 0 } };
  let cost = 0;
  let isBegun = session.resumed;
  let request = '';
  const sessionID = session.id;

  const call = async (name: string, input: unknown, output: unknown) => {
    for (const plugin of plugins) await plugin[name]?.(input, output);
  };
  const event = async (type: string, properties: object) => {
    const told = { event: { id: id('evt'), type, properties: { sessionID, ...properties } } };
    for (const plugin of plugins) await plugin.event?.(told);
  };
  const status = (of: object) => event('session.status', { status: of });
  const info = () => ({
    id: sessionID,
    slug: 'cosmic-pixel',
    directory: session.cwd,
    title: 'Mock session title',
    cost,
    tokens: total,
  });
  /** An assistant message is told several times with the same id, the last one whole. */
  const message = async (text: string, usage: Usage, finish: string) => {
    const tokens = {
      total: usage.input + usage.output,
      input: usage.input,
      output: usage.output,
      reasoning: 0,
      cache: { read: usage.cacheRead ?? 0, write: usage.cacheWrite ?? 0 },
    };
    const of = { id: id('msg'), role: 'assistant', mode: 'build', modelID: 'mock-1', providerID: 'mock', sessionID };
    await event('message.updated', {
      info: { ...of, cost: 0, tokens: { ...tokens, input: 0, output: 0 }, time: { created: Date.now() } },
    });
    await event('message.part.updated', { part: { id: id('prt'), messageID: of.id, sessionID, type: 'text', text } });
    const paid = usage.costUsd ?? 0.00097;
    for (const time of [{ created: 1 }, { created: 1, completed: 2 }]) {
      await event('message.updated', { info: { ...of, cost: paid, tokens, time, finish } });
    }
    cost += paid;
    total = {
      input: total.input + tokens.input,
      output: total.output + tokens.output,
      reasoning: 0,
      cache: { read: total.cache.read + tokens.cache.read, write: total.cache.write + tokens.cache.write },
    };
    await event('session.updated', { info: info() });
  };
  const idle = async () => {
    await status({ type: 'idle' });
    await event('session.idle', {});
  };
  const chat = async (text: string) => {
    if (!isBegun) await event('session.created', { info: info() });
    isBegun = true;
    const part = { type: 'text', text, sessionID, messageID: id('msg'), id: id('prt') };
    const about = { sessionID, agent: 'build', model: { providerID: 'mock', modelID: 'mock-1' } };
    await call('chat.message', about, { message: { id: part.messageID, role: 'user' }, parts: [part] });
    await event('message.updated', { info: { id: part.messageID, role: 'user', sessionID, agent: 'build' } });
  };
  const permissionOf = (tool: ToolUse) => ({
    id: request,
    permission: tool.kind === 'edit' ? 'edit' : 'bash',
    patterns: [tool.text],
    metadata: {},
    always: ['*'],
    tool: { callID: tool.id },
  });

  return {
    async started() {
      plugins = await loadPlugins(session);
    },
    async queued(text) {
      await chat(text);
    },
    async prompted(text, { how }) {
      if (how !== 'queued') await chat(text);
      await status({ type: 'busy' });
    },
    said: (text, usage) => message(text, usage, 'stop'),
    used: (usage) => message('Working.', usage, 'tool-calls'),
    async toolAsked(tool) {
      await call(
        'tool.execute.before',
        { tool: TOOL_NAMES[tool.kind], sessionID, callID: tool.id },
        { args: argsOf(tool) },
      );
      if (tool.kind === 'question' || !session.args.flags.has('--auto') || !skips(session)) return;
      // It asks, and gives itself the answer.
      request = id('per');
      await event('permission.asked', permissionOf(tool));
      await event('permission.replied', { requestID: request, reply: 'once' });
    },
    async permissionAsked(tool) {
      request = id(tool.kind === 'question' ? 'que' : 'per');
      if (tool.kind !== 'question') return event('permission.asked', permissionOf(tool));
      const options = tool.choices.map((label) => ({ label, description: '' }));
      await event('question.asked', { id: request, questions: [{ question: tool.text, header: 'Choice', options }] });
    },
    async reminded() {},
    async toolDone(tool, output) {
      const isAsked = request !== '';
      if (isAsked && tool.kind === 'question')
        await event('question.replied', { requestID: request, answers: [[output]] });
      else if (isAsked) await event('permission.replied', { requestID: request, reply: 'once' });
      request = '';
      const about = { tool: TOOL_NAMES[tool.kind], sessionID, callID: tool.id, args: argsOf(tool) };
      await call('tool.execute.after', about, { title: tool.text, output, metadata: {} });
    },
    async denied(tool) {
      if (tool.kind === 'question') await event('question.rejected', { requestID: request });
      else await event('permission.replied', { requestID: request, reply: 'reject' });
      request = '';
      await idle();
    },
    async interrupted() {
      await event('session.error', { error: { name: 'MessageAbortedError', data: { message: 'Aborted' } } });
      await idle();
      await event('session.idle', {});
    },
    async troubled({ kind, text }) {
      if (kind === 'limit') return status({ type: 'retry', attempt: 1, message: text, next: Date.now() + 31_000 });
      const data = { message: text, statusCode: kind === 'login' ? 401 : 500, isRetryable: false };
      await event('session.error', { error: { name: 'APIError', data } });
      await idle();
      await event('session.idle', {});
    },
    wentOn: () => status({ type: 'busy' }),
    async turnEnded() {
      await idle();
      return null;
    },
    async ended() {},
  };
}

function argsOf({ kind, text, choices }: ToolUse): object {
  if (kind === 'shell') return { command: text, description: 'Run a command' };
  return kind === 'edit'
    ? { filePath: text, content: 'first line\n' }
    : { questions: [{ question: text, options: choices }] };
}
