import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { readAtMost } from '../tools/bounded-file.ts';
import type { Told, TranscriptFormat, TranscriptPlace, UsageEntry } from './framework.ts';
import { parseLine, realFolder } from './transcript-lines.ts';

const projectsSchema = z.object({ projects: z.record(z.string(), z.string()) });

const partSchema = z.object({ text: z.string().optional() });

const lineSchema = z.object({
  sessionId: z.string().optional(),
  id: z.string().optional(),
  timestamp: z.string().optional(),
  type: z.string().optional(),
  content: z.union([z.string(), z.array(partSchema)]).optional(),
  model: z.string().optional(),
  tokens: z
    .object({
      input: z.number(),
      output: z.number(),
      cached: z.number().default(0),
      thoughts: z.number().default(0),
      tool: z.number().default(0),
    })
    .nullish(),
});

type Line = z.infer<typeof lineSchema>;

/**
 * What Gemini CLI writes of a session: a file below the folder that its `projects.json` names for the worktree. It tells of
 * a tool only when that has ended, and of the end of a turn not at all: what the agent does is for its title and screen.
 */
export const geminiTranscript: TranscriptFormat = {
  find: findTranscript,
  reader: () => (line) => {
    const read = lineSchema.safeParse(parseLine(line));
    return read.success ? toldBy(read.data) : null;
  },
};

function findTranscript({ worktree, session, told, env, home }: TranscriptPlace): string | null {
  if (told !== null) return told;
  const folder = join(env.GEMINI_CLI_HOME ?? home, '.gemini');
  const ending = `-${session.slice(0, 8)}.jsonl`;
  try {
    const { projects } = projectsSchema.parse(parseLine(textOf(join(folder, 'projects.json'))));
    const name = projects[worktree] ?? projects[realFolder(worktree)];
    if (name === undefined) return null;
    const chats = join(folder, 'tmp', name, 'chats');
    // Each start of the same session has a file of its own, and the names begin with the time.
    const last = readdirSync(chats)
      .filter((file) => file.startsWith('session-') && file.endsWith(ending))
      .sort()
      .at(-1);
    return last === undefined ? null : join(chats, last);
  } catch {
    // Not there yet, or being written just now.
    return null;
  }
}

function toldBy(line: Line): Told | null {
  if (line.sessionId !== undefined) return { session: line.sessionId };
  const at = line.timestamp === undefined ? Number.NaN : Date.parse(line.timestamp);
  const when = Number.isNaN(at) ? {} : { at };
  if (line.type === 'user') {
    const prompt = wordsOf(line.content);
    return prompt === '' ? null : { ...when, prompt };
  }
  const usage = usageOf(line);
  return usage === null ? null : { ...when, usage };
}

/** What tools gave back is no text. */
function wordsOf(content: Line['content']): string {
  if (typeof content === 'string') return content;
  return (content ?? []).flatMap(({ text }) => (text === undefined ? [] : [text])).join('\n');
}

/** A message is written again under its id when its tools have ended. */
function usageOf({ id, type, tokens, model }: Line): UsageEntry | null {
  if (type !== 'gemini' || id === undefined || tokens == null) return null;
  return {
    id,
    inputTokens: Math.max(0, tokens.input - tokens.cached) + tokens.tool,
    outputTokens: tokens.output + tokens.thoughts,
    cacheReadTokens: tokens.cached,
    cacheWriteTokens: 0,
    costUsd: null,
    model: model ?? null,
  };
}

const MAX_PROJECTS = 4 * 1024 * 1024;

/** Empty for what is no file. */
function textOf(path: string): string {
  const bytes = readAtMost(path, MAX_PROJECTS);
  return bytes === null || typeof bytes === 'string' ? '' : bytes.toString('utf8');
}
