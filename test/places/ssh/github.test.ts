import { afterAll, beforeAll, expect, test } from 'vitest';
import { onGitHub } from '../../support/github-run.ts';
import { type Sshd, startSshd } from '../../support/places/sshd.ts';

let there: Sshd;
beforeAll(async () => {
  there = await startSshd();
});
afterAll(() => there.end());

test('the machine knows nothing of GitHub: its owner pushes the branch and opens the pull request', async () => {
  await onGitHub(async (project) => {
    const script = `if env | grep -q '^GH_\\|^GITHUB_'; then exit 7; fi
commit a.txt done
agentrelay-complete --title 'The title' --body "of one
and more"`;
    const agent = { ...project.task('one', script), completion_gate: 'grep -q done a.txt' };
    const graph = project.graph({
      name: 'g',
      workstreams: [{ id: 'default', auto_merge: true }],
      primary_agent: { environment: there.environment },
      tasks: [agent],
    });
    const { code, stdout, stderr } = await project.relay(graph);
    expect(code, stdout + stderr).toBe(0);
    const pull = await project.pullOf('agentrelay/g/one');
    expect(pull).toMatchObject({ title: 'The title', state: 'MERGED' });
    expect(pull.body).toContain('of one\nand more');
    expect(project.remote('show', 'main:a.txt')).toBe('done');
  });
});
