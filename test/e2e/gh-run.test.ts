import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { agentScript } from '../../src/commands/demo/agent-script.ts';
import { BILL_AGENTS } from '../../src/commands/demo/agents-bill.ts';
import { CART_AGENTS } from '../../src/commands/demo/agents-cart.ts';
import { RULES_AGENTS } from '../../src/commands/demo/agents-rules.ts';
import { demoGraph } from '../../src/commands/demo/graph-text.ts';
import { SHOP } from '../../src/commands/demo/shop.ts';
import { expectLane, expectProved } from '../support/github-merged.ts';
import { type GitHubProject, onGitHub } from '../support/github-run.ts';

/** Which task merged when, by lane. */
function mergedIn(project: GitHubProject, tasks: readonly string[]): string[] {
  const merged = project.told('task_succeeded').filter(({ status }) => status === 'pr_merged');
  return merged.map(({ task }) => task).filter((task) => tasks.includes(task));
}

const pullUrl = (project: GitHubProject, number: number) => `https://${project.api.host}/acme/widgets/pull/${number}`;

/** The lane's one pull request: merged into main by agentrelay, with `second` parent, after all proofs. */
async function expectIntegrated(project: GitHubProject, branch: string, lane: string): Promise<string> {
  const pull = await project.pullOf(branch);
  const tip = project.branches()[branch] ?? '';
  expect(pull).toMatchObject({ state: 'MERGED', baseBranch: 'main', head: tip, mergedBy: 'octocat' });
  const parents = project.remote('show', '-s', '--format=%P', pull.mergeCommit ?? '').split(' ');
  expect(parents[1]).toBe(tip);
  expectProved(project.told('workstream_pr_proof', lane), pullUrl(project, pull.number));
  expect(project.told('workstream_merged', lane)).toMatchObject([{ by: 'agentrelay', commit: pull.mergeCommit }]);
  return pull.mergeCommit ?? '';
}

