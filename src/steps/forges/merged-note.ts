import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeError } from '../../core/errors.ts';
import type { TaskRuntime } from '../../core/task-runtime.ts';
import { writing } from '../tools/file-error.ts';

/** For people who look at the files. The merge is made, and is not to be made again because of a disk that is full. */
export function noteMerge(runtime: TaskRuntime, commit: string): void {
  const path = join(runtime.require('signalDir'), '.merged');
  try {
    writing(path, () => writeFileSync(path, `${new Date().toISOString()}\n${commit}\n`));
  } catch (error) {
    runtime.concern({ source: 'ops', message: describeError(error) });
  }
}
