import { z } from 'zod';
import { graphSchema } from '../core/graph/schema.ts';
import type { Output } from './validate.ts';

/** The graph file's JSON Schema (draft 2020-12), for editors, from the schema that checks the file. */
export function graphJsonSchema(): z.core.JSONSchema.JSONSchema {
  return z.toJSONSchema(graphSchema, { target: 'draft-2020-12', io: 'input' });
}

export async function schema(io: Output): Promise<number> {
  io.out(JSON.stringify(graphJsonSchema(), null, 2));
  return 0;
}
