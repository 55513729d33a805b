import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { AttemptFixture, BRANCH, INTEGRATION_BRANCH } from './attempt-fixture.ts';

describe('complete', () => {
  test('writes .done with the time, the branch at its commit and the token', () => {
    const fixture = new AttemptFixture();
    const commit = fixture.commit();
    const ran = fixture.run(['complete']);
    expect(ran).toMatchObject({ code: 0, stderr: '' });
    const [at = '', payload, token, end, ...rest] = fixture.read('.done').split('\n');
    expect(new Date(at).toISOString()).toBe(at);
    expect([payload, token, end, rest]).toEqual([`local:${BRANCH}@${commit}`, 'token-2', '', []]);
    expect(fixture.files()).toEqual(['.done', 'manifest.json', 'policies.json']);
  });

  test('works from a folder of the worktree, and from a hook that names another repository', () => {
    const fixture = new AttemptFixture();
    const commit = fixture.commit('src/parser.txt');
    const cwd = join(fixture.worktree, 'src');
    expect(fixture.run(['complete'], { cwd, env: { GIT_DIR: join(fixture.repository, '.git') } }).code).toBe(0);
    expect(fixture.read('.done')).toContain(commit);
  });

  test('says the same again without writing again', () => {
    const fixture = new AttemptFixture();
    fixture.commit();
    fixture.run(['complete']);
    const before = fixture.read('.done');
    const again = fixture.run(['complete']);
    expect(again.code).toBe(0);
    expect(again.stdout).toContain('already');
    expect(fixture.read('.done')).toBe(before);
  });

  test('a second claim about another commit is refused, and the first stays', () => {
    const fixture = new AttemptFixture();
    fixture.commit();
    fixture.run(['complete']);
    const before = fixture.read('.done');
    fixture.commit('more.txt');
    const again = fixture.run(['complete']);
    expect(again.code).toBe(1);
    expect(again.stderr).toContain('the first signal counts');
    expect(fixture.read('.done')).toBe(before);
  });

  test('signals again after its work came back', () => {
    const fixture = new AttemptFixture();
    fixture.commit();
    fixture.run(['complete']);
    renameSync(join(fixture.signalDir, '.done'), join(fixture.signalDir, '.done.1'));
    const commit = fixture.commit('mended.txt');
    expect(fixture.run(['complete']).code).toBe(0);
    expect(fixture.read('.done')).toContain(commit);
  });

  test('of many at once, one writes and all agree', async () => {
    const fixture = new AttemptFixture();
    const commit = fixture.commit();
    const codes = await fixture.runTogether(Array.from({ length: 6 }, () => ['complete']));
    expect(codes).toEqual([0, 0, 0, 0, 0, 0]);
    expect(fixture.read('.done').split('\n')[1]).toBe(`local:${BRANCH}@${commit}`);
    expect(fixture.files()).toEqual(['.done', 'manifest.json', 'policies.json']);
  });

  test('cannot follow a failure', () => {
    const fixture = new AttemptFixture();
    fixture.commit();
    fixture.run(['failed', '--reason', 'no way']);
    const ran = fixture.run(['complete']);
    expect(ran.code).toBe(1);
    expect(ran.stderr).toContain("already signalled 'failed' (no way)");
    expect(fixture.files()).not.toContain('.done');
  });

  test('lists what is not committed, at most 20 paths', () => {
    const fixture = new AttemptFixture();
    fixture.commit();
    for (let i = 10; i < 33; i += 1) writeFileSync(join(fixture.worktree, `left ${i}.txt`), '');
    writeFileSync(join(fixture.worktree, 'parser.txt'), 'changed\n');
    fixture.git(['mv', 'parser.txt', 'new name.txt']);
    const ran = fixture.run(['complete']);
    expect(ran.code).toBe(1);
    expect(ran.stderr).toContain('24 paths are not committed');
    expect(ran.stderr).toContain('untracked left 10.txt');
    expect(ran.stderr).toMatch(/(changed|renamed) +new name\.txt/);
    expect(ran.stderr).toContain('and 4 more');
    expect(ran.stderr).not.toContain('left 32.txt');
    expect(fixture.files()).not.toContain('.done');
  });

  test('on another branch, says which and where the task branch is', () => {
    const fixture = new AttemptFixture();
    fixture.commit();
    fixture.git(['switch', '-q', '-c', 'elsewhere']);
    const switched = fixture.run(['complete']);
    expect(switched.code).toBe(1);
    expect(switched.stderr).toContain("'elsewhere' is checked out here");
    expect(switched.stderr).toContain(`git switch ${BRANCH}`);
    fixture.git(['switch', '-q', '--detach']);
    expect(fixture.run(['complete']).stderr).toContain('no branch is checked out here');
    fixture.git(['switch', '-q', BRANCH]);
    const abroad = fixture.run(['complete'], { cwd: fixture.repository });
    expect(abroad.code).toBe(1);
    expect(abroad.stderr).toContain(`It is checked out in ${fixture.worktree}`);
    expect(fixture.files()).not.toContain('.done');
  });

  test('outside of any repository', () => {
    const fixture = new AttemptFixture();
    const ran = fixture.run(['complete'], { cwd: fixture.root });
    expect(ran.code).toBe(1);
    expect(ran.stderr).toContain('is not the worktree of task');
  });

  test('without a commit, names the two ways out', () => {
    const fixture = new AttemptFixture();
    const ran = fixture.run(['complete']);
    expect(ran.code).toBe(1);
    expect(ran.stderr).toContain(`no commit that ${INTEGRATION_BRANCH} lacks`);
    expect(ran.stderr).toContain('agentrelay-complete-no-pr');
  });

  test('without its integration branch', () => {
    const fixture = new AttemptFixture();
    fixture.commit();
    fixture.git(['branch', '-D', INTEGRATION_BRANCH]);
    const ran = fixture.run(['complete']);
    expect(ran.code).toBe(1);
    expect(ran.stderr).toContain(`cannot count the commits since ${INTEGRATION_BRANCH}`);
  });

  test('title and body become the summary when there is none', () => {
    const fixture = new AttemptFixture();
    fixture.commit();
    fixture.run(['complete', '--title', 'Add a parser', '--body', '- first\n- second']);
    expect(fixture.read('summary.md')).toBe('# Add a parser\n\n- first\n- second\n');
  });

  test('title and body leave a summary alone', () => {
    const fixture = new AttemptFixture();
    fixture.commit();
    fixture.run(['summary', '--message', 'Mine']);
    fixture.run(['complete', '--title', 'Add a parser']);
    expect(fixture.read('summary.md')).toBe('Mine\n');
  });

  test.each([
    ['a forge that is not there yet', { forge: 'gitlab' }, "the forge 'gitlab' comes with a later version"],
    ['gh without its repository', { forge: 'gh', base: 'b', title: 't', cache: '/c' }, 'has no remote in pr_policy'],
    ['gh with a folder somewhere', { forge: 'gh', cache: 'here' }, 'a path in pr_policy.cache that is not absolute'],
  ])('%s is said so', (_name, policy, message) => {
    const fixture = new AttemptFixture();
    fixture.commit();
    fixture.write('policies.json', { pr_policy: policy });
    const ran = fixture.run(['complete']);
    expect(ran.code).toBe(2);
    expect(ran.stderr).toContain(message);
    expect(ran.stderr).toContain('Nothing was signalled');
    expect(fixture.files()).toEqual(['manifest.json', 'policies.json']);
  });

  test('what GitHub needs is loaded only where it is needed', () => {
    const loaded = (forge: string) => {
      const fixture = new AttemptFixture();
      fixture.commit();
      fixture.write('policies.json', { pr_policy: { forge } });
      const hook =
        "import { registerHooks } from 'node:module'; import { writeSync } from 'node:fs';" +
        "registerHooks({ load(url, context, next) { writeSync(2, url + '\\n'); return next(url, context); } });";
      const NODE_OPTIONS = `--import=data:text/javascript,${encodeURIComponent(hook)}`;
      return fixture.run(['complete'], { env: { NODE_OPTIONS } }).stderr;
    };
    expect(loaded('gh')).toContain('/src/agent/github/');
    const local = loaded('local');
    expect(local).toContain('/src/agent/complete.ts');
    expect(local).not.toContain('/github/');
    expect(local).not.toContain('/node_modules/');
  });

  test('a file that cannot be written is told without a stack trace', () => {
    const fixture = new AttemptFixture();
    // A folder in its place stops root too, whom permissions do not stop.
    mkdirSync(join(fixture.signalDir, 'summary.md/x'), { recursive: true });
    const ran = fixture.run(['summary', '--message', 'Mine']);
    expect(ran.code).toBe(1);
    expect(ran.stderr).toMatch(/summary\.md/);
    expect(ran.stderr).not.toMatch(/^ +at /m);
  });
});

