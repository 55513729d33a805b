import { homedir } from 'node:os';
import { join } from 'node:path';
import { parseArguments } from './flags.ts';
import { runHeadless } from './headless.ts';
import { readJson } from './log-file.ts';
import type { Personality } from './personality.ts';
import { recorder } from './record.ts';
import type { StandInScript } from './script.ts';
import { StandIn } from './stand-in.ts';

/** Only what is asked for is loaded: many are started at once. */
const PERSONALITIES: Readonly<Record<string, () => Promise<Personality>>> = {
  claude_code: async () => (await import('./claude/claude.ts')).CLAUDE,
  gemini: async () => (await import('./gemini/gemini.ts')).GEMINI,
  opencode: async () => (await import('./opencode/opencode.ts')).OPENCODE,
  copilot: async () => (await import('./copilot/copilot.ts')).COPILOT,
  aider: async () => (await import('./aider/aider.ts')).AIDER,
  cursor: async () => (await import('./cursor/cursor.ts')).CURSOR,
  codex: async () => (await import('./codex/codex.ts')).CODEX,
};

/** `node main.ts PERSONALITY ARGUMENTS…` is the program of that name. */
async function main([name = '', ...argv]: readonly string[]): Promise<void> {
  const personality = await PERSONALITIES[name]?.();
  if (personality === undefined) throw new Error(`no stand-in is called ${name}`);
  const headless = personality.headless?.applies(argv) === true ? personality.headless : null;
  const help = personality.help + (headless?.help ?? '');
  const parsed = parseArguments(help + (personality.hidden ?? ''), argv);
  if (parsed.kind !== 'parsed') {
    const { text, code } = personality.refused(parsed.flag);
    return leave(text, code);
  }
  const isAsked = (flags: readonly string[]) => flags.some((flag) => parsed.args.flags.has(flag));
  if (isAsked(personality.helpFlags)) return leave(help, 0);
  if (isAsked(personality.versionFlags)) return leave(personality.version, 0);
  const { env } = process;
  const task = env.AGENTRELAY_TASK ?? 'default';
  const { args } = parsed;
  const session = {
    args,
    env,
    home: env.HOME ?? homedir(),
    cwd: process.cwd(),
    ...personality.session(args, env),
    script: scriptOf(env.STAND_IN_SCRIPTS, task, env.AGENTRELAY_ATTEMPT),
    record: recorder(env.STAND_IN_RECORD, task),
    startedAt: new Date(),
  };
  session.record({ kind: 'started', program: name, argv, session: session.id });
  const objection = personality.objection(session) ?? session.script.start?.fails ?? null;
  if (objection !== null) {
    session.record({ kind: 'exited', code: objection.code });
    return leave(objection.text, objection.code);
  }
  if (headless !== null) return runHeadless(personality, headless, session, personality.prompt(args));
  await new StandIn(personality, session).run(personality.prompt(args));
}

/** The task's own attempt, else the task, else any. */
function scriptOf(folder: string | undefined, task: string, attempt: string | undefined): StandInScript {
  if (folder === undefined) return { turns: [] };
  for (const name of [`${task}.${attempt}`, task, 'default']) {
    const found = readJson(join(folder, `${name}.json`));
    if (found !== null) return found as StandInScript;
  }
  return { turns: [] };
}

function leave(text: string, code: number): void {
  (code === 0 ? process.stdout : process.stderr).write(`${text}\n`);
  process.exitCode = code;
}

await main(process.argv.slice(2));
