import { defineConfig, type RolldownOptions } from 'rolldown';
import manifest from './package.json' with { type: 'json' };

/** Set-up builds beside the live folder and then swaps the two. */
const dir = process.env.AGENTRELAY_DIST ?? 'dist';

const shared: RolldownOptions = {
  platform: 'node',
  output: { dir, format: 'esm', sourcemap: true, entryFileNames: '[name].js' },
};

export default defineConfig([
  {
    ...shared,
    input: { main: 'src/main.ts', agent: 'src/agent.ts', 'agent-run': 'src/agent/run.ts' },
    // Everything is bundled: a start reads a few files, not hundreds.
    external: [/^node:/],
    // The screen's libraries as they are for those who use them, without what helps to build them.
    transform: { define: { 'process.env.NODE_ENV': '"production"', 'process.env.DEV': '"false"' } },
    output: { ...shared.output, chunkFileNames: 'chunks/[name]-[hash].js' },
  },
  {
    ...shared,
    input: { index: 'src/index.ts' },
    // A library leaves its dependencies to the one who installs it.
    external: [/^node:/, ...Object.keys(manifest.dependencies).map((name) => new RegExp(`^${name}(/|$)`))],
    output: { ...shared.output, chunkFileNames: 'chunks/lib-[name]-[hash].js' },
  },
]);
