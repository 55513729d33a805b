import { z } from 'zod';
import { presetPatchSchema } from '../frameworks/preset-schema.ts';
import { quote } from '../graph/problem.ts';
import { command, count } from '../graph/schema-text.ts';
import type { ConfigNames } from './user-config.ts';

const COLOUR_FORM = 'red, bright-red, grey, …, "#d08770", or 0 to 255';

/** A value that is refused with words of its own; they reach the person through the issue's `params`. */
function refusedUnless<Value>(isGood: (value: Value) => boolean, message: (value: Value) => string, allowed: string) {
  return (value: Value, context: z.core.$RefinementCtx<Value>): void => {
    if (isGood(value)) return;
    context.issues.push({ code: 'custom', message: message(value), params: { allowed }, input: value });
  };
}

/** What a graph file can name as `framework`. */
const frameworkName = z.string().regex(/^[A-Za-z0-9][\w.-]{0,63}$/);

/** The config file as it is written. A map of names that the dashboard knows is made of them, for near names. */
export function userConfigSchema(names: ConfigNames) {
  const colour = z
    .union([z.string(), z.number()])
    .superRefine(refusedUnless(names.isColour, (value) => `${quote(String(value))} is not a colour`, COLOUR_FORM));
  const key = z.string().superRefine((written, context) => {
    const read = names.readKey(written);
    if ('key' in read) return;
    context.addIssue({ code: 'custom', message: `${quote(written)} cannot be a key: ${read.refused}` });
  });
  const keys = z.union([key, z.array(key)]);
  const dashboard = z.strictObject({
    theme: z.enum(['auto', 'dark', 'light']).optional(),
    colours: z.strictObject(Object.fromEntries(names.tones.map((tone) => [tone, colour.optional()]))).optional(),
    glyphs: z.enum(['unicode', 'ascii']).optional(),
    screen_reader: z.boolean().optional(),
    panel: count(0, 8).optional(),
    sort: z.enum(['graph', 'status', 'time']).optional(),
    keys: z.strictObject(Object.fromEntries(names.commands.map((id) => [id, keys.optional()]))).optional(),
  });
  const notify = z.strictObject({
    bell: z.boolean().optional(),
    osc9: z.boolean().optional(),
    command: command.nullable().optional(),
  });
  const frameworks = z.record(frameworkName, presetPatchSchema);
  return z.strictObject({
    dashboard: dashboard.optional(),
    notify: notify.optional(),
    frameworks: frameworks.optional(),
  });
}

export type UserConfigFile = z.infer<ReturnType<typeof userConfigSchema>>;
