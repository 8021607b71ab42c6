// node test/bench/onnx.mjs: milliseconds and memory of onnxClassifier, with a model that does nothing and with one of the
// size of MiniLM-L6 (random weights), by prompts of 16, 128 and 512 tokens. Runs by itself: not part of `npm run bench`.
import { execFileSync } from "node:child_process";
import { createJiti } from "jiti";
import { onnxClassifier } from "switchpoint/classifiers";
import { factsOf } from "switchpoint/testing";

const jiti = createJiti(import.meta.url);
const { tinyEncoder } = await jiti.import("../support/onnx/tiny-encoder.ts");
const { syntheticEncoder } = await jiti.import("../support/onnx/synthetic-encoder.ts");

const models = {
  "a table of 4 rows": tinyEncoder({ rows: [[0], [1], [2], [3]] }),
  "6 layers of 384": syntheticEncoder(),
};
const hop = { signal: new AbortController().signal, now: 0, permits: () => true };
const pids = () => execFileSync("pgrep", ["-P", String(process.pid), "node"], { encoding: "utf8" }).trim();
const residentMb = () =>
  Math.round(Number(execFileSync("ps", ["-o", "rss=", "-p", pids()], { encoding: "utf8" })) / 1_024);

for (const [name, model] of Object.entries(models))
  for (const tokens of [16, 128, 512]) {
    const classifier = onnxClassifier({
      model,
      tokenizer: (text) => Array.from({ length: tokens }, (_, at) => (text.length + at) % 4),
      maxCached: 0,
      windowMs: 0,
      timeoutMs: 60_000,
    });
    const loading = performance.now();
    await classifier.ready();
    const loadMs = Math.round(performance.now() - loading);
    const runs = name.startsWith("6") ? 40 : 400;
    const one = (at) => classifier.classify(factsOf({ ask: "x".repeat((at % 50) + 1) }), hop);
    for (let at = 0; at < runs / 4; at += 1) await one(at);
    const times = [];
    for (let at = 0; at < runs; at += 1) {
      const start = performance.now();
      await one(at);
      times.push(performance.now() - start);
    }
    times.sort((a, b) => a - b);
    const together = performance.now();
    await Promise.all(Array.from({ length: 40 }, (_, at) => one(at)));
    const share = (performance.now() - together) / 40;
    const ms = (value) => value.toFixed(value < 10 ? 2 : 0).padStart(6);
    console.log(
      `${name}, ${tokens} tokens: loaded in ${loadMs} ms, ${residentMb()} MB; alone p50 ${ms(times[runs >> 1])} ms, ` +
        `p99 ${ms(times[Math.floor(runs * 0.99)])} ms; 40 at once ${ms(share)} ms each`,
    );
    classifier.close();
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
