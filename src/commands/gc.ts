import { UserError, WorkspaceError } from '../core/errors.ts';
import { type GcGroup, type GcItem, type LeavingKind, planGc } from '../core/gc-plan.ts';
import type { RemoteSurvey } from '../steps/leavings/remote.ts';
import { type Survey, surveyLeavings } from '../steps/leavings/survey.ts';
import { findRepository } from '../steps/preflight.ts';
import { Git } from '../steps/tools/git.ts';
import { plural } from '../ui/format.ts';
import { terminalConfirm } from './confirm.ts';
import { type Removal, removeAll } from './gc-remove.ts';
import { busyLines, gcJson, gcLines, gcTable, remoteLines, removalLines } from './gc-report.ts';
import type { Io } from './io.ts';

export interface GcOptions {
  /** Null for all of the repository's. */
  readonly graph: string | null;
  readonly targetRepo: string;
  readonly tmuxSocket: string | null;
  /** How many of the newest runs of a graph keep their records. */
  readonly keep: number;
  readonly unmerged: boolean;
  readonly keptRefs: boolean;
  /** Also asks GitHub which of its branches nobody here needs. */
  readonly remote: boolean;
  readonly yes: boolean;
  readonly dryRun: boolean;
  readonly json: boolean;
}

const FAULTS = 1;

/** Lists what finished runs have left, and removes what may go and was said yes to. Resolves to the exit code. */
export async function gc(options: GcOptions, io: Io): Promise<number> {
  if (options.keptRefs && !options.yes && !options.dryRun) {
    throw new UserError('--kept-refs removes the last trace of unmerged work', {
      hint: '--kept-refs --dry-run lists it, --kept-refs --yes removes it',
    });
  }
  const repository = await findRepository(options.targetRepo);
  const git = new Git(repository.root);
  try {
    const place = { repository, git, tmuxSocket: options.tmuxSocket };
    const survey = await surveyLeavings({ ...place, sizes: true });
    const items = itemsOf(survey, options);
    const there = options.remote ? await lookThere(git, survey, options) : null;
    report(survey, items, options, io);
    if (there !== null && !options.json) for (const line of remoteLines(there)) io.out(line);
    const removals = await removeAll(await choose(items, options, io), options.keep, place);
    return finish(survey, { items, removals, there }, options, io);
  } finally {
    git.close();
  }
}

async function lookThere(git: Git, { records, uses }: Survey, { graph }: GcOptions): Promise<RemoteSurvey> {
  const { surveyRemotes } = await import('../steps/leavings/remote.ts');
  try {
    return await surveyRemotes(git, graph === null ? records : records.filter((one) => one.graph === graph), uses);
  } catch (error) {
    if (!(error instanceof WorkspaceError)) throw error;
    throw new UserError(error.message, { hint: 'without --remote nobody is asked', cause: error });
  }
}

function itemsOf(survey: Survey, { graph, keep }: GcOptions): GcItem[] {
  const known = survey.uses.map((use) => use.graph);
  if (graph !== null && !known.includes(graph)) {
    throw new UserError(`graph ${graph} has left nothing here`, { hint: `there are: ${known.join(', ') || 'none'}` });
  }
  const items = planGc(survey.leavings, survey.uses, { keep });
  return graph === null ? items : items.filter(({ leaving }) => leaving.graph === graph);
}

function report({ uses }: Survey, items: readonly GcItem[], options: GcOptions, io: Io): void {
  if (options.json) return;
  for (const line of busyLines(uses.filter(({ graph }) => options.graph === null || graph === options.graph))) {
    io.out(line);
  }
  for (const line of gcLines(items, { now: Date.now(), colour: io.colour })) io.out(line);
  if (items.length === 0) io.out('runs have left nothing here');
}

const QUESTIONS: readonly { readonly kind: LeavingKind; readonly text: (count: number) => string }[] = [
  {
    kind: 'worktree',
    text: (count) =>
      `Remove ${plural(count, 'worktree')} with such work? What is not committed is kept under refs/agentrelay/backup/.`,
  },
  {
    kind: 'branch',
    text: (count) =>
      `Remove ${count === 1 ? '1 such branch' : `${count} such branches`}? Each is kept under refs/agentrelay/archive/.`,
  },
  { kind: 'run_folder', text: (count) => `Remove the records of ${plural(count, 'such run')}? Its kept refs stay.` },
];

/** What is to go: all that was asked about and said yes to. */
async function choose(items: readonly GcItem[], options: GcOptions, io: Io): Promise<GcItem[]> {
  const { yes, dryRun, json } = options;
  const of = (group: GcGroup) => items.filter((item) => item.group === group);
  const wanted = [...of('safe'), ...(options.unmerged ? of('unmerged') : []), ...(options.keptRefs ? of('kept') : [])];
  if (dryRun || wanted.length === 0) return [];
  if (yes) return wanted;
  if (json) return [];
  const confirm = terminalConfirm();
  if (confirm === null) {
    io.err('agentrelay: nothing was removed: nobody is here to be asked; --yes removes without asking');
    return [];
  }
  const chosen: GcItem[] = [];
  const safe = of('safe');
  if (safe.length > 0 && (await confirm(`Remove the ${plural(safe.length, 'item')} that nothing is lost with?`))) {
    chosen.push(...safe);
  }
  for (const { kind, text } of options.unmerged ? QUESTIONS : []) {
    const unmerged = of('unmerged').filter(({ leaving }) => leaving.kind === kind);
    if (unmerged.length === 0) continue;
    for (const line of gcTable(unmerged, Date.now())) io.err(line);
    if (await confirm(text(unmerged.length))) chosen.push(...unmerged);
  }
  return chosen;
}

interface Found {
  readonly items: readonly GcItem[];
  readonly removals: readonly Removal[];
  /** Null where GitHub was not asked. */
  readonly there: RemoteSurvey | null;
}

function finish({ faults }: Survey, { items, removals, there }: Found, options: GcOptions, io: Io): number {
  if (options.json) {
    const remote = there === null ? {} : { remote: there.leavings };
    io.out(JSON.stringify({ ...gcJson(items, removals, faults), ...remote }));
  }
  if (!options.json) for (const line of removalLines(removals)) io.out(line);
  for (const fault of faults) io.err(`agentrelay: could not look at ${fault}`);
  for (const { item, error } of removals) {
    if (error !== null) io.err(`agentrelay: could not remove ${item.leaving.name}: ${error}`);
  }
  return faults.length > 0 || removals.some(({ error }) => error !== null) ? FAULTS : 0;
}
