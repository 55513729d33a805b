import { defineConfig, type RolldownOptions } from 'rolldown';
import manifest from './package.json' with { type: 'json' };

/** Set-up builds beside the live folder and then swaps the two. */
const dir = process.env.AGENTRELAY_DIST ?? 'dist';

const shared: RolldownOptions = {
  platform: 'node',
  output: { dir, format: 'esm', sourcemap: true, entryFileNames: '[name].js' },
};

const WANTED = "process.env['DEV'] === 'true'";

/** React's developer tools are a package of their own, which Ink loads where it finds DEV in its environment. */
const withoutDevtools = {
  name: 'without-devtools',
  transform: {
    filter: { id: /[\\/]ink[\\/]build[\\/]reconciler\.js$/ },
    // As long as what it replaces: the source map stays true.
    handler: (code: string) => ({ code: code.replaceAll(WANTED, 'false'.padEnd(WANTED.length)), map: null }),
  },
};

export default defineConfig([
  {
    ...shared,
    input: { main: 'src/main.ts', agent: 'src/agent.ts', 'agent-run': 'src/agent/run.ts' },
    // Everything is bundled: a start reads a few files, not hundreds.
    external: [/^node:/],
    // The screen's libraries as they are for those who use them, without what helps to build them.
    transform: { define: { 'process.env.NODE_ENV': '"production"' } },
    plugins: [withoutDevtools],
    output: { ...shared.output, chunkFileNames: 'chunks/[name]-[hash].js' },
  },
  {
    ...shared,
    // One file, which is sent to other machines.
    input: { 'agent-remote': 'src/agent/remote.ts' },
    external: [/^node:/],
    output: { ...shared.output, sourcemap: false, codeSplitting: false },
  },
  {
    ...shared,
    input: { index: 'src/index.ts' },
    // A library leaves its dependencies to the one who installs it.
    external: [/^node:/, ...Object.keys(manifest.dependencies).map((name) => new RegExp(`^${name}(/|$)`))],
    output: { ...shared.output, chunkFileNames: 'chunks/lib-[name]-[hash].js' },
  },
]);
