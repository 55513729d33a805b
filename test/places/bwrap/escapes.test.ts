import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeProject, type Project, SOCKET } from '../../support/run-fixture.ts';

// What an agent leaves in its sandbox is read, written to and given to git outside of it: no link, pipe or repository
// of its own leads any of them to what the agent itself cannot reach.

let project: Project;

beforeEach(() => {
  project = makeProject();
  mkdirSync(join(project.folder, 'private', '.secrets'), { recursive: true });
  for (const name of ['kept', 'private/.secrets/kept']) project.write(name, 'as it was\n');
  project.write('key', 'nobody may read this\n');
  project.git('branch', 'bystander');
});
afterEach(() => project.remove());

const BEGIN = `
signals=$AGENTRELAY_SIGNAL_DIR common=$(git rev-parse --git-common-dir) own=$(git rev-parse --git-dir)
ref=$common/refs/heads/$branch
away() { rm -f "$2"; ln -s "$HOME/$1" "$2"; }
nested() {
  git init -q sub; cd sub; echo a >a; git add a; git commit -qm a
  cd ..; git update-index --add --cacheinfo "160000,$(git -C sub rev-parse HEAD),sub"
}
trap_nested() {
  echo '* filter=x' >sub/.git/info/attributes
  git -C sub config filter.x.clean "touch '$HOME/ran'; cat"
  echo b >sub/a
}
`;

/** Each does what it likes before, or after, it hands its work over. */
const AGENTS = {
  code: 'commit code x; away kept "$signals/exit_code"; agentrelay-complete',
  gate: 'commit gate x; away kept "$signals/gate_last_output.txt"; agentrelay-complete',
  log: 'commit log x; away kept "$own/logs/HEAD"; away kept "$common/logs/refs/heads/$branch"; agentrelay-complete',
  index: 'commit index x; agentrelay-complete; away new "$own/index"',
  ref: 'commit ref x; agentrelay-complete; echo "ref: refs/heads/bystander" >"$ref"',
  words: 'commit words x; away key "$signals/summary.md"; away key "$signals/outputs.json"; agentrelay-complete',
  concern: 'commit concern x; away key "$signals/concerns.log"; agentrelay-complete',
  scan: 'commit scan x; away private "$signals/more"; agentrelay-complete',
  pipe: 'commit pipe x; mkfifo "$signals/gate_last_output.txt" "$signals/outputs.json"; agentrelay-complete',
  objects: `commit objects x; ! mv "$common/objects/info" "$common/objects/other"
    ! echo "$HOME" >"$common/objects/info/alternates"; agentrelay-complete`,
  nested: 'commit one x; nested; git commit -qm sub; agentrelay-complete; trap_nested',
  dirty: 'commit two x; nested; git commit -qm sub; echo y >two; trap_nested; exit 1',
};

test('what an agent leaves leads nobody outside of its sandbox astray', async () => {
  const gates: Record<string, string> = { objects: 'test ! -e "$HOME/key"', gate: 'echo written by an agent' };
  const ids = Object.keys(AGENTS) as (keyof typeof AGENTS)[];
  const graph = project.graph({
    name: 'g',
    max_concurrency: 4,
    isolation: { sandbox: 'bwrap' },
    workstreams: ids.map((id) => ({ id, auto_merge: true })),
    tasks: ids.map((id) => ({
      id,
      workstream_id: id,
      completion_gate: gates[id] ?? 'true',
      primary_agent: { framework: 'command', command: project.agent(id, BEGIN + AGENTS[id]) },
    })),
  });
  const bystander = project.git('rev-parse', 'bystander');
  const { stdout } = await project.start('run', graph, '-L', SOCKET).ended;

  for (const name of ['kept', 'private/.secrets/kept']) {
    expect(readFileSync(join(project.folder, name), 'utf8'), name).toBe('as it was\n');
  }
  for (const name of ['new', 'ran']) expect(existsSync(join(project.folder, name)), name).toBe(false);
  expect(project.git('rev-parse', 'bystander')).toBe(bystander);
  expect(stdout).not.toContain('nobody may read this');
  const journal = readFileSync(join(project.repo, '.workflow/g/runs/1/events.jsonl'), 'utf8');
  expect(journal).not.toContain('nobody may read this');
  const merged = project.git('ls-tree', '--name-only', 'main').split('\n');
  expect(merged).toEqual(
    expect.arrayContaining(['code', 'gate', 'log', 'words', 'scan', 'pipe', 'objects', 'one', 'sub']),
  );
});
