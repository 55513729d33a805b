import { writeFileSync } from 'node:fs';
import type { Reporter, TestModule } from 'vitest/node';

export interface Counts {
  passed: number;
  failed: number;
}

/** Where this reporter leaves its counts as JSON. */
export const COUNTS_FILE = 'TEST_COUNTS_FILE';

/** A failure that belongs to no test (a file that does not load, a broken hook) counts as one failed test. */
function countModule(module: TestModule): Counts {
  const counts: Counts = { passed: 0, failed: 0 };
  for (const test of module.children.allTests()) {
    const { state } = test.result();
    if (state === 'passed') counts.passed += 1;
    if (state === 'failed') counts.failed += 1;
  }
  if (module.state() === 'failed' && counts.failed === 0) counts.failed = 1;
  return counts;
}

export default class CountReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    const total: Counts = { passed: 0, failed: unhandledErrors.length };
    for (const { passed, failed } of modules.map(countModule)) {
      total.passed += passed;
      total.failed += failed;
    }
    const file = process.env[COUNTS_FILE];
    if (file) writeFileSync(file, JSON.stringify(total));
  }
}
