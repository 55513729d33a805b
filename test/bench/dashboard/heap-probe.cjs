// Required into a dashboard under measurement: at each SIGUSR2 it notes what is left on its heap after a garbage collection.
const { renameSync, writeFileSync } = require('node:fs');
const { setFlagsFromString } = require('node:v8');
const { runInNewContext } = require('node:vm');

const report = process.env.BENCH_HEAP_PROBE;
// Not for what the dashboard starts.
delete process.env.BENCH_HEAP_PROBE;
delete process.env.NODE_OPTIONS;
process.on('SIGUSR2', () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc');
  collect();
  collect();
  writeFileSync(`${report}.new`, String(process.memoryUsage().heapUsed));
  renameSync(`${report}.new`, report);
});
