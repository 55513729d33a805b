import { z } from 'zod';

/** Commands of a project, as far as its files tell. */
export interface ProjectCommands {
  /** Runs its tests. */
  readonly gate: string | null;
  /** Fetches what a fresh worktree lacks. */
  readonly setup: string | null;
}

/** The text of a file of the project; null where there is none. */
export type ReadProject = (name: string) => string | null;

/** What its own files say; the first kind of project that has tests counts. */
export function projectCommands(read: ReadProject): ProjectCommands {
  if (hasNpmTests(read('package.json'))) {
    return { gate: 'npm test', setup: read('package-lock.json') === null ? null : 'npm ci' };
  }
  const gates: readonly (readonly [string, (read: ReadProject) => boolean])[] = [
    ['cargo test', () => read('Cargo.toml') !== null],
    ['pytest', usesPytest],
    ['go test ./...', () => read('go.mod') !== null],
    ['make test', hasMakeTests],
  ];
  return { gate: gates.find(([, isIt]) => isIt(read))?.[0] ?? null, setup: null };
}

const packageSchema = z.looseObject({ scripts: z.looseObject({ test: z.string() }) });

/** What `npm init` writes is no test. */
const NO_TESTS = 'Error: no test specified';

function hasNpmTests(text: string | null): boolean {
  const { data } = packageSchema.safeParse(jsonOf(text));
  return data !== undefined && data.scripts.test.trim() !== '' && !data.scripts.test.includes(NO_TESTS);
}

function jsonOf(text: string | null): unknown {
  try {
    return JSON.parse(text ?? 'null');
  } catch {
    // A file that is being edited says nothing of tests.
    return null;
  }
}

const PYTEST_FILES = ['pytest.ini', 'conftest.py', 'tests/conftest.py', 'test/conftest.py'];
const PYTHON_SETTINGS = ['pyproject.toml', 'setup.cfg', 'tox.ini', 'requirements-dev.txt', 'requirements.txt'];

function usesPytest(read: ReadProject): boolean {
  return (
    PYTEST_FILES.some((name) => read(name) !== null) ||
    PYTHON_SETTINGS.some((name) => /\bpytest\b/.test(read(name) ?? ''))
  );
}

/** In the order in which make looks for them. */
const MAKEFILES = ['GNUmakefile', 'makefile', 'Makefile'];

function hasMakeTests(read: ReadProject): boolean {
  const text = MAKEFILES.map(read).find((one) => one !== null) ?? '';
  return text.split('\n').some((line) => {
    const [, targets = ''] = /^([^\s:#=][^:#=]*):(?!:?=)/.exec(line) ?? [];
    return targets.split(/\s+/).includes('test');
  });
}
