import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Composer, type CST, type Document, Lexer, LineCounter, Parser } from 'yaml';
import type { Problem } from '../../core/graph/problem.ts';
import { placeFinder, startOf } from './graph-yaml-place.ts';
import { countValues, surveyNodes } from './graph-yaml-survey.ts';

export interface Position {
  readonly line: number;
  readonly column: number;
}

/** Something that is wrong with the YAML itself. */
export interface SyntaxProblem extends Position {
  readonly message: string;
  readonly hint: string | null;
}

export interface YamlText {
  /** What the text says; null when `fatal` problems keep it from being read. */
  readonly value: unknown;
  readonly problems: readonly SyntaxProblem[];
  readonly fatal: boolean;
  readonly locate: (problem: Problem) => Position;
}

/** With its aliases written out; a file of 10,000 tasks has some 300,000 values. */
const MAX_VALUES = 4_000_000;
/** The library's time for them grows with their square: 4 s for so many. */
const MAX_ALIASES = 20_000;
/** The deepest key of a graph is 6 down; the library's own recursion ends at some 700. */
const MAX_DEPTH = 100;
const LARGE_TEXT = 512 * 1024;

/** A text that cannot be read on from `offset`. */
class Unreadable extends Error {
  readonly offset: number;
  readonly hint: string | null;
  constructor(offset: number, message: string, hint: string | null = null) {
    super(message);
    this.offset = offset;
    this.hint = hint;
  }
}

/** Reads one YAML 1.2 document, and remembers where everything stands. */
export function readYaml(text: string): YamlText {
  const lines = new LineCounter();
  const at = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  try {
    return readDocument(composeOne(text, lines), at);
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    const { message, hint, offset } = error;
    return { value: null, problems: [{ ...at(offset), message, hint }], fatal: true, locate: () => at(0) };
  }
}

function composeOne(text: string, lines: LineCounter): Document {
  const large = text.length > LARGE_TEXT;
  // The parse makes a lot that soon dies; letting the nursery grow for it would cost 100 MB that never come back.
  if (large) setFlagsFromString('--semi-space-growth-factor=1');
  const composer = new Composer({
    schema: 'core',
    merge: true,
    resolveKnownTags: false,
    // The survey looks for them: the library compares each key with all before it.
    uniqueKeys: false,
    logLevel: 'error',
  });
  let document: Document | null = null;
  for (const next of composer.compose(boundedTokens(text, lines), true, text.length)) {
    const start = next.range[0];
    if (document !== null) throw new Unreadable(start, 'a second document starts here', 'a graph file holds one');
    const [error] = next.errors.toSorted((a, b) => a.pos[0] - b.pos[0]);
    if (error !== undefined) throw syntaxError(text, error.pos[0], error.message);
    document = next;
  }
  if (large) collectGarbage();
  return document as Document;
}

/** The parser's tokens, up to its first error: a broken text of some MiB would give millions more. */
function* boundedTokens(text: string, lines: LineCounter): Generator<CST.Token, void> {
  const parser = new Parser(lines.addNewLine);
  lines.addNewLine(0);
  for (const lexeme of new Lexer().lex(text)) {
    yield* stopAtError(parser.next(lexeme), text);
    if (parser.stack.length > MAX_DEPTH) throw new Unreadable(parser.offset, 'the YAML is nested too deeply');
  }
  yield* stopAtError(parser.end(), text);
}

function* stopAtError(tokens: Iterable<CST.Token>, text: string): Generator<CST.Token, void> {
  for (const token of tokens) {
    if (token.type === 'error') throw syntaxError(text, token.offset, token.message);
    yield token;
  }
}

function syntaxError(text: string, offset: number, message: string): Unreadable {
  const start = text.lastIndexOf('\n', offset - 1) + 1;
  const indent = /^[ \t]*/.exec(text.slice(start, start + 1000))?.[0] ?? '';
  if (indent.includes('\t')) {
    return new Unreadable(offset, 'the line is indented with a tab', 'YAML takes spaces only; two a level are usual');
  }
  const sentence = message.split('\n')[0] ?? '';
  return new Unreadable(offset, `not valid YAML: ${sentence.length > 200 ? `${sentence.slice(0, 197)}...` : sentence}`);
}

/** The tokens of a large text are three quarters of what is in memory now, and the engine sees no need to hurry. */
function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  const collect: () => void = runInNewContext('gc');
  collect();
}

function readDocument(document: Document, at: (offset: number) => Position): YamlText {
  const { contents } = document;
  if (contents === null) throw new Unreadable(0, 'the file is empty', 'a graph has at least `name` and `tasks`');
  const survey = surveyNodes(contents);
  const problems = survey.found.map(({ node, message, hint }) => ({ ...at(startOf(node)), message, hint }));
  if (survey.fatal) return { value: null, problems, fatal: true, locate: () => at(0) };
  if (survey.targets.size > MAX_ALIASES)
    throw new Unreadable(0, 'there are too many aliases', `allowed: ${MAX_ALIASES}`);
  const value = plainValue(document, survey.firstMerge === null ? 0 : startOf(survey.firstMerge));
  if (countValues(value) > MAX_VALUES) {
    throw new Unreadable(
      survey.firstAlias === null ? 0 : startOf(survey.firstAlias),
      'the aliases stand for too many values',
    );
  }
  const place = placeFinder(contents, survey.targets);
  return { value, problems, fatal: false, locate: (problem) => at(place(problem)) };
}

function plainValue(document: Document, mergeOffset: number): unknown {
  try {
    return document.toJS({ maxAliasCount: -1 });
  } catch (error) {
    // The survey has refused what else the library throws for.
    const why =
      error instanceof RangeError ? '`<<` merges a map into itself' : '`<<` merges something that is not a map';
    throw new Unreadable(mergeOffset, why, 'allowed: maps and their aliases');
  }
}
