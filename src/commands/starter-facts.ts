import { existsSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { UserError } from '../core/errors.ts';
import { DEFAULT_BRANCH, DEFAULT_FRAMEWORK } from '../core/graph/known-names.ts';
import type { Extensions } from '../steps/extensions.ts';
import { HOME_FILES } from '../steps/frameworks/home-files.ts';
import { missingProgram, presetUses } from '../steps/frameworks/preset-use.ts';
import { requireBwrap } from '../steps/isolation/bwrap/ready.ts';
import { readIfThere } from '../steps/tools/atomic-file.ts';
import { findProgram } from '../steps/tools/find-program.ts';
import { Git } from '../steps/tools/git.ts';
import type { StarterFacts } from './starter-graph.ts';
import { projectCommands } from './starter-project.ts';

/** What a graph to begin with is made of: the repository at `root`, and what is installed here. */
export async function starterFacts(root: string, name: string, extensions: Extensions): Promise<StarterFacts> {
  const agent = agentHere(root, extensions);
  const [branch, canSandbox] = await Promise.all([baseBranch(root), hasBwrap(root)]);
  return {
    name,
    ...agent,
    branch,
    project: projectCommands((file) => readProjectFile(join(root, file))),
    sandboxMounts: canSandbox ? mountsFor(agent.framework) : null,
  };
}

/** The first of the presets whose program is here, else the default with what to do about it. */
function agentHere(root: string, extensions: Extensions): Pick<StarterFacts, 'framework' | 'missing'> {
  const uses = presetUses({ graph: null, extensions, root });
  const found = uses.find(({ program }) => program !== null);
  if (found !== undefined) return { framework: found.name, missing: null };
  const usual = uses.find(({ name }) => name === DEFAULT_FRAMEWORK);
  if (usual === undefined) return { framework: DEFAULT_FRAMEWORK, missing: null };
  const programs = usual.data.program.join(' or ');
  const remedy = missingProgram(usual).hint;
  return { framework: usual.name, missing: `${programs} is not installed here: ${remedy}` };
}

/** The branch that the remote calls its own, else `main`, else the one that is checked out. */
async function baseBranch(root: string): Promise<string> {
  const git = new Git(root);
  try {
    const named = async (ref: string) =>
      (await git.run(['symbolic-ref', '-q', '--short', ref], { accept: [0, 1, 128] })).stdout.trim();
    const [ofRemote, current] = await Promise.all([named('refs/remotes/origin/HEAD'), named('HEAD')]);
    const usual = ofRemote.replace(/^origin\//, '');
    for (const branch of [usual, DEFAULT_BRANCH]) {
      if (branch !== '' && (await git.branch(branch)) !== null) return branch;
    }
    return current === '' ? DEFAULT_BRANCH : current;
  } finally {
    git.close();
  }
}

async function hasBwrap(root: string): Promise<boolean> {
  if (findProgram('bwrap', root, process.env.PATH ?? '') === null) return false;
  return await requireBwrap().then(
    () => true,
    (error: unknown) => {
      if (error instanceof UserError) return false;
      throw error;
    },
  );
}

/** A sandbox that is to have what is not there is refused; an agent that was never started has nothing yet. */
function mountsFor(framework: string): readonly string[] {
  const paths = HOME_FILES[framework] ?? [];
  const there = paths.filter((path) => existsSync(join(homedir(), path.slice(1))));
  return there.length > 0 ? there : paths;
}

function readProjectFile(path: string): string | null {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ? readIfThere(path) : null;
}
