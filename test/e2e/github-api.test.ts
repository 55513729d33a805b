import { describe, expect, test } from 'vitest';
import { runGh } from '../support/github/gh.ts';
import type { GitHubSandbox } from '../support/github/sandbox.ts';
import { sandboxWithPullRequest, testSandbox } from '../support/github/test-sandbox.ts';

// What gh 2.23 and later print and how they end, as it was recorded with GitHub's own answers: when this fails after
// gh was upgraded, the table of failures in src/steps/github has to be looked at.

const URL_1 = 'https://github.com/acme/widgets/pull/1';
const REPOSITORY = ['-R', 'github.com/acme/widgets'];
const create = ['pr', 'create', '-H', 'f', '-B', 'main', '-t', 'T', '-b', 'B'];
const merge = ['pr', 'merge', '1', ...REPOSITORY, '--merge'];
const view = (...fields: string[]) => ['pr', 'view', URL_1, '--json', fields.join(',')];
const at = (box: GitHubSandbox, revision: string) => box.git(box.bare, 'rev-parse', revision);

describe('gh pr', () => {
  test('creates a pull request once', async () => {
    const box = await testSandbox();
    box.commit('f', { a: 'of f\n' });
    const clone = box.clone();
    expect(await runGh(box, create, clone)).toMatchObject({ code: 0, stdout: `${URL_1}\n` });
    expect(await runGh(box, create, clone)).toMatchObject({
      code: 1,
      stderr: `a pull request for branch "f" into branch "main" already exists:\n${URL_1}\n`,
    });
    expect(await box.api.repo().pullRequests()).toMatchObject([
      { number: 1, title: 'T', body: 'B', state: 'OPEN', headBranch: 'f', head: at(box, 'f'), author: 'octocat' },
    ]);
    expect(box.api.problems()).toEqual([]);
  });

  test('does not create one without commits or without a branch', async () => {
    const box = await testSandbox();
    box.git(box.bare, 'branch', 'f', 'main');
    const clone = box.clone();
    expect(await runGh(box, create, clone)).toMatchObject({
      code: 1,
      stderr: 'pull request create failed: GraphQL: No commits between main and f (createPullRequest)\n',
    });
    box.git(box.bare, 'branch', '-D', 'f');
    const { code, stderr } = await runGh(box, create, clone);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^pull request create failed: GraphQL: Head sha can't be blank.*Head ref must be a branch/);
    expect(await box.api.repo().pullRequests()).toEqual([]);
  });

  test('reads one, with its checks', async () => {
    const box = await sandboxWithPullRequest();
    const repo = box.api.repo();
    expect(JSON.parse((await runGh(box, view('statusCheckRollup'))).stdout)).toEqual({ statusCheckRollup: [] });
    await repo.setCheck(1, { name: 'unit', conclusion: 'FAILURE', url: 'https://ci.example/1', workflow: 'CI' });
    await repo.setCheck(1, { name: 'deploy', kind: 'status', conclusion: null });
    const fields = ['state', 'headRefOid', 'mergeable', 'mergeStateStatus', 'isCrossRepository', 'statusCheckRollup'];
    const seen = JSON.parse((await runGh(box, view(...fields))).stdout);
    expect(seen).toMatchObject({
      state: 'OPEN',
      headRefOid: at(box, 'f'),
      mergeable: 'MERGEABLE',
      mergeStateStatus: 'UNSTABLE',
      isCrossRepository: false,
      statusCheckRollup: [
        { __typename: 'CheckRun', name: 'unit', status: 'COMPLETED', conclusion: 'FAILURE', workflowName: 'CI' },
        { __typename: 'StatusContext', context: 'deploy', state: 'PENDING' },
      ],
    });
    expect(await runGh(box, ['pr', 'view', '999', ...REPOSITORY, '--json', 'state'])).toMatchObject({
      code: 1,
      stderr: 'GraphQL: Could not resolve to a PullRequest with the number of 999. (repository.pullRequest)\n',
    });
    expect(box.api.problems()).toEqual([]);
  });

  test('lists those of a branch', async () => {
    const box = await sandboxWithPullRequest();
    box.commit('g', { b: 'of g\n' });
    await box.api.repo().openPr({ head: 'g', base: 'main' });
    const list = ['pr', 'list', ...REPOSITORY, '--head', 'g', '--base', 'main', '--json', 'number'];
    expect(JSON.parse((await runGh(box, list)).stdout)).toEqual([{ number: 2 }]);
    expect(box.api.problems()).toEqual([]);
  });

  test('merges once, with a commit of both', async () => {
    const box = await sandboxWithPullRequest();
    const [main, head] = [at(box, 'main'), at(box, 'f')];
    const text = ['--match-head-commit', head, '--subject', 'S', '--body', 'the body'];
    expect(await runGh(box, [...merge, ...text])).toMatchObject({ code: 0 });
    expect(box.git(box.bare, 'log', '-1', '--format=%P|%an|%cn|%B', 'main')).toBe(
      `${main} ${head}|octocat|GitHub|S\n\nthe body`,
    );
    expect(await runGh(box, merge)).toMatchObject({ code: 0, stderr: '! Pull request #1 was already merged\n' });
    const mergeCommit = { oid: at(box, 'main') };
    expect(JSON.parse((await runGh(box, view('state', 'mergeCommit'))).stdout)).toEqual({
      state: 'MERGED',
      mergeCommit,
    });
    expect(box.api.problems()).toEqual([]);
  });

  test('squashes into one commit of the base', async () => {
    const box = await sandboxWithPullRequest();
    box.commit('f', { b: 'more\n' });
    const main = at(box, 'main');
    expect(await runGh(box, ['pr', 'merge', '1', ...REPOSITORY, '--squash'])).toMatchObject({ code: 0 });
    expect(box.git(box.bare, 'log', '-1', '--format=%P|%s', 'main')).toBe(`${main}|T (#1)`);
    expect(box.git(box.bare, 'rev-parse', 'main^{tree}')).toBe(at(box, 'f^{tree}'));
  });

  test('closes, reopens, makes ready', async () => {
    const box = await sandboxWithPullRequest();
    await box.api.repo().setDraft(1);
    expect(await runGh(box, ['pr', 'ready', '1', ...REPOSITORY])).toMatchObject({ code: 0 });
    expect(await runGh(box, ['pr', 'close', '1', ...REPOSITORY])).toMatchObject({ code: 0 });
    expect(await box.api.repo().pullRequest(1)).toMatchObject({ state: 'CLOSED', draft: false });
    expect(await runGh(box, ['pr', 'reopen', '1', ...REPOSITORY])).toMatchObject({ code: 0 });
    expect(await box.api.repo().pullRequest(1)).toMatchObject({ state: 'OPEN' });
    expect(box.api.problems()).toEqual([]);
  });
});

