import { mkdirSync, mkdtempSync, realpathSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { exec } from '../../steps/tools/exec.ts';
import { quoteForShell } from '../../steps/tools/tmux-parse.ts';
import { agentScript } from './agent-script.ts';
import { BILL_AGENTS } from './agents-bill.ts';
import { CART_AGENTS } from './agents-cart.ts';
import { RULES_AGENTS } from './agents-rules.ts';
import { demoGraph } from './graph-text.ts';
import type { Manner } from './manner.ts';
import { SHOP } from './shop.ts';

/** Where a demo lies; all paths are absolute. */
export interface DemoPlace {
  readonly directory: string;
  readonly repository: string;
  readonly graphFile: string;
  /** Name of its private tmux server. */
  readonly tmuxSocket: string;
}

/** Makes a folder with the shop's repository, the graph and the scripts that play the agents. */
export async function makePlace(program: string, manner: Manner): Promise<DemoPlace> {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), 'agentrelay-demo-')));
  const place = {
    directory,
    repository: join(directory, 'shop'),
    graphFile: join(directory, 'graph.yaml'),
    tmuxSocket: basename(directory),
  };
  const node = process.execPath;
  const agents = join(directory, 'agents');
  write(join(agents, 'agent.sh'), agentScript(node, manner));
  const scripts = { ...CART_AGENTS, ...RULES_AGENTS, ...BILL_AGENTS };
  for (const [task, script] of Object.entries(scripts)) write(join(agents, `${task}.sh`), script);
  write(place.graphFile, demoGraph({ node, agent: join(agents, 'agent.sh'), attempts: manner.watched ? 1 : 2 }));
  // The Node that runs this demo is new enough; the one on the person's PATH may be none of ours.
  const command = `#!/bin/sh\nexec ${quoteForShell(node)} ${quoteForShell(program)} "$@"\n`;
  write(join(directory, 'agentrelay'), command, 0o755);
  await makeRepository(place.repository);
  return place;
}

async function makeRepository(repository: string): Promise<void> {
  for (const [path, text] of Object.entries(SHOP)) write(join(repository, path), text);
  const git = (...args: string[]) => exec('git', args, { cwd: repository });
  await git('init', '--quiet', '--initial-branch=main', '--template=');
  await git('config', 'user.name', 'agentrelay demo');
  await git('config', 'user.email', 'demo@agentrelay.invalid');
  // A git in the background would write to a folder that is being removed, and leave its lock when an agent is killed.
  await git('config', 'maintenance.auto', 'false');
  await git('add', '--all');
  await git('commit', '--quiet', '--message', 'Start the shop');
}

function write(path: string, text: string, mode = 0o644): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text, { mode });
}
