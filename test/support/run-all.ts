/**
 * `npm test`: types and lint, then the build, the unit tests and the end-to-end tests; stops after the first stage that fails.
 * The last line is always `N passed, N failed`. With the argument `check`: types and lint only; with `places`: the tests
 * that need more than tmux, git and gh, whose programs are installed first where that is possible.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { COUNTS_FILE, type Counts } from './count-reporter.ts';

interface Outcome extends Counts {
  ok: boolean;
}

/** Runs to the end and prints the output in one piece, so that two at once do not mix. */
function runQuietly(name: string, command: string, args: string[]): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    const chunks: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.on('error', reject);
    child.on('close', (code) => {
      const ok = code === 0;
      process.stdout.write(`${ok ? 'ok    ' : 'FAILED'} ${name}\n`);
      if (!ok) process.stdout.write(Buffer.concat(chunks));
      resolve({ ok, passed: 0, failed: ok ? 0 : 1 });
    });
  });
}

function runProject(project: string, directory: string): Promise<Outcome> {
  const countsFile = join(directory, `${project}.json`);
  return new Promise((resolve, reject) => {
    const args = ['run', '--project', project, '--reporter=default', '--reporter=./test/support/count-reporter.ts'];
    const child = spawn('vitest', args, {
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { ...process.env, [COUNTS_FILE]: countsFile },
    });
    child.on('error', reject);
    child.on('close', (code) => resolve(projectOutcome(code === 0, countsFile)));
  });
}

function projectOutcome(ok: boolean, countsFile: string): Outcome {
  const counts = readCounts(countsFile);
  // A runner that broke down before it could count is a failure too, whatever it counted.
  return { ok, passed: counts.passed, failed: ok ? counts.failed : Math.max(counts.failed, 1) };
}

function readCounts(file: string): Counts {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Counts;
  } catch {
    return { passed: 0, failed: 0 };
  }
}

async function statics(): Promise<Outcome[]> {
  return Promise.all([
    runQuietly('types', 'tsc', ['-p', '.']),
    runQuietly('lint', 'biome', ['ci', '--error-on-warnings', `--colors=${process.stdout.isTTY ? 'force' : 'off'}`]),
    runQuietly('unused code', 'knip', []),
  ]);
}

function stagesOf(directory: string, only: string | undefined): (() => Promise<Outcome | Outcome[]>)[] {
  const build = () => runQuietly('build', 'sh', ['bin/dev']);
  const project = (name: string) => () => runProject(name, directory);
  if (only === 'check') return [statics];
  const install = () => runQuietly('programs of the places', 'sh', ['test/support/places/install']);
  if (only === 'places') return [build, install, project('places')];
  return [statics, build, project('unit'), project('e2e')];
}

async function runAll(directory: string, only: string | undefined): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const stage of stagesOf(directory, only)) {
    outcomes.push(...[await stage()].flat());
    if (outcomes.some((outcome) => !outcome.ok)) break;
  }
  return outcomes;
}

const directory = mkdtempSync(join(tmpdir(), 'agentrelay-test-'));
try {
  const outcomes = await runAll(directory, process.argv[2]);
  const sum = (key: 'passed' | 'failed') => outcomes.reduce((total, outcome) => total + outcome[key], 0);
  if (outcomes.some((outcome) => !outcome.ok)) process.exitCode = 1;
  if (process.argv[2] !== 'check') process.stdout.write(`\n${sum('passed')} passed, ${sum('failed')} failed\n`);
} finally {
  rmSync(directory, { recursive: true, force: true });
}
