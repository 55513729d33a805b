import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { heldUntil } from '../support/github/faults.ts';
import { expectLane } from '../support/github-merged.ts';
import { type GitHubProject, onGitHub } from '../support/github-run.ts';
import { appears } from '../support/run-fixture.ts';

const LANE = 'agentrelay/g/ws/default';

const mergedOrder = (project: GitHubProject) => project.told('task_succeeded').map(({ task }) => task);

/** Lines of one file, far enough from each other to be changed by different tasks. */
const SECTIONS = ['one', 'two', 'three', 'four', 'five', 'six'];
const SHARED = SECTIONS.map((section) => `${section}:\n.\n.\n.\n.\n.\n`).join('');

/** Merges the lane, keeps both sides and hands over again, whenever its work comes back. */
const RESOLVES = `while read -r prompt; do
  printf '%s\\n' "$prompt" >>"$HOME/$AGENTRELAY_TASK.prompts"
  git merge -q ${LANE} >/dev/null 2>&1 || true
  sed -i '/^[<=>]\\{7\\}/d' shared.txt
  git commit -qam 'Keep both'
  agentrelay-complete
done`;

test('twenty tasks that finish together merge in the order of asking; each conflict goes to its agent once', () =>
  onGitHub(
    async (project) => {
      // Two of each pair change the same line: whoever comes second conflicts.
      const pairs = SECTIONS.map((section, at) => [section, `a${at}`, `b${at}`] as const);
      const sectionOf = new Map<string, string>(
        pairs.flatMap(([section, a, b]) => [a, b].map((id) => [id, section] as const)),
      );
      const free = Array.from({ length: 8 }, (_, at) => `c${at}`);
      const ids = [...sectionOf.keys(), ...free];
      const ready = ': >"$HOME/$AGENTRELAY_TASK.ready"; wait_for "$HOME/go"; agentrelay-complete';
      const edit = (id: string) =>
        sectionOf.has(id) ? `sed -i 's/^${sectionOf.get(id)}:.*/&\\n${id}/' shared.txt; ` : '';
      const graph = project.graph({
        name: 'g',
        forge: 'gh',
        max_concurrency: 20,
        workstreams: [{ id: 'default', parallel: true, auto_merge: true }],
        tasks: ids.map((id) => project.task(id, `${edit(id)}commit ${id}.txt done; ${ready}\n${RESOLVES}`)),
      });
      const live = project.relayLive(graph);
      await Promise.all(ids.map((id) => appears(join(project.folder, `${id}.ready`))));
      project.release('go');
      const { code, stderr } = await live.ended;
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });

      const order = mergedOrder(project);
      expect(order.toSorted()).toEqual(ids.toSorted());
      await expectLane(project, { id: 'default', tasks: order });
      expectInTurn(project);
      const second = pairs.map(([, a, b]) => (order.indexOf(a) > order.indexOf(b) ? a : b));
      const conflicts = project.told('task_merge_conflict');
      expect(conflicts.map(({ task }) => task).toSorted()).toEqual(second.toSorted());
      for (const { task, round, files } of conflicts) {
        expect({ round, files }).toEqual({ round: 1, files: ['shared.txt'] });
        const prompts = readFileSync(join(project.folder, `${task}.prompts`), 'utf8')
          .trim()
          .split('\n');
        expect(prompts).toEqual([expect.stringMatching(/ conflicts in: shared\.txt\. .*"git merge agentrelay\/g\/ws/)]);
      }
      const merged = project.remote('show', 'main:shared.txt').split('\n');
      expect(merged.filter((line) => sectionOf.has(line)).toSorted()).toEqual([...sectionOf.keys()].toSorted());
    },
    { files: { 'shared.txt': SHARED } },
  ));

test('a branch that must be up to date takes its target in, and its new head passes the gate, in its turn', () =>
  onGitHub(async (project) => {
    const { hosted, told, task } = project;
    hosted.settings.strictUpToDate = true;
    const gate = 'git rev-parse HEAD >>"$HOME/gated"; test -e "$(git rev-parse --abbrev-ref HEAD | sed "s,.*/,,").txt"';
    const script = 'commit $AGENTRELAY_TASK.txt done; wait_for "$HOME/go"; agentrelay-complete; exec sleep 1000';
    const ids = ['a', 'b', 'c'];
    const graph = project.graph({
      name: 'g',
      forge: 'gh',
      max_concurrency: 4,
      workstreams: [
        { id: 'default', parallel: true, auto_merge: true },
        { id: 'other', auto_merge: true },
      ],
      tasks: [
        ...ids.map((id) => task(id, script, { completion_gate: gate })),
        task('x', 'commit x.txt done; agentrelay-complete', { workstream_id: 'other' }),
      ],
    });
    const live = project.relayLive(graph);
    await Promise.all(ids.map((id) => live.event('task_waiting', (event) => event.task === id)));
    project.release('go');
    const { code, stderr } = await live.ended;
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });

    const order = mergedOrder(project).filter((id) => id !== 'x');
    // So does the lane that comes second, here as there.
    const [first, second] = told('workstream_merged');
    const updatedFor = (id: string) => (second?.workstream === id && first !== undefined ? [first.commit] : []);
    await expectLane(project, { id: 'default', tasks: order }, updatedFor('default'));
    await expectLane(project, { id: 'other', tasks: ['x'] }, updatedFor('other'));
    // Nobody came in between while one was brought up to date: once each is enough.
    const updated = told('task_branch_updated');
    expect(updated.map((event) => event.task)).toEqual(order.slice(1));
    const gated = readFileSync(join(project.folder, 'gated'), 'utf8').trim().split('\n');
    expect(gated).toHaveLength(5);
    for (const { task: id, commit, target } of updated) {
      expect(target).toBe(LANE);
      expect(gated).toContain(commit);
      const [signalled, taken] = project.remote('show', '-s', '--format=%P', commit).split(' ');
      expect(told('task_signalled', id)).toMatchObject([{ commit: signalled }]);
      expect(told('task_gate_passed', id).map((event) => event.commit)).toEqual([signalled, commit]);
      const before = order[order.indexOf(id) - 1] ?? '';
      expect(told('task_succeeded', before)).toMatchObject([{ commit: taken }]);
    }
  }));

