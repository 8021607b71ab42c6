// node import-pair.mjs [processes] [other dist]: the import of the package and its first requests, next to openai's import and to
// another build, in fresh processes that take turns. Prints medians and quartiles.
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const [processes = "40", other] = process.argv.slice(2);
const script = (name) => fileURLToPath(new URL(name, import.meta.url));
const run = (...args) => JSON.parse(execFileSync(process.execPath, args, { encoding: "utf8" }));
const builds = { switchpoint: [], ...(other !== undefined && { other: [join(other, "src/index.js")] }) };

/** Values by what was measured. */
const rows = new Map();
function note(row, unit, value) {
  const values = rows.get(row) ?? new Map();
  rows.set(row, values.set(unit, [...(values.get(unit) ?? []), value]));
}
for (let round = 0; round < Number(processes); round += 1) {
  for (const [build, path] of Object.entries(builds)) {
    const imported = run("--expose-gc", script("import.mjs"), path[0] ?? "switchpoint");
    note(`import ${build}`, "rss MB", imported.rssMb);
    note(`import ${build}`, "heap MB", imported.heapMb);
    for (const [name, { ms, cpuMs }] of Object.entries(run(script("first-route.mjs"), ...path))) {
      note(`${name} ${build}`, "ms", ms);
      note(`${name} ${build}`, "CPU ms", cpuMs);
    }
  }
  for (const name of ["nothing", "openai"]) {
    const { ms, cpuMs, rssMb, heapMb } = run("--expose-gc", script("import.mjs"), name);
    for (const [unit, value] of Object.entries({ ms, "CPU ms": cpuMs, "rss MB": rssMb, "heap MB": heapMb }))
      note(`import ${name}`, unit, value);
  }
}
for (const [row, values] of rows) {
  const shown = [...values].map(([unit, list]) => {
    const sorted = list.toSorted((a, b) => a - b);
    const [low, middle, high] = [0.25, 0.5, 0.75].map(
      (share) => sorted[Math.floor(share * (sorted.length - 1))],
    );
    return `${unit} ${middle.toFixed(2)} [${low.toFixed(2)}, ${high.toFixed(2)}]`;
  });
  console.log(row.padEnd(26), shown.join("   "));
}
