import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, resolve } from 'node:path';
import type { Credentials } from '../../core/credentials/credentials.ts';
import { type NamedFile, parseCredentials, type ReadNamed } from '../../core/credentials/parse.ts';
import { speakablePath } from '../../core/credentials/problems.ts';
import { formatPath, type Problem, problem } from '../../core/graph/problem.ts';
import { byPosition, FileError, type FileProblem, locatedProblems } from '../tools/file-problems.ts';
import { readYaml, type YamlText } from '../tools/graph-yaml.ts';
import { readTextFile } from '../tools/text-file.ts';
import { readOauthFile } from './oauth-file.ts';
import { whyNotPrivate } from './private-file.ts';

/** A credentials file that cannot be used, with all that is wrong with it and none of its values. */
export class CredentialsFileError extends FileError {}

/** Reads a credentials file and the files that it names. `path` is absolute. Throws `CredentialsFileError`. */
export async function loadCredentials(path: string): Promise<Credentials> {
  const refused = whyNotPrivate(path);
  if (refused !== null) throw wholeFile(path, refused);
  const text = await readTextFile(path, 'credentials file');
  if (typeof text !== 'string') throw wholeFile(path, text);
  const yaml = readYaml(text);
  const syntax = yaml.problems.map((one) => ({ ...one, ...withoutValues(one.message), file: path, path: '' }));
  if (yaml.fatal) throw new CredentialsFileError(syntax);
  const { credentials, problems } = parseCredentials(yaml.value, path, (named) => readNamed(named, path));
  if (credentials !== null && syntax.length === 0) return credentials;
  throw new CredentialsFileError([...syntax, ...located(yaml, problems, path)].toSorted(byPosition));
}

function wholeFile(file: string, why: { message: string; hint: string | null; cause?: unknown }): CredentialsFileError {
  const { message, hint, cause } = why;
  return new CredentialsFileError([{ file, line: null, column: null, path: '', message, hint }], { cause });
}

function located(yaml: YamlText, problems: readonly Problem[], file: string): FileProblem[] {
  const { found } = locatedProblems(yaml, problems, file);
  return found.map((one, at) => ({ ...one, path: formatPath(speakablePath(problems[at]?.path ?? [])) }));
}

/** What may be said of broken YAML as it is; all else may quote what stands there. */
const SAYS_NOTHING =
  /^(the line is indented with a tab|the file is empty|the YAML is nested too deeply|a second document starts here|a key that is a list or a map)$/;

function withoutValues(message: string): { message: string; hint: string } {
  const hint = "a value with special characters stands in quotes: 'value'";
  if (SAYS_NOTHING.test(message)) return { message, hint: 'docs/credentials.md shows one' };
  if (message.startsWith('duplicate key')) return { message: 'the key stands twice', hint: 'one of them is enough' };
  return { message: 'not valid YAML', hint };
}

/** `~` is the home directory; a relative path is taken from the folder of the credentials file. */
function readNamed({ file, path, kind }: NamedFile, credentialsFile: string): ReturnType<ReadNamed> {
  const absolute = resolve(dirname(credentialsFile), file.replace(/^~(?=\/|$)/, homedir()));
  const refuse = (message: string) => ({ problem: problem(path, `${absolute} ${message}`) });
  const refused = whyNotPrivate(absolute);
  if (refused !== null) return refuse(`${refused.message}${refused.hint === null ? '' : `: ${refused.hint}`}`);
  try {
    if (kind === 'oauth') {
      const found = readOauthFile(absolute);
      return found === null
        ? refuse('holds no OAuth token of Claude Code')
        : { absolute, content: absolute, secrets: found.secrets };
    }
    const content = readFileSync(absolute, 'utf8').trim();
    return content === '' ? refuse('is empty') : { absolute, content, secrets: [] };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
    return refuse(code === 'ENOENT' ? 'is not there' : `cannot be read: ${code}`);
  }
}
