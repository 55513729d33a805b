import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PlacedFile, PrepareAnswer, PrepareOrder } from '../../../agent/place/wire.ts';
import { WorkspaceError } from '../../../core/errors.ts';
import { installAgentWrapper } from '../../agent-wrapper.ts';
import { AGENT_VERBS } from '../../launchers.ts';
import { ToolError } from '../../tools/exec.ts';
import type { Git } from '../../tools/git.ts';
import type { SshConnection } from './connection.ts';
import { type Layout, layoutOf } from './layout.ts';
import { nameOf } from './machine.ts';
import { RemoteClone, scriptWith } from './remote-clone.ts';
import { readRemoteProgram } from './remote-program.ts';
import { shellCommand } from './ssh-argv.ts';
import { type Survey, survey } from './survey.ts';

/** What all attempts of a run share on their machines. Paths are absolute, here. */
export interface SiteOptions {
  readonly git: Git;
  readonly graph: string;
  /** Its number. */
  readonly run: number;
  readonly runDirectory: string;
  readonly repository: string;
  readonly commonDir: string;
  /** The script behind the agent-side commands here. */
  readonly agentScript: string;
}

/** A machine that is ready for attempts of a run: our program is there, a clone, and the agent-side commands. */
export interface Site {
  readonly survey: Survey;
  readonly layout: Layout;
  readonly clone: RemoteClone;
  /** Runs a script of sh that finds what a person finds who logs in. */
  run(script: string, options?: Parameters<SshConnection['run']>[1]): ReturnType<SshConnection['run']>;
  /** The script that runs a verb of our program there. */
  program(...words: string[]): string;
  prepare(order: PrepareOrder, signal?: AbortSignal): Promise<PrepareAnswer>;
}

/** Throws `UserError` where the machine lacks something, `ConnectionLost`, `WorkspaceError`. */
export async function openSite(connection: SshConnection, options: SiteOptions): Promise<Site> {
  const found = await survey(connection);
  const sent = readRemoteProgram(options.agentScript);
  const layout = layoutOf(found.directory, options, sent.digest);
  const { searchPath, node } = found;
  const runScript: Site['run'] = (script, how) => connection.run(scriptWith(searchPath, script), how);
  const program: Site['program'] = (...words) =>
    scriptWith(searchPath, `exec ${shellCommand([node, layout.program, 'place', ...words])}`);
  const prepare: Site['prepare'] = async (order, signal) => {
    const input = JSON.stringify(order);
    const { stdout } = await connection.run(program('prepare'), { input, ...(signal === undefined ? {} : { signal }) });
    return JSON.parse(stdout) as PrepareAnswer;
  };
  try {
    const { stdout } = await runScript(await makeScript(options.git, layout));
    if (stdout.includes('missing')) await runScript(putScript(layout.program), { input: sent.text });
    await prepare({ files: commandFiles(layout, node, options.runDirectory) });
  } catch (error) {
    if (!(error instanceof ToolError)) throw error;
    const message = `${nameOf(connection.machine)} cannot be made ready: ${error.message}`;
    throw new WorkspaceError('machine_not_ready', message, { cause: error });
  }
  const clone = new RemoteClone({ git: options.git, connection, path: layout.clone, searchPath });
  return { survey: found, layout, clone, run: runScript, program, prepare };
}

/** Whoever commits there is who commits here, whatever that machine says of itself. */
async function makeScript(git: Git, { clone, program, run }: Layout): Promise<string> {
  const { stdout } = await git.run(['var', 'GIT_COMMITTER_IDENT']);
  const [, name = '', email = ''] = /^(.*) <(.*)> \d+ \S+$/.exec(stdout) ?? [];
  const config = (key: string, value: string) =>
    `git -C ${shellCommand([clone])} config ${key} ${shellCommand([value])}`;
  return `
umask 077
mkdir -p ${shellCommand([join(program, '..'), run])} || exit 1
[ -d ${shellCommand([join(clone, 'objects')])} ] || git init -q --bare --template= ${shellCommand([clone])} || exit 1
${config('user.name', name)} && ${config('user.email', email)} || exit 1
${config('gc.auto', '0')} && ${config('maintenance.auto', 'false')} || exit 1
[ -s ${shellCommand([program])} ] || echo missing
`;
}

/** As a whole, or not at all. */
function putScript(path: string): string {
  const quoted = shellCommand([path]);
  return `cat >${quoted}.$$ && mv ${quoted}.$$ ${quoted}`;
}

function commandFiles({ bin, program }: Layout, node: string, runDirectory: string): PlacedFile[] {
  const wrapper = readFileSync(installAgentWrapper(runDirectory), 'utf8');
  const commands = AGENT_VERBS.map((verb) => {
    const text = `#!/bin/sh\nexec ${shellCommand([node, program, verb])} "$@"\n`;
    return { path: join(bin, `agentrelay-${verb}`), text, mode: 0o755 };
  });
  return [...commands, { path: join(bin, 'agent-wrapper'), text: wrapper, mode: 0o755 }];
}
