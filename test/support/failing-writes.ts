import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { basename } from 'node:path';
import { FAILING_WRITES, type FailingWrites } from './write-failure.ts';

// Loaded into an owner with `node --import`: lets one of its writes below a folder fail, or that and all that follow.

const plan = JSON.parse(process.env[FAILING_WRITES] ?? 'null') as FailingWrites | null;
// Agents and their commands inherit our environment.
delete process.env[FAILING_WRITES];
delete process.env.NODE_OPTIONS;

const real = { ...fs };
const seen = new Map<string, number>();
const WORDS = { ENOSPC: 'no space left on device', EIO: 'i/o error', EROFS: 'read-only file system' };
let failing = false;
/** Within one of our functions: node's own calls others of them. */
let within = false;

if (plan !== null) {
  const fake = fs as unknown as Record<string, (...args: never[]) => unknown>;
  for (const call of ['writeFileSync', 'appendFileSync', 'mkdirSync', 'fsyncSync', 'fdatasyncSync'] as const) {
    // A folder that is there needs no room.
    const writes = (path: unknown) => call !== 'mkdirSync' || !real.existsSync(String(path));
    fake[call] = (...args: unknown[]) => {
      if (writes(args[0])) count(plan, call, args[0]);
      return calling(real[call] as (...args: unknown[]) => unknown, args);
    };
  }
  for (const call of ['linkSync', 'renameSync', 'copyFileSync'] as const) {
    fake[call] = (...args: unknown[]) => {
      count(plan, call, args[1]);
      return calling(real[call] as (...args: unknown[]) => unknown, args);
    };
  }
  fake.openSync = (...args: [string, (string | number)?, ...unknown[]]) => {
    const [path, flags = 'r'] = args;
    if (typeof flags === 'string' && flags !== 'r') count(plan, 'openSync', path);
    return calling(real.openSync as (...args: unknown[]) => unknown, args);
  };
  fake.writeSync = (...args: [number, Uint8Array, ...unknown[]]) => {
    const [file, data] = args;
    try {
      count(plan, 'writeSync', file);
    } catch (error) {
      // What was left of the disk took the beginning.
      real.writeSync(file, data, 0, Math.floor(data.length / 2));
      throw error;
    }
    return calling(real.writeSync as (...args: unknown[]) => unknown, args);
  };
  fake.fdatasync = (file: number, done: (error: unknown) => void) => {
    try {
      count(plan, 'fdatasync', file);
      real.fdatasync(file, done);
    } catch (error) {
      setImmediate(done, error);
    }
  };
  syncBuiltinESMExports();
}

function calling(work: (...args: unknown[]) => unknown, args: unknown[]): unknown {
  const outer = within;
  within = true;
  try {
    return work(...args);
  } finally {
    within = outer;
  }
}

/** Throws where this write is to fail. */
function count({ folder, fails, code, forGood, log }: FailingWrites, call: string, target: unknown): void {
  const path = typeof target === 'number' ? real.readlinkSync(`/proc/self/fd/${target}`) : String(target);
  if (within || !path.startsWith(`${folder}/`)) return;
  const file = nameOf(path);
  const nth = (seen.get(`${call} ${file}`) ?? 0) + 1;
  seen.set(`${call} ${file}`, nth);
  real.writeFileSync(log, `${JSON.stringify({ call, file, nth })}\n`, { flag: 'a' });
  const isIt = fails?.call === call && fails.file === file && fails.nth === nth;
  if (!isIt && !failing) return;
  failing = forGood;
  throw Object.assign(new Error(`${code}: ${WORDS[code]}, ${call}`), { code, syscall: call });
}

function nameOf(path: string): string {
  return basename(path)
    .replace(/^\.tmp-(.+)-\d+-[0-9a-f]+$/, '$1')
    .replace(/\.\d+-[0-9a-f]{8}$/, '.draft');
}
