import { dirname, join } from 'node:path';
import { LAUNCHED_FILE, SECRETS_FILE } from '../../agent-wrapper.ts';
import { secretsText } from '../../credentials/secret-file.ts';
import type { TmuxHost } from '../tmux-host.ts';
import type { Site } from './site.ts';
import { shellCommand } from './ssh-argv.ts';

/** Milliseconds; programs have a second to end by themselves, some rounds long. */
const STOP = 30_000;

/** What is done beside the tmux of a machine. */
export function remoteTmuxHost(site: () => Promise<Site>): TmuxHost {
  return {
    async prepare({ exitCodeFile, rawLog, secrets = {} }) {
      const { prepare } = await site();
      const text = secretsText(secrets);
      const files = text === '' ? [] : [{ path: join(dirname(exitCodeFile), SECRETS_FILE), text }];
      await prepare({ files, remove: [exitCodeFile], touch: [rawLog] });
    },

    async wasLaunched({ exitCodeFile }) {
      const { run } = await site();
      const file = shellCommand([join(dirname(exitCodeFile), LAUNCHED_FILE)]);
      return (await run(`[ -e ${file} ]`, { accept: [1] })).exitCode === 0;
    },

    // Nothing of this machine belongs to that one, but what language its people read.
    environment: () => (process.env.LANG === undefined ? {} : { LANG: process.env.LANG }),

    async stop({ pid, tag }) {
      const { run, program } = await site();
      await run(program('stop', String(pid)), { input: `AGENTRELAY_TOKEN=${tag.token}\n`, timeout: STOP });
    },
  };
}
