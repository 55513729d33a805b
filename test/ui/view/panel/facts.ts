import type { Fact } from '../../../../src/core/events.ts';
import type { RunState } from '../../../../src/core/run-state.ts';
import type { Detail } from '../../../../src/ui/ports.ts';
import type { UiState } from '../../../../src/ui/ui-state.ts';
import { panelScroll } from '../../../../src/ui/view/panel/panel.ts';
import type { Scroll, View } from '../../../../src/ui/view/view.ts';
import type { GraphSpec } from '../../../support/graphs.ts';
import { runOf, textsOf, viewOf } from '../views.ts';

export const BASE = '0123456789abcdef0123456789abcdef01234567';
export const TIP = '89abcdef0123456789abcdef0123456789abcdef';

/** One lane with one task, `impl`. */
export const ONE: GraphSpec = { workstreams: [{ id: 'api' }], tasks: [{ id: 'impl', ws: 'api' }] };

/** An attempt at `impl` up to the wait for its agent. */
export function begun(attempt = 1): Fact[] {
  const of = { task: 'impl', attempt } as const;
  const place = { branch: 'agentrelay/g/impl', base_commit: BASE, worktree: '/w', signal_dir: '/s' };
  return [
    { ...of, kind: 'task_started', token_hash: `hash-${attempt}` },
    { ...of, kind: 'task_prepared', ...place },
    { ...of, kind: 'task_launched', agent: 's:%1' },
    { ...of, kind: 'task_waiting' },
  ];
}

export const FAILED: readonly Fact[] = [
  ...begun(),
  { task: 'impl', attempt: 1, kind: 'task_failed', code: 'timeout', error: 'took 5 s\nand more', failure_class: null },
  { task: 'impl', attempt: 1, kind: 'task_retrying', of: 3 },
];

/** The view whose panel shows this detail of `impl`. */
export function detailView(run: RunState, value: Detail, ui: Partial<UiState> = {}): View {
  return viewOf(run, { cursor: 'task:impl', tab: value.tab, detail: { of: `impl/${value.tab}`, value }, ...ui });
}

export function allOf(scroll: Scroll): ReturnType<Scroll['lines']> {
  return scroll.lines(0, scroll.count);
}

/** The lines of the panel, without the blanks at their ends. */
export function shown(view: View, columns = 80): string[] {
  return textsOf(allOf(panelScroll(view, columns))).map((text) => text.trimEnd());
}

export function implRun(facts: readonly Fact[] = begun()): RunState {
  return runOf(ONE, facts);
}
