import { existsSync, readdirSync, rmdirSync } from 'node:fs';
import { type GcItem, planGc } from '../core/gc-plan.ts';
import { endEmptySessions, REMOVAL_ORDER, removeEmptyFolders, removeLeaving } from '../steps/leavings/remove.ts';
import { type SurveyOptions, surveyLeavings } from '../steps/leavings/survey.ts';
import { RunStore } from '../steps/run-store.ts';
import { makeFolder } from '../steps/tools/atomic-file.ts';
import { tryLock } from '../steps/tools/lock-file.ts';

export type Place = Omit<SurveyOptions, 'sizes'>;

/** One leaving that was to go. `kept` is the ref that has its work now; `error` why it is still there. */
export interface Removal {
  readonly item: GcItem;
  readonly kept: string | null;
  readonly error: string | null;
}

/** Removes what was chosen, graph by graph; a fault in one leaving keeps none of the others. */
export async function removeAll(chosen: readonly GcItem[], keep: number, place: Place): Promise<Removal[]> {
  const done: Removal[] = [];
  for (const graph of new Set(chosen.map(({ leaving }) => leaving.graph))) {
    const own = chosen.filter(({ leaving }) => leaving.graph === graph);
    const remove = () => removeOf(own, keep, place);
    done.push(...(graph === null ? await remove() : await whileHeld(graph, own, place, remove)));
  }
  return done;
}

/** Nobody begins or goes on with the graph meanwhile. */
async function whileHeld(
  graph: string,
  own: readonly GcItem[],
  { repository }: Place,
  work: () => Promise<Removal[]>,
): Promise<Removal[]> {
  const { directory, lockFile } = new RunStore(repository.root, graph);
  const isNew = !existsSync(directory);
  makeFolder(directory);
  const attempt = tryLock(lockFile);
  if (attempt.kind === 'taken') {
    const error = `process ${attempt.by.pid} on ${attempt.by.host} runs graph ${graph} now`;
    return own.map((item) => ({ item, kept: null, error }));
  }
  try {
    return await work();
  } finally {
    attempt.lock.release();
    removeEmptyFolders(repository, graph);
    if (isNew && readdirSync(directory).length === 0) rmdirSync(directory);
  }
}

/** Looks again first: since the leavings were listed, things may have changed. */
async function removeOf(own: readonly GcItem[], keep: number, place: Place): Promise<Removal[]> {
  const survey = await surveyLeavings({ ...place, sizes: false });
  const now = planGc(survey.leavings, survey.uses, { keep });
  const order = ({ leaving }: GcItem) => REMOVAL_ORDER.indexOf(leaving.kind);
  const done: Removal[] = [];
  for (const item of own.toSorted((a, b) => order(a) - order(b))) {
    const { kind, name } = item.leaving;
    const found = now.find(({ leaving }) => leaving.kind === kind && leaving.name === name);
    if (found === undefined) continue;
    const { group } = found;
    if (group === null || (group !== item.group && group !== 'safe')) {
      done.push({ item, kept: null, error: `it is not as it was: ${found.reason}` });
      continue;
    }
    const remove = () => removeLeaving(found.leaving, group, { ...place, panes: survey.panes, left: survey.left });
    done.push(await removeOne(item, remove));
  }
  if (own.some(({ leaving }) => leaving.kind === 'pane' || leaving.kind === 'owner_window')) {
    await endEmptySessions(survey.panes);
  }
  return done;
}

async function removeOne(item: GcItem, remove: () => Promise<string | null>): Promise<Removal> {
  try {
    return { item, kept: await remove(), error: null };
  } catch (error) {
    return { item, kept: null, error: error instanceof Error ? error.message : String(error) };
  }
}
