/** What the launchers start: `node run.js VERB [flags]`. Not in `agent.ts`, whose import must do nothing. */
import { enableCompileCache } from 'node:module';

enableCompileCache();
const [verb, ...rest] = process.argv.slice(2);
if (verb === 'hook' && !rest.includes('--help')) {
  // By itself: the program that calls it waits for it, at each use of a tool.
  const { keepHook } = await import('./hook.ts');
  await keepHook(rest);
  // Standard input may be open for ever.
  process.exit(0);
}
const { main } = await import('../agent.ts');
process.exitCode = await main(process.argv.slice(2));
