import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { expectProved } from '../support/github-merged.ts';
import { type GitHubProject, onGitHub } from '../support/github-run.ts';
import type { Live } from '../support/run-fixture.ts';

const LANE = 'agentrelay/g/ws/default';
const CI = 'https://ci.example.com/runs/';

type Conclusion = 'SUCCESS' | 'FAILURE' | null;

/** The required check of each task's first head and of the next: null while it runs, undefined while it was not reported. */
const BUILDS: Readonly<Record<string, (round: number) => Conclusion | undefined>> = {
  pending: () => null,
  late: () => undefined,
  red_once: (round) => (round === 0 ? 'FAILURE' : null),
  red: () => 'FAILURE',
  never: () => undefined,
  endless: () => null,
  refused: () => 'SUCCESS',
};

/** Commits anew, and hands over again, whenever its work comes back; keeps what it was told. */
const MENDS = `while read -r prompt; do
  printf '%s\\n' "$prompt" >>"$HOME/$AGENTRELAY_TASK.prompts"
  commit $AGENTRELAY_TASK.txt again
  agentrelay-complete
done`;

test('required checks are waited for, sent back when they are red, and awaited anew for a new head', () =>
  onGitHub(async (project) => {
    const { hosted, told, task } = project;
    const heads = new Map<string, string[]>();
    hosted.requireChecks(['build']);
    // Optional ones keep nothing back.
    hosted.settings.autoChecks = ({ headBranch, head }) => {
      const known = heads.get(headBranch) ?? [];
      if (!known.includes(head)) heads.set(headBranch, [...known, head]);
      const id = headBranch.replace('agentrelay/g/', '');
      const conclusion = BUILDS[id]?.(heads.get(headBranch)?.indexOf(head) ?? 0);
      const build = conclusion === undefined ? [] : [{ name: 'build', conclusion, url: `${CI}${id}` }];
      return [...build, { name: 'optional', conclusion: 'FAILURE' }];
    };
    const script = `commit $AGENTRELAY_TASK.txt done; agentrelay-complete; ${MENDS}`;
    const refused = `commit $AGENTRELAY_TASK.txt done; agentrelay-complete; exec sleep 1000`;
    const graph = project.graph({
      name: 'g',
      forge: 'gh',
      max_concurrency: 9,
      workstreams: [{ id: 'default', parallel: true }],
      tasks: [
        task('pending', script),
        task('late', script),
        task('red_once', script),
        task('red', script, { max_check_fixes: 1 }),
        task('never', script, { timeout: '12s' }),
        task('endless', script, { timeout: '12s' }),
        task('refused', refused, { completion_gate: 'until [ -e "$HOME/reviewed" ]; do sleep 0.02; done' }),
      ],
    });
    const merged = ['pending', 'late', 'red_once'];
    const live = project.relayLive(graph);
    const { pr } = await live.event('task_pr_created', (event) => event.task === 'refused');
    await hosted.review(Number(pr.split('/').at(-1)), 'CHANGES_REQUESTED');
    project.release('reviewed');
    await Promise.all(merged.map((id) => turnGreen(project, live, id)));
    const { code, stderr } = await live.ended;
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' });

    expect(
      told('task_succeeded')
        .map((event) => event.task)
        .toSorted(),
    ).toEqual(merged.toSorted());
    for (const id of merged) {
      const proofs = told('task_pr_proof', id);
      expectProved(proofs, proofs[0]?.pr ?? '');
      expect(proofs.some(({ proof, holds }) => proof === 'checks' && holds === null)).toBe(true);
    }
    expect(told('task_pr_proof', 'pending').at(-1)).toMatchObject({
      proof: 'checks',
      checks: { passed: 1, required: 1 },
    });
    // What was proved of the first head is not known of the second.
    const ofChecks = told('task_pr_proof', 'red_once').filter(({ proof }) => proof === 'checks');
    expect(ofChecks.map(({ holds }) => holds)).toEqual([false, null, true]);

    const red = (id: string, round: number, of: number) => ({
      task: id,
      round,
      of,
      checks: [{ name: 'build', url: `${CI}${id}` }],
    });
    expect(told('task_checks_failed', 'red_once')).toMatchObject([red('red_once', 1, 2)]);
    expect(told('task_checks_failed', 'red')).toMatchObject([red('red', 1, 1), red('red', 2, 1)]);
    const prompts = (id: string) =>
      readFileSync(join(project.folder, `${id}.prompts`), 'utf8')
        .trim()
        .split('\n');
    for (const id of ['red_once', 'red']) {
      expect(prompts(id)).toEqual([expect.stringContaining(`build (${CI}${id})`)]);
      expect(told('task_sent_back', id)).toMatchObject([{ cause: 'checks', result: 'submitted' }]);
    }
    expect(Object.fromEntries(told('task_failed').map((event) => [event.task, [event.code, event.error]]))).toEqual({
      red: ['checks_failed', expect.stringContaining(`required checks are still red after 1 fix: build (${CI}red)`)],
      never: ['checks_timeout', expect.stringContaining('a required check was never reported')],
      endless: ['checks_timeout', expect.stringContaining('still running: build')],
      refused: ['pr_protected', expect.stringMatching(/proof "mergeable" .* found BLOCKED: CHANGES_REQUESTED/)],
    });
    expect(told('task_merge_conflict')).toEqual([]);
    expect(project.line(LANE)).toHaveLength(3);
  }));

/** Its check passes as soon as it was seen not to have passed yet. */
async function turnGreen(project: GitHubProject, live: Live, id: string): Promise<void> {
  const { pr } = await live.event(
    'task_pr_proof',
    ({ task, proof, holds }) => task === id && proof === 'checks' && holds === null,
  );
  await project.hosted.setCheck(Number(pr.split('/').at(-1)), {
    name: 'build',
    conclusion: 'SUCCESS',
    url: `${CI}${id}`,
  });
}
