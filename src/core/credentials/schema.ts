import { z } from 'zod';

/** The credentials file as it is written. What is wrong with it is said without its values: see `problems.ts`. */

const text = z.string().min(1);
const value = z.union([text, z.strictObject({ file: text }), z.strictObject({ plain: z.string() })]);
const environment = z.record(z.string(), value);

const account = z.strictObject({
  api_key: text.optional(),
  api_key_file: text.optional(),
  oauth_file: text.optional(),
});

export const credentialsSchema = z.strictObject({
  tiers: z
    .strictObject({
      read_only: environment.optional(),
      standard: environment.optional(),
      elevated: environment.optional(),
    })
    .optional(),
  anthropic: z.record(z.string(), account).optional(),
});

export type CredentialsFile = z.infer<typeof credentialsSchema>;
export type ValueFile = z.infer<typeof value>;
export type AccountFile = z.infer<typeof account>;

/** How an account can be told; exactly one of them. */
export const ACCOUNT_KEYS = ['api_key', 'api_key_file', 'oauth_file'] as const;