test("the demo's graph runs on GitHub as it does with git alone", () =>
  onGitHub(
    async (project) => {
      const { write, folder } = project;
      write('agents/agent.sh', agentScript(process.execPath, { pause: 0, step: 0, watched: false }));
      const scripts = { ...CART_AGENTS, ...RULES_AGENTS, ...BILL_AGENTS };
      for (const [task, script] of Object.entries(scripts)) write(`agents/${task}.sh`, script);
      const programs = { node: process.execPath, agent: join(folder, 'agents/agent.sh'), attempts: 2 } as const;
      const graph = write('graph.yaml', demoGraph(programs).replace(/^forge: local/m, 'forge: gh'));
      const { code, stdout, stderr } = await project.relay(graph);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(stdout).toMatch(/^succeeded: 9 of 9 tasks/m);

      const rules = mergedIn(project, ['coupons', 'shipping', 'tax']);
      await expectLane(project, { graph: 'shop', id: 'cart', tasks: ['cart-spec', 'cart-tests', 'cart-code'] });
      await expectLane(project, { graph: 'shop', id: 'rules', tasks: rules });
      const cart = await expectIntegrated(project, 'agentrelay/shop/ws/cart', 'cart');
      await expectLane(project, { graph: 'shop', id: 'bill', tasks: ['bill-spec', 'bill-code'] }, [cart]);
      await expectIntegrated(project, 'agentrelay/shop/ws/bill', 'bill');
      expect(project.line('main')).toEqual([
        expect.stringMatching(/^Merge workstream cart into main \(#\d+\)$/),
        expect.stringMatching(/^Merge workstream bill into main \(#\d+\)$/),
      ]);
      // A concern leaves its lane to a person.
      const held = await project.pullOf('agentrelay/shop/ws/rules');
      expect(held).toMatchObject({ state: 'OPEN', baseBranch: 'main' });
      const command = `gh pr merge --merge ${pullUrl(project, held.number)}`;
      expect(project.told('workstream_held')).toMatchObject([
        { workstream: 'rules', reason: 'concerns', merge_command: command },
      ]);
      expect(stdout).toContain(command);
      const lanes = ['bill', 'cart', 'rules'].map((id) => `agentrelay/shop/ws/${id}`);
      expect(Object.keys(project.branches())).toEqual([...lanes, 'main']);
      expect(project.git('for-each-ref', '--format=%(refname:lstrip=2)', 'refs/heads').split('\n')).toEqual([
        ...lanes,
        'main',
      ]);
      // Sent back by its gate, or tried again: still one pull request, of the last attempt.
      expect(project.told('task_gate_failed')).toMatchObject([{ task: 'cart-code' }]);
      expect(project.told('task_failed')).toMatchObject([{ task: 'shipping', attempt: 1 }]);
    },
    { files: SHOP, graph: 'shop' },
  ));

test('twelve tasks in three lanes: merged in order, integrated as each lane says', () =>
  onGitHub(async (project) => {
    const { task } = project;
    const work =
      'commit $AGENTRELAY_TASK.txt done; agentrelay-complete --title "Do $AGENTRELAY_TASK" --body "It wrote $AGENTRELAY_TASK"';
    const one = (id: string, lane: string, dependencies: string[] = [], script = work) =>
      task(id, script, { workstream_id: lane, dependencies, description: `Do ${id}` });
    const graph = project.graph({
      name: 'g',
      forge: 'gh',
      max_concurrency: 6,
      workstreams: [
        { id: 'core', auto_merge: true },
        { id: 'web', parallel: true, auto_merge: true },
        { id: 'docs', parent_workstream_id: 'core', auto_merge: true },
      ],
      tasks: [
        one('c1', 'core'),
        one('c2', 'core', ['c1']),
        one('c3', 'core', ['c1']),
        one('c4', 'core', ['c2', 'c3'], `cat c1.txt c2.txt c3.txt; ${work}`),
        one('w1', 'web'),
        one('w2', 'web'),
        one('w3', 'web', ['w1', 'w2'], `cat w1.txt w2.txt; ${work}`),
        // Of another lane: its work is there when that lane is merged.
        one('w4', 'web', ['c4', 'w3'], `cat c4.txt w3.txt; ${work}`),
        one('w5', 'web'),
        one('d1', 'docs', [], `cat c4.txt; ${work}`),
        one('d2', 'docs', ['d1'], `agentrelay-concern --message 'is that so?'; ${work}`),
        one('d3', 'docs', ['d2']),
      ],
    });
    expect(await project.relay(graph)).toMatchObject({ code: 0, stderr: '' });

    const core = mergedIn(project, ['c1', 'c2', 'c3', 'c4']);
    await expectLane(project, { id: 'core', tasks: core });
    const coreMerged = await expectIntegrated(project, 'agentrelay/g/ws/core', 'core');
    const web = mergedIn(project, ['w1', 'w2', 'w3', 'w4', 'w5']);
    expect(web.at(-1)).toBe('w4');
    await expectLane(project, { id: 'web', tasks: web }, [coreMerged]);
    await expectIntegrated(project, 'agentrelay/g/ws/web', 'web');
    // Cut from main when its parent was in it.
    await expectLane(project, { id: 'docs', tasks: ['d1', 'd2', 'd3'] });
    expect(project.told('workstream_active', 'docs')).toMatchObject([{ base_commit: coreMerged }]);
    const left = await project.pullOf('agentrelay/g/ws/docs');
    expect(left).toMatchObject({ state: 'OPEN', baseBranch: 'main', title: 'g: docs – d1, d2, d3' });
    for (const text of ['**A person merges it**', 'is that so?', 'It wrote d1', '/pull/'])
      expect(left.body).toContain(text);
    expect(project.told('workstream_held')).toMatchObject([
      { workstream: 'docs', reason: 'concerns', details: ['d2: is that so?'] },
    ]);
    expect(project.line('main').map((subject) => subject.replace(/\d+/, 'n'))).toEqual([
      'Merge workstream core into main (#n)',
      'Merge workstream web into main (#n)',
    ]);
    const docs = project.line('agentrelay/g/ws/docs').map((subject) => subject.replace(/\d+\)/, 'n)'));
    expect(docs).toEqual([
      'Merge workstream core into main (#n)',
      'Merge task d1: Do d1 (#n)',
      'Merge task d2: Do d2 (#n)',
      'Merge task d3: Do d3 (#n)',
    ]);
    const lanes = ['core', 'docs', 'web'].map((id) => `agentrelay/g/ws/${id}`);
    expect(Object.keys(project.branches())).toEqual([...lanes, 'main']);
    expect(project.remote('ls-tree', '--name-only', 'agentrelay/g/ws/web').split('\n')).toEqual(
      expect.arrayContaining(['c4.txt', 'w1.txt', 'w2.txt', 'w3.txt', 'w4.txt', 'w5.txt']),
    );
    expect(await project.pulls()).toHaveLength(15);
    // Each merge was asked for once, of gh.
    const argv = readFileSync(join(project.folder, 'gh-argv'), 'utf8').split('\n');
    expect(argv.filter((line) => line.startsWith('pr merge '))).toHaveLength(14);
    expect(project.told('api_budget').at(-1)).toMatchObject({ limit: 5_000 });
  }));
