import { readFileSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Workplace } from './workplace.ts';

const PROBE = fileURLToPath(new URL('./probe.cjs', import.meta.url));

export interface Probed {
  /** Largest resident set, in kilobytes. The kernel's own count for a child would hold the parent's, too. */
  readonly peak: number;
  /** URLs of modules; empty unless asked for. */
  readonly imported: readonly string[];
}

/** What a Node program took; `run` starts it with this added to its environment. */
export async function probed(
  run: (env: NodeJS.ProcessEnv) => Promise<unknown>,
  { imports = false }: { imports?: boolean } = {},
): Promise<Probed> {
  await using place = new Workplace();
  const report = place.write('report', '');
  const asked = imports ? { BENCH_PROBE_IMPORTS: '1' } : {};
  await run({ NODE_OPTIONS: `--require ${PROBE}`, BENCH_PROBE: report, ...asked });
  const probed = JSON.parse(readFileSync(report, 'utf8')) as Probed;
  rmSync(report);
  return probed;
}
