// One process: measures time and memory of importing the module that argv names. Prints JSON.
const name = process.argv[2];
globalThis.gc?.();
const before = process.memoryUsage();
const start = performance.now();
if (name !== "nothing") await import(name);
const ms = performance.now() - start;
globalThis.gc?.();
const after = process.memoryUsage();
console.log(
  JSON.stringify({
    name,
    ms,
    rssMb: (after.rss - before.rss) / 2 ** 20,
    heapMb: (after.heapUsed - before.heapUsed) / 2 ** 20,
  }),
);
