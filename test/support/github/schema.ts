import { readFileSync } from 'node:fs';
import { buildSchema, type DocumentNode, type GraphQLError, type GraphQLSchema, parse, validate } from 'graphql';

/** A query's text, read once: what it is called, and what the schema has against it. */
export interface Query {
  readonly document: DocumentNode;
  /** Its operation's name, else `query` or `mutation`. */
  readonly op: string;
  readonly errors: readonly GraphQLError[];
}

let schema: GraphQLSchema | undefined;
const queries = new Map<string, Query>();

/** GitHub's own schema. It takes a quarter of a second, once a process. */
export function githubSchema(): GraphQLSchema {
  const file = new URL('./schema.graphql', import.meta.resolve('@octokit/graphql-schema'));
  // It has fields twice, which no strict reading of it allows.
  schema ??= buildSchema(readFileSync(file, 'utf8'), { assumeValid: true, assumeValidSDL: true, noLocation: true });
  return schema;
}

/** Throws a GraphQLError when the text is no GraphQL. */
export function readQuery(text: string): Query {
  const known = queries.get(text);
  if (known !== undefined) return known;
  const document = parse(text);
  const operation = document.definitions.find((definition) => definition.kind === 'OperationDefinition');
  const op = operation?.name?.value ?? operation?.operation ?? 'query';
  const query = { document, op, errors: validate(githubSchema(), document) };
  queries.set(text, query);
  return query;
}