describe('what GitHub is like', () => {
  const read = async (box: GitHubSandbox, ...fields: string[]) =>
    JSON.parse((await runGh(box, view(...fields))).stdout);

  test('it is not known at first whether a pull request can be merged, and which head it has', async () => {
    const box = await sandboxWithPullRequest();
    const before = at(box, 'f');
    Object.assign(box.api.repo().settings, { mergeableUnknownReads: 1, headLagReads: 1 });
    const head = box.commit('f', { b: 'later\n' });
    expect(await read(box, 'mergeable', 'headRefOid')).toEqual({ mergeable: 'UNKNOWN', headRefOid: before });
    expect(await read(box, 'mergeable', 'headRefOid')).toEqual({ mergeable: 'MERGEABLE', headRefOid: head });
  });

  test('a pull request of a fork has its head elsewhere', async () => {
    const box = await sandboxWithPullRequest();
    await box.api.repo().closePr(1);
    await box.api.repo().openForkPr({ head: 'f', base: 'main', commit: at(box, 'f') });
    const seen = await runGh(box, [
      'pr',
      'view',
      '2',
      ...REPOSITORY,
      '--json',
      'isCrossRepository,headRepositoryOwner',
    ]);
    const owner = expect.objectContaining({ login: 'mallory' });
    expect(JSON.parse(seen.stdout)).toEqual({ isCrossRepository: true, headRepositoryOwner: owner });
    expect(box.api.problems()).toEqual([]);
  });

  test('what is based on a branch that is merged and deleted is moved on', async () => {
    const box = await sandboxWithPullRequest();
    box.commit('g', { b: 'of g\n' }, { from: 'f' });
    const repo = box.api.repo();
    await repo.openPr({ head: 'g', base: 'f' });
    repo.settings.deleteBranchOnMerge = true;
    await repo.mergePr(1);
    expect(await read(box, 'state', 'mergedBy')).toMatchObject({ state: 'MERGED', mergedBy: { login: 'hubot' } });
    expect(box.git(box.bare, 'branch', '--list', 'f')).toBe('');
    expect(await repo.pullRequest(2)).toMatchObject({ state: 'OPEN', baseBranch: 'main' });
  });

  test('who may only read, and who comes to an archive, changes nothing', async () => {
    const box = await sandboxWithPullRequest();
    box.commit('g', { b: 'of g\n' });
    const open = ['api', 'repos/acme/widgets/pulls', '-f', 'head=g', '-f', 'base=main', '-f', 'title=T'];
    const { settings } = box.api.repo();
    settings.viewerPermission = 'READ';
    expect((await runGh(box, open)).stderr).toContain('does not have the correct permissions');
    settings.viewerPermission = 'WRITE';
    settings.archived = true;
    expect((await runGh(box, merge)).stderr).toContain('Repository was archived so is read-only.');
    expect(await box.api.repo().pullRequests()).toMatchObject([{ state: 'OPEN' }]);
  });

  test('a repository that was renamed is found by its old name', async () => {
    const box = await testSandbox();
    box.api.renamed('acme/gadgets');
    box.api.scopes = null;
    const query = 'query={repository(owner:"acme",name:"gadgets"){nameWithOwner}}';
    const { stdout } = await runGh(box, ['api', '-i', 'graphql', '-f', query]);
    expect(stdout).toContain('{"nameWithOwner":"acme/widgets"}');
    expect(stdout).not.toMatch(/X-OAuth-Scopes/i);
  });

  test('checks come by themselves', async () => {
    const box = await sandboxWithPullRequest();
    const repo = box.api.repo();
    repo.settings.autoChecks = (pr) => [{ name: `of ${pr.headBranch}`, conclusion: 'SUCCESS' }];
    repo.requireChecks(['of f']);
    expect(await read(box, 'mergeStateStatus')).toEqual({ mergeStateStatus: 'CLEAN' });
    await repo.setCheck(1, { name: 'of f', conclusion: 'CANCELLED' });
    expect(await read(box, 'mergeStateStatus')).toEqual({ mergeStateStatus: 'BLOCKED' });
  });
});

