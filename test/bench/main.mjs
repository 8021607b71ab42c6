// npm run bench: runs each measurement in 3 fresh processes (imports in 9) and prints medians next to the
// design's budgets.
import { execFileSync } from "node:child_process";
import { median } from "./measure.mjs";

const run = (script, ...args) =>
  JSON.parse(
    execFileSync(process.execPath, ["--expose-gc", new URL(script, import.meta.url).pathname, ...args], {
      encoding: "utf8",
      maxBuffer: 2 ** 26,
    }),
  );
const times = (count, work) => Array.from({ length: count }, work);

/** Returns the median over processes for each row. */
function merged(processes) {
  return processes[0].map((row, index) => {
    const values = (key) => median(processes.map((rows) => rows[index][key]));
    return { ...row, p50: values("p50"), p99: values("p99"), cpu: values("cpu") };
  });
}

const us = (value) =>
  (value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2)).padStart(9);
const verdict = (fits) => (fits ? "within" : "OVER");

console.log(
  `Node ${process.version}, ${process.platform} ${process.arch}; µs; medians of 3 fresh processes\n`,
);
const rows = merged(times(3, () => run("decide.mjs")));
/** Largest multiples of the sha256 of the prompt, in the same run. */
const budgets = { 200: 5, 2000: 6, 50000: 1 };
const sha256At = (characters) =>
  rows.find((row) => row.name === "sha256 of the prompt" && row.characters === characters).p50;
console.log(
  `${"characters".padStart(10)}  ${"what".padEnd(40)}${"p50".padStart(9)}${"p99".padStart(9)}${"CPU".padStart(9)}  budget`,
);
for (const { name, characters, p50, p99, cpu } of rows) {
  const noop = rows.find((row) => row.name === "empty async function" && row.characters === characters);
  const budget =
    name === "decide(), complexity()"
      ? budgets[characters] * sha256At(characters)
      : name.includes("10,000 messages")
        ? 0.02
        : undefined;
  const tail = noop === undefined ? 0 : noop.p99 - noop.p50;
  const note =
    budget === undefined
      ? ""
      : `p50 <= ${budget.toFixed(2)}: ${verdict(p50 <= budget)}` +
        (noop === undefined ? "" : `, p99 <= 3 p50 + ${tail.toFixed(2)}: ${verdict(p99 <= 3 * p50 + tail)}`);
  console.log(
    `${String(characters || "").padStart(10)}  ${name.padEnd(40)}${us(p50)}${us(p99)}${us(cpu)}  ${note}`,
  );
}
const at200 = (name) => rows.find((row) => row.name === name && row.characters === 200).p50;
const beyond = at200("route(), in-memory model") - at200("that model alone");
console.log(
  `\nroute() beyond the model call at 200 characters: ${beyond.toFixed(1)} µs (budget 10: ${verdict(beyond <= 10)})`,
);

const shared = run("shared-state.mjs");
const decision = at200("decide(), complexity()");
for (const { name, p50 } of shared.leased)
  console.log(
    `shared state, ${name}, reserved and settled: ${us(p50).trim()} µs, ${(p50 / decision).toFixed(2)} x decide() at 200 characters (budget for 1 limit 0.2: ${verdict(p50 <= 0.2 * decision)})`,
  );
const { strict } = shared;
console.log(
  strict.skipped === undefined
    ? `shared state, strict: ${us(strict.desk.here).trim()} µs of CPU here and ${us(strict.desk.redis).trim()} in Redis a call; two bare scripts ${us(strict.bare.here).trim()} and ${us(strict.bare.redis).trim()}: ${strict.ratio.toFixed(2)} of their throughput [${strict.low.toFixed(2)}, ${strict.high.toFixed(2)}] in ${strict.turns} turns, 64 in flight (budget 0.7: ${verdict(strict.ratio >= 0.7)})`
    : `shared state, strict: skipped, ${strict.skipped}`,
);
const rival = rows.filter(({ name }) => name === "ClawRouter's route()");
for (const { characters, p50 } of rival) {
  const own = rows.find((row) => row.name === "decide(), complexity()" && row.characters === characters);
  console.log(`ClawRouter's route() at ${characters} characters: ${(p50 / own.p50).toFixed(1)} x decide()`);
}
if (rival.length === 0)
  console.log("ClawRouter: skipped; SWITCHPOINT_CLAWROUTER=<path of its dist/router/index.js> adds it");

console.log(
  "\ncold, after pauses of 50 ms and 16 MB of other memory (medians of 3 fresh processes; no budget)",
);
const cold = times(3, () => run("cold.mjs"));
const coldP50 = (index) => median(cold.map((one) => one[index].p50));
for (const [index, { name }] of cold[0].entries())
  console.log(
    `  ${name.padEnd(30)} p50 ${us(coldP50(index))}  ${(coldP50(index) / coldP50(1)).toFixed(1)} x sha256`,
  );

