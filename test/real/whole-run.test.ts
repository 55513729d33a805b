import { afterEach, beforeEach, expect, test } from 'vitest';
import { CALLS, graphOf, startRun } from './asked.ts';
import { PROGRAMS, versionOf } from './programs.ts';
import { makeRealProject, type RealProject } from './real-project.ts';

const installed = PROGRAMS.filter((program) => versionOf(program) !== null);
let project: RealProject;
beforeEach(async () => {
  project = await makeRealProject(installed);
});
afterEach(() => project.close());

test('there is a program to try', () => {
  expect(installed).not.toEqual([]);
});

test.each(['tmux', 'process'] as const)(
  'in %s a task of each is read, done, completed and merged, and nobody is called',
  async (environment) => {
    const live = startRun(project, graphOf(project, installed, { environment }));
    expect(await live.ended).toMatchObject({ code: 0, stderr: '' });
    const journal = project.journal('g');
    const of = (kind: string) => journal.filter((event) => event.kind === kind);
    for (const { command } of installed) {
      expect(project.git('show', `main:real-${command}.txt`)).toBe(command);
      const seenBy = environment === 'tmux' ? /^(?:hook|transcript)$/ : /./;
      expect(of('task_waiting').filter((event) => 'task' in event && event.task === command)).toMatchObject([
        { seen_by: expect.stringMatching(seenBy), tries: 1 },
      ]);
    }
    const tasks = installed.map(({ command }) => command).sort();
    const toldOf = (kind: string) =>
      [...new Set(of(kind).flatMap((event) => ('task' in event ? event.task : [])))].sort();
    expect(toldOf('task_session')).toEqual(tasks);
    // Without a terminal it is told with the end of the turn, when the task may be over.
    const telling = environment === 'tmux' ? tasks : tasks.filter((task) => task !== 'gemini');
    expect(toldOf('task_usage')).toEqual(expect.arrayContaining(telling));
    expect(journal.filter(({ kind }) => (CALLS as readonly string[]).includes(kind))).toEqual([]);
  },
);
