import { expect, test } from 'vitest';
import { keepUnder } from '../../src/steps/kept-ref.ts';
import { NO_COMMIT } from '../../src/steps/tools/git.ts';
import { GitRepository } from '../support/git-repository.ts';

test('a name that another commit has is left to it', async () => {
  const repository = new GitRepository();
  const { git } = repository;
  const [one, two, three] = [1, 2, 3].map((n) => repository.run('commit-tree', 'HEAD^{tree}', '-m', `${n}`));
  const keep = async (commit = '') => {
    const update = await keepUnder(git, 'refs/agentrelay/kept', commit);
    expect(await git.updateRefs([update])).toBe(true);
    return update;
  };
  expect(await keep(one)).toEqual({ ref: 'refs/agentrelay/kept', to: one, from: NO_COMMIT });
  expect(await keep(one)).toEqual({ ref: 'refs/agentrelay/kept', to: one, from: one });
  expect((await keep(two)).ref).toBe('refs/agentrelay/kept-2');
  expect((await keep(three)).ref).toBe('refs/agentrelay/kept-3');
  expect((await keep(two)).ref).toBe('refs/agentrelay/kept-2');
  expect(repository.commit('refs/agentrelay/kept')).toBe(one);
});
