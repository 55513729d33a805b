import { z } from 'zod';
import { quote } from '../graph/problem.ts';

/** What an argument of a preset may stand for; see `preset-data.ts`. */
const VALUES = ['prompt', 'instructions', 'model', 'session', 'folder', 'bin', 'worktree'];
const GROUPS = ['approvals_args', 'model_args', 'session_args', 'hooks_args', 'prompt_args'];

const PLACEHOLDER = /(?<!\$)\{(\w+)\}/g;

/** An argument; the names in braces are those that are known, and a group stands alone. */
const argument = z.string().superRefine((text, context) => {
  for (const [whole, name = ''] of text.matchAll(PLACEHOLDER)) {
    if (VALUES.includes(name) || (GROUPS.includes(name) && text === whole)) continue;
    const message = GROUPS.includes(name)
      ? `${whole} stands for several arguments, and must be one alone`
      : `unknown placeholder '${whole}'`;
    const allowed = [...VALUES, ...GROUPS].map((known) => `{${known}}`).join(' ');
    context.addIssue({ code: 'custom', message, params: { message, allowed } });
  }
});

const pattern = z.string().superRefine((text, context) => {
  try {
    new RegExp(text, 'iu');
  } catch (error) {
    const message = `${quote(text)} is not a regular expression: ${(error as Error).message}`;
    context.addIssue({ code: 'custom', message, params: { message } });
  }
});

/** What is none of these names tmux would type letter by letter. */
const KEY =
  /^(?:[CMS]-)*(?:[\x21-\x7e]|Enter|Escape|Space|Tab|BTab|BSpace|Up|Down|Left|Right|Home|End|NPage|PPage|PageUp|PageDown|IC|DC|F(?:[1-9]|1[0-2]))$/;

/** As tmux names them: `Enter`, `Escape`, `Down`, `C-c`, `y`. */
const keyName = z.string().superRefine((text, context) => {
  if (KEY.test(text)) return;
  const message = `${quote(text)} is not the name of a key`;
  context.addIssue({ code: 'custom', message, params: { message, allowed: 'Enter, Escape, Down, C-c, y, 1' } });
});

const args = z.array(argument);
const patterns = z.array(pattern);
const keys = z.array(keyName).min(1);
const milliseconds = z.int().min(0).max(600_000);

const dialog = z.strictObject({
  name: z.string().min(1).max(64),
  kind: z.enum(['trust', 'warning', 'update', 'notice', 'login']),
  shows: patterns.min(1),
  keys: keys.nullable(),
  when: z.enum(['always', 'skip']),
});

/** A preset of a person's config file: what it says differs from the one that it extends, or from an empty one. */
export const presetPatchSchema = z.strictObject({
  extends: z.string().optional(),
  program: z.array(z.string().min(1)).min(1).optional(),
  start: args.optional(),
  resume: args.nullable().optional(),
  approvals: z.strictObject({ ask: args.optional(), skip: args.optional() }).optional(),
  model: args.optional(),
  session: args.optional(),
  hooks: args.optional(),
  headless: z
    .strictObject({
      start: args.optional(),
      resume: args.optional(),
      ask: args.optional(),
      skip: args.optional(),
      help: z.array(z.array(z.string())).optional(),
    })
    .nullable()
    .optional(),
  prompt: args.nullable().optional(),
  env: z.record(z.string().regex(/^[A-Za-z_]\w*$/), argument).optional(),
  unset: z.array(z.string().regex(/^[A-Za-z_]\w*$/)).optional(),
  litter: z.array(z.string().regex(/^[^\n!]+$/)).optional(),
  dialogs: z.array(dialog).optional(),
  screen: z
    .strictObject({
      lines: z.int().min(1).max(200).optional(),
      input: pattern.nullable().optional(),
      busy: patterns.optional(),
      idle: patterns.optional(),
      permission: patterns.optional(),
      question: patterns.optional(),
      login: patterns.optional(),
      limit: patterns.optional(),
      queued: patterns.optional(),
      pasted: patterns.optional(),
    })
    .optional(),
  title: z.strictObject({ busy: patterns.optional(), idle: patterns.optional() }).optional(),
  keys: z
    .strictObject({
      approve: keys.nullable().optional(),
      deny: keys.nullable().optional(),
      choose: z.enum(['number', 'number_enter', 'arrows', 'none']).optional(),
      interrupt: keys.optional(),
      submit: keys.optional(),
    })
    .optional(),
  submit: z
    .strictObject({
      settle: milliseconds.optional(),
      waits: z.array(milliseconds).min(1).max(10).optional(),
      queues: z.boolean().optional(),
    })
    .optional(),
  version: z.array(z.string()).optional(),
  help: z.array(z.array(z.string())).optional(),
  install: z.string().min(1).nullable().optional(),
  root: z.record(z.string().regex(/^[A-Za-z_]\w*$/), z.string()).optional(),
});

export type PresetPatch = z.infer<typeof presetPatchSchema>;
