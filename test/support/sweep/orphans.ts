import { readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { SweepPlace } from './place.ts';
import { processesOf } from './processes.ts';

/** Milliseconds that what an owner has ended may take to be gone. */
const GRACE = 5_000;

/** What nobody needs any more and is there all the same: panes, lock files, processes. */
export async function orphans(place: SweepPlace): Promise<string[]> {
  const processes = await remainingProcesses(place.directory);
  return [
    ...panes(place).map((line) => `pane left: ${line}`),
    ...locks(place).map((path) => `lock left: ${path}`),
    ...processes.map((line) => `process left: ${line}`),
    ...place.left().map((line) => `left: ${line}`),
  ];
}

function panes(place: SweepPlace): string[] {
  const listed = place.tmux('list-panes', '-a', '-F', '#{pane_id} dead=#{pane_dead} #{@agentrelay}') ?? '';
  return listed.split('\n').filter((line) => line.includes('/'));
}

function locks({ repository }: SweepPlace): string[] {
  return readdirSync(repository, { recursive: true, withFileTypes: true })
    .filter(({ name }) => /\.lock(\.|$)/.test(name))
    .map((entry) => relative(repository, join(entry.parentPath, entry.name)));
}

async function remainingProcesses(directory: string): Promise<string[]> {
  const deadline = Date.now() + GRACE;
  for (;;) {
    const left = processesOf(directory);
    if (left.length === 0) return [];
    if (Date.now() > deadline) return left.map(({ pid, command }) => `${pid} ${command}`);
    await delay(50);
  }
}
