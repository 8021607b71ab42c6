// One process: measures time and memory of importing the module that argv names. Prints JSON.
import { pathToFileURL } from "node:url";

const name = process.argv[2];
globalThis.gc?.();
const before = process.memoryUsage();
const [cpu, start] = [process.cpuUsage(), performance.now()];
if (name !== "nothing") await import(name.includes("/src/") ? pathToFileURL(name).href : name);
const ms = performance.now() - start;
const { user, system } = process.cpuUsage(cpu);
globalThis.gc?.();
const after = process.memoryUsage();
console.log(
  JSON.stringify({
    name,
    ms,
    cpuMs: (user + system) / 1_000,
    rssMb: (after.rss - before.rss) / 2 ** 20,
    heapMb: (after.heapUsed - before.heapUsed) / 2 ** 20,
  }),
);
