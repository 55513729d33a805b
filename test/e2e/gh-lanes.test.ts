import { expect, test } from 'vitest';
import type { EventKind, FactOf } from '../../src/core/events.ts';
import { type GitHubProject, onGitHub } from '../support/github-run.ts';
import type { Live } from '../support/run-fixture.ts';

const WORK = 'commit $AGENTRELAY_TASK.txt done; agentrelay-complete';

const laneBranch = (id: string) => `agentrelay/g/ws/${id}`;
const ofLane = async <K extends EventKind>(live: Live, kind: K, id: string, fits = (_: FactOf<K>) => true) =>
  await live.event(kind, (event) => 'workstream' in event && event.workstream === id && fits(event));
const numberOf = async (project: GitHubProject, lane: string) => (await project.pullOf(laneBranch(lane))).number;

test('integration pull requests: held for what a person must do; what a person does with them is noticed', () =>
  onGitHub(
    async (project) => {
      const { hosted, told, task } = project;
      hosted.requireChecks(['build']);
      // Those of `watched` run until the test says otherwise.
      const running = new Set(['reviewed', 'drafted', 'watched'].map(laneBranch));
      hosted.settings.autoChecks = ({ headBranch }) => [
        {
          name: 'build',
          conclusion: running.has(headBranch) ? null : headBranch === laneBranch('red') ? 'FAILURE' : 'SUCCESS',
          url: 'https://ci.example.com/1',
        },
      ];
      const held = (id: string, script = WORK) => [{ id, auto_merge: true }, task(id, script, { workstream_id: id })];
      const left = (id: string) => [{ id }, task(id, WORK, { workstream_id: id })];
      const lanes = [
        held('red'),
        held('clash', `wait_for "$HOME/clash"; commit shared.txt mine; agentrelay-complete`),
        held('reviewed'),
        held('drafted'),
        held('watched'),
        left('parent'),
        left('shut'),
        [
          { id: 'child', parent_workstream_id: 'parent', auto_merge: true },
          task('child', `cat parent.txt; ${WORK}`, { workstream_id: 'child' }),
        ],
      ];
      const graph = project.graph({
        name: 'g',
        forge: 'gh',
        max_concurrency: 8,
        workstreams: lanes.map(([lane]) => lane),
        tasks: lanes.map(([, one]) => one),
      });
      const live = project.relayLive(graph, '--wait', '60s');
      await live.event('task_waiting', (event) => event.task === 'clash');
      project.box.commit('main', { 'shared.txt': 'theirs\n' }, { message: 'Change it meanwhile' });
      project.release('clash');

      // While checks run, a person comes.
      const pending = (lane: string) =>
        ofLane(live, 'workstream_pr_proof', lane, ({ proof, holds }) => proof === 'checks' && holds === null);
      await Promise.all(['reviewed', 'drafted'].map(pending));
      await hosted.review(await numberOf(project, 'reviewed'), 'CHANGES_REQUESTED');
      await hosted.setDraft(await numberOf(project, 'drafted'));
      for (const id of ['reviewed', 'drafted']) running.delete(laneBranch(id));
      await Promise.all(['parent', 'shut'].map((id) => ofLane(live, 'workstream_held', id)));
      const byHand = await hosted.mergePr(await numberOf(project, 'parent'));
      await hosted.closePr(await numberOf(project, 'shut'));
      await ofLane(live, 'workstream_failed', 'shut');
      await ofLane(live, 'workstream_merged', 'child');
      running.delete(laneBranch('watched'));
      const { code, stderr } = await live.ended;
      expect({ code, stderr }).toEqual({ code: 1, stderr: '' });

      expect(told('workstream_merged').map(({ workstream, by }) => [workstream, by])).toEqual([
        ['parent', 'person'],
        ['child', 'agentrelay'],
        ['watched', 'agentrelay'],
      ]);
      expect(told('workstream_merged', 'parent')).toMatchObject([{ commit: byHand }]);
      const holds = told('workstream_held').map(({ workstream, reason, details }) => [workstream, [reason, details]]);
      expect(Object.fromEntries(holds)).toEqual({
        red: ['checks', ['build https://ci.example.com/1']],
        clash: ['conflict', ['shared.txt']],
        reviewed: ['protected', ['changes requested']],
        drafted: ['draft', []],
        parent: ['auto_merge_off', []],
        shut: ['auto_merge_off', []],
      });
      const closed = await numberOf(project, 'shut');
      expect(told('workstream_failed')).toMatchObject([
        {
          workstream: 'shut',
          code: 'pr_closed',
          error: expect.stringMatching(new RegExp(`/pull/${closed} was closed by a person and not merged`)),
        },
      ]);
      const subjects = project.line('main').map((subject) => subject.replace(/ \(#\d+\)$/, ''));
      expect(subjects.filter((subject) => subject.startsWith('Merge workstream'))).toEqual([
        'Merge workstream child into main',
        'Merge workstream watched into main',
      ]);

      // The next owner opens another, and meets again what is held.
      const before = await project.pulls();
      const again = await project.relay(graph);
      expect(again).toMatchObject({ code: 0, stderr: '' });
      const opened = (await project.pulls()).slice(before.length);
      expect(opened).toMatchObject([{ headBranch: laneBranch('shut'), state: 'OPEN', baseBranch: 'main' }]);
      expect(told('workstream_pr_created', 'shut')).toHaveLength(2);
      const open = (await project.pulls()).filter(({ state }) => state === 'OPEN');
      expect(open.map(({ headBranch }) => headBranch).toSorted()).toEqual(
        ['red', 'clash', 'reviewed', 'drafted', 'shut'].map(laneBranch).toSorted(),
      );
      // A reviewer reads why a person is needed.
      const words = {
        red: 'a required check is red',
        clash: 'it conflicts with `main` (`shared.txt`)',
        drafted: 'it is a draft',
      };
      for (const [id, text] of Object.entries(words))
        expect((await project.pullOf(laneBranch(id))).body).toContain(text);
    },
    { files: { 'shared.txt': 'shared\n' } },
  ));

test('a lane that is merged while nobody runs is found merged; a squash is one commit', () =>
  onGitHub(async (project) => {
    const { hosted, told, task } = project;
    hosted.settings.allowMerge = false;
    const graph = project.graph({
      name: 'g',
      forge: 'gh',
      merge_method: 'squash',
      max_concurrency: 2,
      workstreams: [{ id: 'base' }, { id: 'top', auto_merge: true }],
      tasks: [
        task('a', `commit one.txt 1; commit two.txt 2; agentrelay-complete`, { workstream_id: 'base' }),
        task('b', `cat two.txt; ${WORK}`, { workstream_id: 'top', dependencies: ['a'] }),
      ],
    });
    const first = await project.relay(graph);
    expect({ ...first, stdout: '' }).toEqual({ code: 4, stdout: '', stderr: '' });
    expect(first.stdout).toMatch(/waiting for person: lanes base/);
    const number = await numberOf(project, 'base');
    expect(first.stdout).toContain(`gh pr merge --squash https://github.com/acme/widgets/pull/${number}`);
    const byHand = await hosted.mergePr(number, { method: 'SQUASH' });
    expect(await project.relay(graph)).toMatchObject({ code: 0, stderr: '' });

    expect(told('workstream_merged')).toMatchObject([
      { workstream: 'base', by: 'person', commit: byHand },
      { workstream: 'top', by: 'agentrelay' },
    ]);
    for (const [id, lane] of [
      ['a', 'base'],
      ['b', 'top'],
    ] as const) {
      const pull = await project.pullOf(`agentrelay/g/${id}`);
      expect(pull).toMatchObject({ state: 'MERGED', baseBranch: laneBranch(lane) });
      expect(told('task_succeeded', id)).toMatchObject([{ commit: pull.mergeCommit }]);
      expect(project.remote('show', '-s', '--format=%P', pull.mergeCommit ?? '').split(' ')).toHaveLength(1);
      expect(project.git('rev-parse', laneBranch(lane))).toBe(project.branches()[laneBranch(lane)]);
    }
    expect(Object.keys(project.branches())).toEqual([laneBranch('base'), laneBranch('top'), 'main']);
    expect(project.remote('ls-tree', '--name-only', 'main').split('\n')).toEqual([
      'README.md',
      'b.txt',
      'one.txt',
      'two.txt',
    ]);
  }));
