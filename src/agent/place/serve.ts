import { text } from 'node:stream/consumers';
import { stopMarked, stopSession } from '../../steps/tools/process-session.ts';
import { follow } from './follow.ts';
import { prepare } from './prepare.ts';
import { runOrder } from './run-order.ts';
import type { PrepareOrder } from './wire.ts';

/** What an owner on another machine asks for; secrets only through standard input. */
export async function serve([verb, argument]: readonly string[]): Promise<void> {
  if (verb === 'follow') return await follow();
  if (verb === 'run') return await runOrder();
  const input = await text(process.stdin);
  try {
    await obey(verb, argument, input);
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`);
    process.exitCode = 1;
  }
}

async function obey(verb: string | undefined, argument: string | undefined, input: string): Promise<void> {
  if (verb === 'prepare') {
    process.stdout.write(`${JSON.stringify(prepare(JSON.parse(input) as PrepareOrder))}\n`);
  } else if (verb === 'stop') {
    // Where the pane is gone, nobody tells any more which session it was.
    const [session, mark] = [Number(argument), input.trim()];
    await (session > 1 ? stopSession(session, mark) : stopMarked(mark));
  } else throw new Error(`unknown verb ${verb}`);
}
