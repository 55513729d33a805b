import type { ProjectCommands } from './starter-project.ts';

export interface StarterFacts {
  /** An id. */
  readonly name: string;
  readonly framework: string;
  /** Why its agents cannot be started on this machine; null where they can. */
  readonly missing: string | null;
  /** Lanes are cut from it, and merged into it. */
  readonly branch: string;
  readonly project: ProjectCommands;
  /** What a sandbox of bubblewrap is to have of the home directory; null where there can be none on this machine. */
  readonly sandboxMounts: readonly string[] | null;
}

/** A graph file to begin with. Each key in a comment can be taken out of it, and the file is good in any case. */
export function starterGraph(facts: StarterFacts): string {
  const { name, framework, missing } = facts;
  return `# A graph to begin with: its tasks are examples, put your own in their place.
# "agentrelay schema" prints every key; "agentrelay dry-run" shows what this file would run.

name: ${word(name)} # part of the names of its branches and folders
max_concurrency: 2 # agents at work at once
max_task_attempts: 2 # a task that fails is tried once more, from a clean branch
# Where a remote is on GitHub, work is merged by pull requests; this has git alone merge it, here.
# forge: local

# Keys of a task that stand at the top are the default of every task.
primary_agent:
  framework: ${word(framework)}${missing === null ? '' : ` # ${oneLine(missing)}`}
  # Agents live in windows of tmux. Other places are process (no terminal), slurm and ssh: docs/places/README.md.
  # environment: { type: process }

# Agents ask before they run a command or change a file, and wait for your answer. With this line they ask nothing
# and may do whatever they can reach: better in a sandbox, see docs/places/README.md.
# approvals: skip
${sandboxLines(facts)}
${gateLines(facts.project)}
${laneLines(facts.branch)}
${TASKS}`;
}

function sandboxLines({ sandboxMounts }: StarterFacts): string {
  if (sandboxMounts === null) return '';
  const mounts = sandboxMounts.map((path) => `'${path}'`).join(', ');
  return `
# Recommended, since bubblewrap works on this machine: agents and gates write to their worktree alone, and see of your
# home directory only what mounts names. Tools that live there, such as ~/.cargo, belong in it: docs/places/bwrap.md.
# isolation: { sandbox: bwrap${mounts === '' ? '' : `, mounts: [${mounts}]`} }
`;
}

function gateLines({ gate, setup }: ProjectCommands): string {
  const before =
    setup === null
      ? '# Before the agent starts: what a fresh worktree lacks.\n# setup: npm ci'
      : `# Before the agent starts: what a fresh worktree lacks.\nsetup: ${setup}`;
  const after =
    gate === null
      ? '# An example, since no tests were found: the command that runs yours.\n# completion_gate: make test'
      : `completion_gate: ${gate}`;
  return `${before}

# Must succeed on the finished commit before it is merged. A failure goes back to the agent, in its terminal.
${after}
`;
}

const DEFAULT_BRANCH = 'main';

function laneLines(branch: string): string {
  const base =
    branch === DEFAULT_BRANCH ? '' : `    base_branch: ${word(branch)}\n    merge_target_branch: ${word(branch)}\n`;
  return `# A lane has an integration branch of its own, into which its tasks are merged. Lanes run side by side; the tasks of one
# take turns. A finished lane is merged into ${branch} by you, or by itself where auto_merge says so.
workstreams:
  - id: hello
${base}    # auto_merge: true
  - id: notes
${base}    # auto_merge: true
`;
}

const TASKS = `tasks:
  # The first line of a description is the subject of the task's merge, the rest tells the agent more.
  - id: hello-spec
    workstream_id: hello
    role: spec_writer
    description: |
      Specify the greeting
      In docs/hello.md: what is said to somebody with a name, what to somebody without one.
    paths: { spec: [docs/hello.md] }

  # Finds the work of the task before it on its branch.
  - id: hello-code
    workstream_id: hello
    role: implementer
    dependencies: [hello-spec]
    description: |
      Build the greeting
      As docs/hello.md specifies it, with tests, in the manner of the code that is there.
    inputs_from: { task: hello-spec, category: spec } # the files that it declared are named to the agent

  - id: readme
    workstream_id: notes
    description: |
      Say in the README how the tests are run
    # One of another lane is waited for until that lane is merged.
    # dependencies: [hello-code]
`;

/** Words that YAML's readers, old and new, take for something else. */
const NO_TEXT = /^(?:null|true|false|yes|no|on|off|y|n)$/i;

/** JSON's strings are YAML's too. */
function word(text: string): string {
  return /^[A-Za-z_][\w./-]*$/.test(text) && !NO_TEXT.test(text) ? text : JSON.stringify(text);
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}