const [sdk, adapter, routed] = merged(
  times(5, () => ["sdk", "adapter", "router"].flatMap((way) => run("route.mjs", way))),
);
console.log("\nover real HTTP, one request at a time, 200 characters (medians of 5 fresh processes)");
for (const row of [sdk, adapter, routed])
  console.log(`  ${row.name.padEnd(30)} p50 ${us(row.p50)}  CPU ${us(row.cpu)}`);

/** Largest share of the CPU of OpenAI's SDK alone, in the same rounds. */
const httpBudgets = { "own transport": 0.6, "own transport over undici": 0.6, "SDK over own transport": 1.1 };
console.log(
  "\nover real HTTP, CPU as a ratio to OpenAI's SDK alone, in alternating rounds (3 fresh processes)",
);
const compared = times(3, () => run("http.mjs", "9"));
for (const [index, { what, inFlight, name }] of compared[0].entries()) {
  const of = (key) => compared.map((rows) => rows[index][key]);
  const ratio = median(of("ratio"));
  const budget = httpBudgets[name.replace(/^(?:route|stream)\(\), /, "")];
  // With the SDK underneath, a stream is the SDK's.
  const isJudged = budget !== undefined && (budget < 1 || what === "call");
  const note = isJudged ? `budget ${budget}: ${verdict(ratio <= budget)}` : "";
  console.log(
    `  ${what.padEnd(16)}${String(inFlight).padStart(3)} in flight  ${name.padEnd(38)}${us(median(of("cpu")))} µs  ${ratio.toFixed(2)} [${Math.min(...of("ratio")).toFixed(2)}, ${Math.max(...of("ratio")).toFixed(2)}]  ${note}`,
  );
}

/** SWITCHPOINT_BENCH_SECONDS=60 shows what grows slowly. */
const sustainedSeconds = process.env.SWITCHPOINT_BENCH_SECONDS ?? "4";
console.log(`\nsustained load over HTTP, ${sustainedSeconds} s each (1 process)`);
const sustained = run("sustained.mjs", sustainedSeconds);
for (const row of sustained)
  console.log(
    `  ${row.name.padEnd(20)}${row.inFlight} in flight  ${row.perSecond.toFixed(0).padStart(6)}/s  CPU ${us(row.cpu)} (${(row.cpu / sustained[0].cpu).toFixed(2)})  heap ${row.heapGrowthMb.toFixed(1).padStart(5)} MB more after ${row.requests} requests  event-loop delay p50 ${row.delayP50Ms.toFixed(1)}, p99 ${row.delayP99Ms.toFixed(1)} ms`,
  );

const log = run("decision-log.mjs");
console.log(
  `\ndecision log: ${log.requests} lines at ${log.rate} a second (20,000 asked), ${log.dropped} dropped: ${verdict(log.dropped === 0)}`,
);

console.log("\nimport (medians of 9 fresh processes)");
let own;
for (const name of ["nothing", "switchpoint", "switchpoint/policies", "openai"]) {
  const runs = times(9, () => run("import.mjs", name));
  const [ms, rss, heap] = ["ms", "rssMb", "heapMb"].map((key) => median(runs.map((one) => one[key])));
  if (name === "switchpoint") own = { ms, rss };
  const note =
    name === "openai"
      ? `switchpoint: ${(own.ms / ms).toFixed(2)} x its time (budget 0.25: ${verdict(own.ms <= 0.25 * ms)}), ${own.rss.toFixed(1)} MB (budget 5: ${verdict(own.rss <= 5)})`
      : "";
  console.log(
    `  ${name.padEnd(22)} ${ms.toFixed(1).padStart(7)} ms  rss ${rss.toFixed(1).padStart(5)} MB  heap ${heap.toFixed(1).padStart(5)} MB  ${note}`,
  );
}

for (const [title, script] of [
  ["replay of 100,000 classified outcomes at 100 thresholds", "replay.mjs"],
  ["training on 10,000 records of 600 characters and two models", "train.mjs"],
]) {
  console.log(`\n${title} (seconds of CPU)`);
  const processes = times(3, () => run(script));
  for (const [index, { name, budget }] of processes[0].entries()) {
    const seconds = median(processes.map((rows) => rows[index].seconds));
    console.log(
      `  ${name.padEnd(36)} ${seconds.toFixed(2).padStart(6)} s  budget ${budget}: ${verdict(seconds <= budget)}`,
    );
  }
}
