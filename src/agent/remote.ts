/** All that an owner needs on another machine, in one file: the agent-side commands, and what is done for it there. */
import { enableCompileCache } from 'node:module';
import { main } from '../agent.ts';
import { keepHook } from './hook.ts';
import { serve } from './place/serve.ts';

enableCompileCache();
const [verb, ...rest] = process.argv.slice(2);
if (verb === 'place') await serve(rest);
else if (verb === 'hook' && !rest.includes('--help')) {
  await keepHook(rest);
  // Standard input may be open for ever.
  process.exit(0);
} else process.exitCode = await main(process.argv.slice(2));
