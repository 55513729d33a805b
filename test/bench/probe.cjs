// Required into a program under measurement: notes its peak of memory and what it has imported, when it ends.
const { readFileSync, writeFileSync } = require('node:fs');
const { registerHooks } = require('node:module');

const report = process.env.BENCH_PROBE;
const imported = [];
if (process.env.BENCH_PROBE_IMPORTS) {
  registerHooks({
    load(url, context, next) {
      imported.push(url);
      return next(url, context);
    },
  });
}
// Not for what the program starts.
delete process.env.BENCH_PROBE;
delete process.env.BENCH_PROBE_IMPORTS;
delete process.env.NODE_OPTIONS;
process.on('exit', () => {
  const peak = /VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'));
  writeFileSync(report, JSON.stringify({ peak: Number(peak[1]), imported }));
});