describe('gh pr merge refuses', () => {
  test('what is in conflict', async () => {
    const box = await sandboxWithPullRequest();
    box.commit('main', { a: 'of main\n' });
    const { code, stderr } = await runGh(box, merge);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^X Pull request .*#1 is not mergeable: the merge commit cannot be cleanly created\./);
    expect(box.api.counts().PullRequestMerge).toBeUndefined();
    await box.api.repo().forgetMergeability(1);
    expect(await runGh(box, merge)).toMatchObject({ code: 1, stderr: refused('Pull Request is not mergeable') });
    expect(box.api.counts().PullRequestMerge).toBe(1);
  });

  test('another head than the one that is meant', async () => {
    const box = await sandboxWithPullRequest();
    const meant = at(box, 'f');
    box.commit('f', { b: 'later\n' });
    const { code, stderr } = await runGh(box, [...merge, '--match-head-commit', meant]);
    expect(code).toBe(1);
    expect(stderr).toContain('Head branch was modified.');
    expect(await box.api.repo().pullRequest(1)).toMatchObject({ state: 'OPEN', head: at(box, 'f') });
  });

  test('one that is a draft, or closed', async () => {
    const box = await sandboxWithPullRequest();
    await box.api.repo().setDraft(1);
    expect(await runGh(box, merge)).toMatchObject({ code: 1, stderr: refused('Pull Request is still a draft') });
    await box.api.repo().closePr(1);
    await box.api.repo().setDraft(1, false);
    expect(await runGh(box, merge)).toMatchObject({ code: 1, stderr: refused('Pull Request is not mergeable') });
  });

  test('what the rules of the base hold back', async () => {
    const box = await sandboxWithPullRequest();
    const repo = box.api.repo();
    const held = async () => (await runGh(box, merge)).stderr.split('\n')[0];
    const blocked = /^X Pull request .*#1 is not mergeable: the base branch policy prohibits the merge\.$/;
    repo.requireChecks(['unit']);
    expect(await held()).toMatch(blocked);
    await repo.setCheck(1, { name: 'unit', conclusion: 'SUCCESS' });
    repo.settings.reviewRequired = true;
    expect(await held()).toMatch(blocked);
    await repo.review(1, 'APPROVED');
    repo.settings.strictUpToDate = true;
    box.commit('main', { b: 'of main\n' });
    expect(await held()).toMatch(/is not mergeable: the head branch is not up to date with the base branch\.$/);
    repo.settings.strictUpToDate = false;
    expect(await runGh(box, merge)).toMatchObject({ code: 0 });
    expect(box.api.problems()).toEqual([]);
  });

  test('a base that moves at the same moment', async () => {
    const box = await sandboxWithPullRequest();
    let pushed = '';
    box.api.repo().settings.beforeMove = () => {
      pushed ||= box.commit('main', { b: 'at the same moment\n' });
    };
    const message = 'Base branch was modified. Review and try the merge again.';
    expect(await runGh(box, merge)).toMatchObject({ code: 1, stderr: refused(message) });
    expect(at(box, 'main')).toBe(pushed);
    expect(await runGh(box, merge)).toMatchObject({ code: 0 });
    expect(at(box, 'main^1')).toBe(pushed);
  });

  /** gh 2.23 prints refusals of a mutation in its own way. */
  function refused(message: string) {
    const dots = message.replaceAll('.', '\\.');
    return expect.stringMatching(
      new RegExp(`^(GraphQL: ${dots} \\(mergePullRequest\\)|Message: ${dots}, Locations: .*)\n$`),
    );
  }
});

