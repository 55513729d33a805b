import type { RunEvent } from '../../core/events.ts';
import { attemptRef, runDirectory } from '../../core/names.ts';
import type { RunState } from '../../core/run-state.ts';
import { plural } from '../../ui/format.ts';
import type { DemoPlace } from './place.ts';

/** What the run shows, read from its journal, so that nothing is claimed that did not happen. */
export function highlights(events: readonly RunEvent[], state: RunState): string[] {
  const found = [
    ...gates(events),
    ...retries(state),
    ...atOnce(events),
    ...crossLaneWaits(events, state),
    ...heldLanes(events, state),
  ];
  const width = Math.max(0, ...found.map(([name]) => name.length));
  return found.map(([name, text]) => `${name.padEnd(width)}  ${text}`);
}

type Highlight = readonly [name: string, text: string];

function gates(events: readonly RunEvent[]): Highlight[] {
  return events.flatMap((event): Highlight[] => {
    if (event.kind !== 'task_gate_passed' || event.round === 1) return [];
    const { task, round } = event;
    const failed = round === 2 ? 'in round 1' : `${plural(round - 1, 'time')}`;
    return [['gate', `${task}: failed ${failed}, went back to the agent in its window, passed in round ${round}`]];
  });
}

function retries(state: RunState): Highlight[] {
  return [...state.tasks.values()].flatMap(({ outline, attempts, status }): Highlight[] => {
    const first = attempts[0];
    if (attempts.length < 2 || first?.failure == null) return [];
    const kept = attemptRef(state.run, outline.id, 1);
    return [
      ['retry', `${outline.id}: attempt 1 failed (kept as ${kept}), attempt ${attempts.length} ${ended(status)}`],
    ];
  });
}

function ended(status: string): string {
  return status === 'pr_merged' ? 'was merged' : status;
}

/** The most agents that were at work together. */
function atOnce(events: readonly RunEvent[]): Highlight[] {
  const live = new Set<string>();
  let most: string[] = [];
  for (const event of events) {
    if (event.kind === 'task_waiting') live.add(event.task);
    else if (event.kind === 'task_signalled' || event.kind === 'task_failed') live.delete(event.task);
    if (live.size > most.length) most = [...live];
  }
  return most.length < 2 ? [] : [['parallel', `${plural(most.length, 'agent')} at work at once: ${most.join(', ')}`]];
}

function crossLaneWaits(events: readonly RunEvent[], state: RunState): Highlight[] {
  return [...state.tasks.values()].flatMap(({ outline }): Highlight[] => {
    const lanes = outline.dependencies.flatMap((id) => state.tasks.get(id)?.outline.workstream ?? []);
    const lane = lanes.find((id) => id !== outline.workstream);
    const merged = events.find((event) => event.kind === 'workstream_merged' && event.workstream === lane);
    const started = events.find((event) => event.kind === 'task_started' && event.task === outline.id);
    if (merged === undefined || started === undefined || started.seq < merged.seq) return [];
    const later = `within ${Math.max(1, Date.parse(started.at) - Date.parse(merged.at))} ms of its merge`;
    return [['wait', `${outline.id}: waited for lane ${lane}, started ${later}, with its work on the branch`]];
  });
}

function heldLanes(events: readonly RunEvent[], state: RunState): Highlight[] {
  return events.flatMap((event): Highlight[] => {
    if (event.kind !== 'workstream_held' || state.workstreams.get(event.workstream)?.status === 'merged') return [];
    const why = event.reason === 'concerns' ? 'a concern' : event.reason.replaceAll('_', ' ');
    return [
      ['held', `lane ${event.workstream}: done, and not merged because of ${why}; a person merges it with`],
      ['', event.merge_command],
    ];
  });
}

/** Commands to look at what is left, from inside the repository; those for a run that came to its end, and for any. */
export function tour(place: DemoPlace, complete: boolean): string[] {
  const run = runDirectory('shop', 1);
  const gate = `${run}/signals/cart-code/attempt-1`;
  const finished = [
    ['git log --graph --oneline --all', 'with the attempt that failed'],
    [`cat ${gate}/instructions.md`, 'what an agent is told'],
    [`cat ${gate}/agent.log`, 'its screen, gate and all'],
    [`ls -A ${gate}`, 'all else that an attempt leaves'],
  ] as const;
  const any = [
    [`cat ${run}/events.jsonl`, 'the journal, one event a line'],
    ['../agentrelay events', 'the same, for people'],
    ['../agentrelay status', 'the table above'],
    ['cat ../graph.yaml ../agents/cart-code.sh', 'the graph file, and the agent'],
    [`rm -rf ${place.directory}`, 'removes it all'],
  ] as const;
  const commands = complete ? [...finished, ...any] : any;
  const width = Math.max(...commands.map(([command]) => command.length));
  return [`cd ${place.repository}`, ...commands.map(([command, what]) => `${command.padEnd(width)}  # ${what}`)];
}

/** What to say of a demo that did not succeed. */
export function troubleLines(
  { place, code, onScreen }: { readonly place: DemoPlace; readonly code: number; readonly onScreen: boolean },
  state: RunState,
): string[] {
  const over = state.outcome !== null && state.outcome !== 'cancelled';
  if (over && !onScreen)
    return [`agentrelay: the demo did not succeed (exit code ${code}); the errors are below its table`];
  const what = over ? 'what has failed was not tried again; this comes back to it' : INTERRUPTED;
  return [`agentrelay: ${what}:`, `  ${comeBack(place, onScreen ? 'tui' : 'run')}`];
}

const INTERRUPTED = 'the demo was interrupted; this goes on with it';

/** What shows, or goes on with, the run of a demo. */
export function comeBack({ directory, tmuxSocket }: DemoPlace, command: 'run' | 'tui'): string {
  return `cd ${directory} && ./agentrelay ${command} graph.yaml -t shop -L ${tmuxSocket}`;
}
