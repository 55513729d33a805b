import { styleText } from 'node:util';
import type { GcGroup, GcItem, GraphUse, LeavingKind } from '../core/gc-plan.ts';
import type { RemoteSurvey } from '../steps/leavings/remote.ts';
import { plural } from '../ui/format.ts';
import { oneLine } from './event-line.ts';
import type { Removal } from './gc-remove.ts';

const KINDS: Readonly<Record<LeavingKind, string>> = {
  pane: 'dead pane',
  container: 'container',
  job: 'job',
  remote: 'remote pane',
  process: 'process',
  owner_window: 'owner window',
  worktree: 'worktree',
  branch: 'branch',
  run_folder: 'records',
  kept_ref: 'kept ref',
  kept_folder: 'kept folder',
};

/** Heads of the lists, in the order in which they are shown; the totals have their first half. */
const GROUPS: readonly (readonly [GcGroup | null, string])[] = [
  ['safe', 'may go: nothing is lost'],
  ['unmerged', 'not merged: goes with --unmerged, its work is kept under a ref'],
  ['kept', 'kept work: goes with --kept-refs --yes, for good'],
  [null, 'stays'],
];

/** What was found, the largest first, with the totals at the end. */
export function gcLines(items: readonly GcItem[], { now, colour }: { now: number; colour: boolean }): string[] {
  const paint = (text: string) => (colour ? styleText('bold', text, { validateStream: false }) : text);
  const lists = GROUPS.flatMap(([group, title]) => {
    const found = items.filter((item) => item.group === group).sort(bySize);
    return found.length === 0 ? [] : [paint(title), ...gcTable(found, now), ''];
  });
  return [...lists, ...GROUPS.flatMap(([group, title]) => totalLine(items, group, title))];
}

/** A line an item, in columns: size, age, kind, name and why. */
export function gcTable(items: readonly GcItem[], now: number): string[] {
  const rows = items.map(({ leaving, reason }) => [
    leaving.bytes === null ? '' : formatSize(leaving.bytes),
    leaving.changedAt === null ? '' : formatAge(now - leaving.changedAt),
    KINDS[leaving.kind],
    oneLine(leaving.name),
    oneLine(reason),
  ]);
  const widths = [0, 1, 2, 3].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) => {
    const [size = '', age = '', kind = '', name = '', reason] = row;
    const [first = 0, second = 0, third = 0, fourth = 0] = widths;
    return `  ${size.padStart(first)}  ${age.padStart(second)}  ${kind.padEnd(third)}  ${name.padEnd(fourth)}  ${reason}`;
  });
}

function totalLine(items: readonly GcItem[], group: GcGroup | null, title: string): string[] {
  const found = items.filter((item) => item.group === group);
  if (found.length === 0) return [];
  return [`${title.split(':')[0]}: ${plural(found.length, 'item')}, ${formatSize(totalSize(found))}`];
}

function totalSize(items: readonly GcItem[]): number {
  return items.reduce((sum, { leaving }) => sum + (leaving.bytes ?? 0), 0);
}

function bySize(a: GcItem, b: GcItem): number {
  return (b.leaving.bytes ?? 0) - (a.leaving.bytes ?? 0) || a.leaving.name.localeCompare(b.leaving.name);
}

/** What was done, with the refs that keep what was in it. */
export function removalLines(removals: readonly Removal[]): string[] {
  if (removals.length === 0) return [];
  const gone = removals.filter(({ error }) => error === null);
  const kept = gone.flatMap(({ item, kept }) => (kept === null ? [] : [`  ${item.leaving.name} is kept as ${kept}`]));
  const size = formatSize(totalSize(gone.map(({ item }) => item)));
  return ['', `removed ${gone.length} of ${plural(removals.length, 'item')}, ${size}`, ...kept];
}

/** What GitHub has of finished runs, with the commands that delete it: nothing is removed there by itself. */
export function remoteLines({ leavings, unknown }: RemoteSurvey): string[] {
  const lines = [...Map.groupBy(leavings, ({ remote }) => remote)].flatMap(([remote, found]) => [
    '',
    `on ${remote}, and needed by no run here`,
    ...found.map(({ branch, commit }) => `  ${commit.slice(0, 8)}  ${branch}`),
    `  to delete them: git push ${remote} --delete ${found.map(({ branch }) => branch).join(' ')}`,
  ]);
  const others = unknown === 0 ? [] : [`${unknown} more of graphs that were last run elsewhere, or not on GitHub`];
  return lines.length + others.length === 0
    ? ['', 'on GitHub nothing is left that no run here needs']
    : [...lines, ...others];
}

/** The same for scripts. */
export function gcJson(items: readonly GcItem[], removals: readonly Removal[], faults: readonly string[]): object {
  return {
    items: items.map(({ leaving, group, reason }) => ({
      ...{ kind: leaving.kind, name: leaving.name, graph: leaving.graph, run: leaving.run, bytes: leaving.bytes },
      changed_at: leaving.changedAt === null ? null : new Date(leaving.changedAt).toISOString(),
      ...{ merged: leaving.work.merged, unmerged: leaving.work.unmerged, uncommitted: leaving.work.uncommitted },
      ...{ group, reason },
    })),
    removed: removals.map(({ item, kept, error }) => ({
      ...{ kind: item.leaving.kind, name: item.leaving.name, kept, error },
    })),
    faults,
  };
}

/** Why graphs are left alone, a line each. */
export function busyLines(uses: readonly GraphUse[]): string[] {
  return uses.flatMap(({ graph, busy }) => (busy === null ? [] : [`${graph}: nothing is touched; ${busy}`]));
}

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];

export function formatSize(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < UNITS.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${UNITS[unit]}`;
}

/** In the largest unit of which there is at least one; a clock that went back makes it 0. */
export function formatAge(milliseconds: number): string {
  const minutes = Math.max(0, Math.floor(milliseconds / 60_000));
  if (minutes < 60) return `${minutes} min`;
  if (minutes < 48 * 60) return `${Math.floor(minutes / 60)} h`;
  return `${Math.floor(minutes / (24 * 60))} days`;
}
