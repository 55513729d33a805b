// In the root of the repository, `agentrelay run` finds this file by its name; elsewhere --config FILE names it.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { copyFile, open } from 'node:fs/promises';
import { constants } from 'node:os';
import { join } from 'node:path';

/**
 * A framework: how one kind of agent is started. Its program is in the repository, so in every worktree too.
 * @type {import('agentrelay').FrameworkPreset}
 */
const helper = {
  name: 'helper',
  argv: ({ prompt, model, task }) => ['sh', 'tools/helper.sh', task, model ?? 'small', prompt],
  env: { HELPER_COLOUR: 'never' },
  kickoff: 'argv',
};

/**
 * An environment: where agents live. This one makes them plain child processes, without tmux.
 * @param {import('agentrelay').TaskRuntime} runtime
 * @param {import('agentrelay').AgentCommand} command
 * @returns {Promise<import('agentrelay').LiveAgent>}
 */
async function launchChild(runtime, { argv: [program = '', ...rest], cwd, env }) {
  const logFile = join(runtime.require('signalDir'), 'agent.log');
  const log = await open(logFile, 'a', 0o600);
  // A process group of its own: its end takes along what the agent has started.
  const options = { cwd, env: { ...process.env, ...env }, detached: true };
  const child = spawn(program, rest, { ...options, stdio: ['ignore', log.fd, log.fd] });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  await once(child, 'spawn').finally(() => log.close());
  return {
    address: {
      label: `process ${child.pid}`,
      async teardown() {
        try {
          if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
        } catch (error) {
          if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'ESRCH') throw error;
        }
      },
    },
    // Nobody reads its input. Work that comes back from a gate or a conflict fails the attempt.
    send: async () => 'gone',
    isAlive: async () => child.exitCode === null && child.signalCode === null,
    exitCode: () => child.exitCode ?? (child.signalCode === null ? null : 128 + constants.signals[child.signalCode]),
    exited: (signal) =>
      new Promise((resolve, reject) => {
        void ended.then(() => resolve());
        signal.addEventListener('abort', () => reject(signal.reason), { once: true });
      }),
    lastLines: async (count) => readFileSync(logFile, 'utf8').trimEnd().split('\n').slice(-count),
  };
}

/** @type {import('agentrelay').Extensions} */
export default {
  frameworks: { helper },
  steps: {
    // `framework: helper` with `environment: {type: child}`. The process runs when it is launched: no kickoff is left.
    launcher: {
      'helper/child': (runtime, { agentCommand }) => ({ launch: () => launchChild(runtime, agentCommand()) }),
    },
    kickoff: { 'helper/child': () => ({ kickoff: async () => {} }) },
    // A step: as shipped, for every task, and then what this repository needs in each worktree.
    preparer: {
      default: (runtime, { shipped }) => ({
        async prepare() {
          await shipped().prepare(runtime);
          const settings = join(import.meta.dirname, '.env');
          if (existsSync(settings)) await copyFile(settings, join(runtime.require('worktreePath'), '.env'));
        },
      }),
    },
  },
};