describe('complete-no-pr', () => {
  test('writes the sentinel', () => {
    const fixture = new AttemptFixture();
    expect(fixture.run(['complete-no-pr']).code).toBe(0);
    expect(fixture.read('.done').split('\n').slice(1)).toEqual(['NO_PR', 'token-2', '']);
    expect(fixture.run(['complete-no-pr']).code).toBe(0);
  });

  test('is refused when the branch has commits', () => {
    const fixture = new AttemptFixture();
    fixture.commit();
    const ran = fixture.run(['complete-no-pr']);
    expect(ran.code).toBe(1);
    expect(ran.stderr).toContain('has 1 commit that');
    expect(fixture.files()).not.toContain('.done');
  });

  test('is refused when work would be lost', () => {
    const fixture = new AttemptFixture();
    writeFileSync(join(fixture.worktree, 'notes.txt'), '');
    expect(fixture.run(['complete-no-pr'])).toMatchObject({ code: 1, stderr: expect.stringContaining('notes.txt') });
  });
});

describe('failed', () => {
  test('writes the reason as one line', () => {
    const fixture = new AttemptFixture();
    expect(fixture.run(['failed', '--reason', 'first\n\nsecond\u001b[31m']).code).toBe(0);
    expect(fixture.read('.failed').split('\n').slice(1)).toEqual(['first ⏎ second', 'token-2', '']);
  });

  test('keeps its first reason', () => {
    const fixture = new AttemptFixture();
    fixture.run(['failed', '--reason', 'first']);
    expect(fixture.run(['failed', '--reason', 'second']).code).toBe(0);
    expect(fixture.read('.failed')).toContain('first');
  });

  test('cannot follow done', () => {
    const fixture = new AttemptFixture();
    fixture.commit();
    fixture.run(['complete']);
    expect(fixture.run(['failed', '--reason', 'second thoughts']).code).toBe(1);
    expect(fixture.files()).not.toContain('.failed');
  });
});
