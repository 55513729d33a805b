import { type Figure, limitedFigure, median, megabytes, milliseconds } from './figures.ts';
import { layers } from './layers.ts';
import type { BenchOptions } from './options.ts';
import { probed } from './probe.ts';
import { PROGRAM, timed, Workplace } from './workplace.ts';

const SIZES: readonly { readonly tasks: number; readonly limit: number | null }[] = [
  { tasks: 100, limit: null },
  { tasks: 1_000, limit: 500 },
  { tasks: 10_000, limit: 2_500 },
];
const MEMORY_LIMIT = 300 * 1024;

/** `agentrelay validate` as a whole process. */
export async function loading({ rounds }: BenchOptions): Promise<Figure[]> {
  const figures: Figure[] = [];
  await using place = new Workplace();
  for (const { tasks, limit } of SIZES) {
    const graph = place.write(`graph${tasks}.yaml`, graphText(tasks));
    const run = (env: NodeJS.ProcessEnv = {}) => {
      return timed([process.execPath, PROGRAM, 'validate', graph], { cwd: place.folder, env });
    };
    await run();
    const times: number[] = [];
    for (let round = 0; round < rounds; round++) times.push((await run()).ms);
    const { peak } = await probed(run);
    const name = `validate ${tasks.toLocaleString('en')} tasks`;
    const time = median(times);
    figures.push(
      limit === null ? { name, ours: milliseconds(time) } : limitedFigure(name, time, limit, milliseconds),
      limitedFigure('  memory', peak, MEMORY_LIMIT, megabytes),
    );
  }
  return figures;
}

/** As people write them: a few lines a task. */
function graphText(count: number): string {
  const lines = ['name: large', 'primary_agent: { framework: command, command: ["true"] }', 'tasks:'];
  for (const { id, dependencies } of layers(count)) {
    lines.push(
      `  - id: ${id}`,
      '    role: implementer',
      `    description: Write the part of the program that ${id} stands for, with its tests`,
      `    paths: { src: [src/${id}.ts], test: [test/${id}.test.ts] }`,
    );
    if (dependencies.length > 0) lines.push(`    dependencies: [${dependencies.join(', ')}]`);
  }
  return `${lines.join('\n')}\n`;
}