describe('gh api', () => {
  const pulls = 'repos/acme/widgets/pulls';
  const answer = (stdout: string) => {
    const [head = '', body = ''] = stdout.replaceAll('\r\n', '\n').split(/\n\n/);
    return { head, body: JSON.parse(body) };
  };

  test('opens, finds, edits and closes pull requests', async () => {
    const box = await testSandbox();
    const commit = box.commit('f', { a: 'of f\n' });
    const post = ['api', '-i', pulls, '-f', 'head=f', '-f', 'base=main', '-f', 'title=T', '-f', 'body=B'];
    const made = answer((await runGh(box, post)).stdout);
    expect(made.head).toMatch(/^HTTP\/1\.1 201 Created\n/);
    expect(made.head).toMatch(/^X-Ratelimit-Remaining: 4999$/im);
    expect(made.body).toMatchObject({ number: 1, html_url: URL_1, head: { sha: commit, label: 'acme:f' }, commits: 1 });
    const again = await runGh(box, post);
    expect(again).toMatchObject({ code: 1, stderr: expect.stringContaining('Validation Failed (HTTP 422)') });
    expect(answer(again.stdout).body.errors).toEqual([
      { resource: 'PullRequest', code: 'custom', message: 'A pull request already exists for acme:f.' },
    ]);
    const found = async (head: string) =>
      JSON.parse((await runGh(box, ['api', `${pulls}?head=${head}&state=open&base=main`])).stdout).length;
    expect([await found('acme:f'), await found('acme:g'), await found('other:f')]).toEqual([1, 0, 0]);
    await runGh(box, ['api', '-X', 'PATCH', `${pulls}/1`, '-f', 'title=Other', '-f', 'state=closed']);
    expect(await box.api.repo().pullRequest(1)).toMatchObject({ title: 'Other', body: 'B', state: 'CLOSED' });
    expect(await found('acme:f')).toBe(0);
    expect(box.api.problems()).toEqual([]);
  });

  test('brings a branch up to date', async () => {
    const box = await sandboxWithPullRequest();
    const head = at(box, 'f');
    const update = (sha: string) =>
      runGh(box, ['api', '-i', '-X', 'PUT', `${pulls}/1/update-branch`, '-f', `expected_head_sha=${sha}`]);
    expect((await update(head)).stderr).toContain('There are no new commits on the base branch. (HTTP 422)');
    const main = box.commit('main', { b: 'of main\n' });
    expect((await update('0'.repeat(40))).stderr).toContain('(HTTP 422)');
    expect(at(box, 'f')).toBe(head);
    expect((await update(head)).stdout).toMatch(/^HTTP\/1\.1 202 Accepted/);
    expect(box.git(box.bare, 'log', '-1', '--format=%P', 'f')).toBe(`${head} ${main}`);
    box.commit('main', { a: 'of main\n' });
    expect((await update(at(box, 'f'))).stderr).toContain('merge conflict between base and head (HTTP 422)');
    expect(box.api.problems()).toEqual([]);
  });

  test('merges, and deletes the branch', async () => {
    const box = await sandboxWithPullRequest();
    const put = (sha: string) => runGh(box, ['api', '-X', 'PUT', `${pulls}/1/merge`, '-f', `sha=${sha}`]);
    expect((await put('0'.repeat(40))).stderr).toContain('(HTTP 409)');
    expect(JSON.parse((await put(at(box, 'f'))).stdout)).toMatchObject({ merged: true, sha: at(box, 'main') });
    expect((await put(at(box, 'f'))).stderr).toContain('Pull Request is not mergeable (HTTP 405)');
    const remove = ['api', '-X', 'DELETE', 'repos/acme/widgets/git/refs/heads/f'];
    expect(await runGh(box, remove)).toMatchObject({ code: 0 });
    expect((await runGh(box, remove)).stderr).toContain('Reference does not exist (HTTP 422)');
    expect(await box.api.repo().pullRequest(1)).toMatchObject({ state: 'MERGED' });
  });

  test('reads everything about several pull requests in one query', async () => {
    const box = await sandboxWithPullRequest();
    box.api.repo().requireChecks(['unit']);
    await box.api.repo().setCheck(1, { name: 'unit', status: 'IN_PROGRESS' });
    const checks =
      'statusCheckRollup{state contexts(first:100){totalCount nodes{...on CheckRun{name status isRequired(pullRequestNumber:1)}}}}';
    const query = `query Watch{repository(owner:"acme",name:"widgets"){
      a:pullRequest(number:1){state mergeStateStatus commits(last:1){totalCount nodes{commit{oid ${checks}}}}}
      b:pullRequest(number:2){state}} rateLimit{cost remaining}}`;
    const { code, stdout } = await runGh(box, ['api', 'graphql', '-f', `query=${query}`]);
    expect(code).toBe(1);
    const { data, errors } = JSON.parse(stdout);
    const run = { name: 'unit', status: 'IN_PROGRESS', isRequired: true };
    const rollup = { state: 'PENDING', contexts: { totalCount: 1, nodes: [run] } };
    const node = { commit: { oid: at(box, 'f'), statusCheckRollup: rollup } };
    expect(data).toEqual({
      repository: {
        a: { state: 'OPEN', mergeStateStatus: 'BLOCKED', commits: { totalCount: 1, nodes: [node] } },
        b: null,
      },
      rateLimit: { cost: 1, remaining: 4_999 },
    });
    expect(errors).toMatchObject([{ type: 'NOT_FOUND', path: ['repository', 'b'] }]);
    expect(box.api.problems()).toEqual([]);
  });

  test('is told when the budget is spent', async () => {
    const box = await testSandbox();
    Object.assign(box.api.budget, { remaining: 1 });
    const ask = () => runGh(box, ['api', '-i', 'graphql', '-f', 'query={viewer{login}}']);
    expect((await ask()).stdout).toMatch(/^X-Ratelimit-Remaining: 0$/im);
    const spent = await ask();
    expect(spent).toMatchObject({ code: 1, stderr: expect.stringContaining('API rate limit exceeded for user ID 1.') });
    expect(answer(spent.stdout).body.errors).toMatchObject([{ type: 'RATE_LIMITED' }]);
    expect((await runGh(box, ['api', 'rate_limit', '--jq', '.resources.graphql.remaining'])).stdout).toBe('0\n');
    expect(await runGh(box, ['api', 'user'])).toMatchObject({ code: 0 });
  });

  test('meets what the schema and the server do not know: both are problems', async () => {
    const box = await testSandbox();
    expect((await runGh(box, ['api', 'graphql', '-f', 'query={viewer{nickname}}'])).code).toBe(1);
    expect((await runGh(box, ['api', 'repos/acme/widgets/unheard'])).code).toBe(1);
    expect(box.api.problems()).toEqual([
      expect.stringMatching(/^query: Cannot query field "nickname" on type "User"\./),
      'no such route: GET /repos/:owner/:repo/unheard',
    ]);
  });
});