test('what happens to a pull request while it waits in the queue is found by the proofs before its merge', () =>
  onGitHub(async (project) => {
    const { api, hosted, told, task } = project;
    const done = 'commit $AGENTRELAY_TASK.txt done; agentrelay-complete';
    const waiting = ['closed', 'pushed', 'drafted', 'merged', 'last'];
    const graph = project.graph({
      name: 'g',
      forge: 'gh',
      max_concurrency: 6,
      workstreams: [{ id: 'default', parallel: true }],
      tasks: [task('first', done), ...waiting.map((id) => task(id, `wait_for "$HOME/go"; ${done}`))],
    });
    const meddled = Promise.withResolvers<void>();
    api.inject({ match: 'PullRequestMerge', action: heldUntil(meddled.promise) });
    const merging = api.arrives('PullRequestMerge');
    const live = project.relayLive(graph);
    await merging;
    const queued = waiting.map((id) => live.event('task_merge_queued', (event) => event.task === id));
    project.release('go');
    await Promise.all(queued);
    const number = async (id: string) => (await project.pullOf(`agentrelay/g/${id}`)).number;
    await hosted.closePr(await number('closed'));
    project.box.commit('agentrelay/g/pushed', { 'more.txt': 'more\n' }, { message: 'Add more' });
    await hosted.setDraft(await number('drafted'));
    const byHand = await hosted.mergePr(await number('merged'));
    meddled.resolve();
    const { code, stderr } = await live.ended;
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' });

    const failed = told('task_failed').map((event) => [event.task, [event.code, event.error]]);
    expect(Object.fromEntries(failed)).toEqual({
      closed: ['pr_closed', expect.stringContaining('proof "open"')],
      pushed: ['head_moved', expect.stringContaining('proof "head"')],
      drafted: ['pr_draft', expect.stringContaining('proof "open"')],
    });
    // A person was faster, at the commit that was signalled: there is nothing left to merge.
    expect(told('task_succeeded', 'merged')).toMatchObject([{ status: 'pr_merged', commit: byHand }]);
    const merged = ['first', 'merged', 'last'];
    expect(mergedOrder(project).toSorted()).toEqual(merged.toSorted());
    const second = project.remote('log', '--first-parent', '--format=%P', `main..${LANE}`).split('\n');
    const signalled = merged.map((id) => told('task_signalled', id)[0]?.commit);
    expect(second.map((parents) => parents.split(' ')[1]).toSorted()).toEqual(signalled.toSorted());
    expect(project.git('rev-parse', LANE)).toBe(project.branches()[LANE]);
    // What somebody has pushed is left to them.
    expect(project.branches()).toHaveProperty('agentrelay/g/pushed');
  }));

/** In the queue nobody overtakes, and who waits in it is merged in the order of asking, but for conflicts. */
function expectInTurn(project: GitHubProject): void {
  const lines = project
    .told('merge_queue_changed')
    .filter(({ target }) => target === LANE)
    .map(({ entries }) => entries.map((entry) => ('task' in entry ? entry.task : '')));
  for (const [at, now] of lines.entries()) {
    const before = lines[at - 1] ?? [];
    const ahead = before[0] === now[0] ? before : before.slice(1);
    if (now.length > 0) expect(now.slice(0, ahead.length)).toEqual(ahead);
  }
  expect(Math.max(...lines.map((line) => line.length))).toBeGreaterThan(4);
  const conflicting = new Set(project.told('task_merge_conflict').map(({ task }) => task));
  const asked = [...new Set(lines.flat())].filter((task) => !conflicting.has(task));
  expect(mergedOrder(project).filter((task) => asked.includes(task))).toEqual(asked);
}
