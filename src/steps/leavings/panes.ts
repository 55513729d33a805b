import { type Leaving, NO_WORK } from '../../core/gc-plan.ts';
import { hashOf } from '../attempt-tokens.ts';
import type { TaggedPane } from '../tagged-panes.ts';
import type { GraphRecords } from './graph-records.ts';

/** Panes of ours that belong to this graph of this repository, and not to one of the same name elsewhere. */
export function panesOf(panes: readonly TaggedPane[], { graph, store, tokens }: GraphRecords): TaggedPane[] {
  return panes.filter(({ of }) => {
    if (of.kind === 'owner') return of.folder === store.directory;
    return of.tag.graph === graph && tokens.has(hashOf(of.tag.token));
  });
}

/** Tasks whose agents are still alive, each with its run. */
export function liveAgents(panes: readonly TaggedPane[]): string[] {
  return panes.flatMap(({ of, dead, pane }) =>
    of.kind === 'agent' && !dead ? [`${of.tag.task} of run ${of.tag.run} in pane ${pane}`] : [],
  );
}

export function deadPanes(panes: readonly TaggedPane[], graph: string): Leaving[] {
  return panes
    .filter(({ dead }) => dead)
    .map((pane) => ({
      kind: pane.of.kind === 'agent' ? 'pane' : 'owner_window',
      name: paneName(pane),
      graph,
      run: pane.of.kind === 'agent' ? pane.of.tag.run : null,
      bytes: null,
      changedAt: pane.activeAt,
      work: NO_WORK,
      obstacle: null,
      heldBy: null,
    }));
}

/** Ids are unique on one server only. */
export function paneName({ pane, server, of }: TaggedPane): string {
  const whose = of.kind === 'agent' ? `${of.tag.task}, attempt ${of.tag.attempt}` : 'owner';
  const where = server.filter((word) => word !== '-f' && word !== '/dev/null').join(' ');
  return `${pane} (${whose})${where === '' ? '' : ` of tmux ${where}`}`;
}
