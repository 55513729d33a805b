/** What the launchers start: `node run.js VERB [flags]`. Not in `agent.ts`, whose import must do nothing. */
import { enableCompileCache } from 'node:module';

enableCompileCache();
const { main } = await import('../agent.ts');
process.exitCode = await main(process.argv.slice(2));
