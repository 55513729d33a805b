import { join } from 'node:path';
import { installStandIns, standInEnv, standInScripts } from '../agents/install.ts';
import { makeProject, type Project, SOCKET } from '../run-fixture.ts';
import { AgentCell, goFile } from './agent-cell.ts';
import { JournalFeed } from './journal-feed.ts';
import { PRESETS, type Preset, type PresetTable } from './preset-table.ts';
import { type AgentScript, absent, type Plan, type Situation } from './situation.ts';

/** Milliseconds for each thing that is waited for. */
const LIMIT = 75_000;

interface Tried {
  readonly situation: Situation;
  readonly preset: Preset;
  readonly plan: Plan;
  readonly script: AgentScript;
  readonly task: string;
}

export interface SituationsOptions {
  readonly table: PresetTable;
  /** Tries only these. */
  readonly presets?: readonly Preset[];
}

/** One run with a task for each preset in each situation; resolves to what went wrong, in words. */
export async function runSituations(
  situations: readonly Situation[],
  { table, presets = PRESETS }: SituationsOptions,
): Promise<string[]> {
  const project = makeProject();
  const end = new AbortController();
  try {
    const tried = situations.flatMap((situation) => plansOf(situation, { project, presets, table }));
    const graph = prepare(project, tried);
    const start = () => project.start('run', graph, '-L', SOCKET, '--json');
    const live = start();
    const feed = new JournalFeed(join(project.repo, '.workflow/presets/runs/1/events.jsonl'), {
      limit: LIMIT,
      end: end.signal,
    });
    const cells = tried.map(({ preset, task, situation }) => {
      const fill = (row: string, happened: string) => {
        if (!situation.rows.includes(row)) throw new Error(`${situation.id} does not fill in ${row}`);
        table.set(row, preset, happened);
      };
      return new AgentCell(preset, task, { project, feed, fill });
    });
    const failures: string[] = [];
    const driven = tried.map(async (one, at) => {
      const cell = cells[at] as AgentCell;
      const error = await drive(one, cell).catch((error: unknown) => error);
      if (error === undefined) return;
      const told = error instanceof Error ? error.message : String(error);
      failures.push(`${one.task}: ${told}\n${cell.screen()}\n`);
      for (const row of one.situation.rows) {
        if (!table.has(row, one.preset)) table.set(row, one.preset, `WRONG: ${told.split('\n', 1)[0]}`);
      }
    });
    const { meddle } = situations.find((one) => one.meddle !== undefined) ?? {};
    const last = meddle === undefined ? live : await meddle(live, start, cells);
    await Promise.all(driven);
    if (failures.length > 0) return failures;
    const { code, stderr } = await last.ended;
    const isGood = tried.every(({ plan }) => plan.fails !== true);
    if (code !== (isGood ? 0 : 1) || stderr !== '') failures.push(`the run ended with ${code}: ${stderr}`);
    return failures;
  } finally {
    end.abort();
    project.remove();
  }
}

interface Planned {
  readonly project: Project;
  readonly presets: readonly Preset[];
  readonly table: PresetTable;
}

function plansOf(situation: Situation, { project, presets, table }: Planned): Tried[] {
  return presets.flatMap((preset) => {
    const plan = situation.plan(preset);
    if ('why' in plan) {
      for (const row of situation.rows) table.set(row, preset, absent(plan.why));
      return [];
    }
    const task = `${situation.id}_${preset}`;
    const script = typeof plan.script === 'function' ? plan.script(goFile(project, task)) : plan.script;
    return [{ situation, preset, plan, script, task }];
  });
}

/** The graph file. */
function prepare(project: Project, tried: readonly Tried[]): string {
  Object.assign(project.env, standInEnv(project.folder), {
    PATH: `${installStandIns(project.folder)}:${project.env.PATH}`,
    // Programs tell the ends of limits as times of day.
    TZ: 'UTC',
  });
  const scripts = tried.flatMap(({ task, script }) => (typeof script === 'string' ? [] : [[task, script] as const]));
  standInScripts(project.folder, Object.fromEntries(scripts));
  return project.graph({
    name: 'presets',
    approvals: 'skip',
    max_concurrency: tried.length,
    workstreams: [...new Set(tried.map(({ situation }) => situation.id))].map((id) => ({
      id,
      parallel: true,
      auto_merge: true,
    })),
    tasks: tried.map(({ task, preset, plan, script, situation }) => ({
      id: task,
      workstream_id: situation.id,
      primary_agent:
        typeof script === 'string'
          ? { framework: preset, command: project.agent(task, script) }
          : { framework: preset },
      ...plan.task,
    })),
  });
}

async function drive({ plan, situation, preset }: Tried, cell: AgentCell): Promise<void> {
  await plan.drive(cell);
  const untold = situation.rows.filter((row) => !cell.hasTold(row));
  if (untold.length > 0) throw new Error(`nothing was told of ${untold.join(', ')} of ${preset}`);
}
