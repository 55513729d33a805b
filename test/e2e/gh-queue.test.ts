import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
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
