// A separate process: reads a long stream at the requested pace. Arguments: API, URL of its endpoint. Each
// input line is a number of characters: once it has read that many in total, or the stream has ended, it
// reports the memory in use.
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { always } from "../../../policies/index.ts";
import { createRouter } from "../../../src/index.ts";
import { type WireName, wires } from "../wires.ts";

export interface SlowReaderReport {
  /** Characters read so far. The reader discards them. */
  readonly characters: number;
  /** Growth since before the stream, in bytes, after garbage collection. */
  readonly heapGrowth: number;
}

const [wire, url] = process.argv.slice(2) as [WireName, string];
const input = createInterface(process.stdin);
input.once("close", () => process.exit());
// Created at once: lines that arrive before the first read would be lost.
const asked = input[Symbol.asyncIterator]();

const router = createRouter({
  models: { only: wires[wire].model("only", url, {}) },
  policy: always("only"),
  execution: { retries: 0 },
});

/** Returns the memory in use, in bytes. */
async function memoryUsed(): Promise<number> {
  for (let round = 0; round < 3; round += 1) {
    await sleep(20);
    globalThis.gc?.();
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

// Loads the SDK. The endpoint refuses calls that do not stream.
await router.route("Hello").catch(() => {});
const before = await memoryUsed();
const chunks = router.stream("Hello")[Symbol.asyncIterator]();
let characters = 0;
for await (const line of asked) {
  while (characters < Number(line)) {
    const { done, value } = await chunks.next();
    if (done) break;
    characters += value.choices[0]?.delta.content?.length ?? 0;
  }
  const report: SlowReaderReport = { characters, heapGrowth: (await memoryUsed()) - before };
  console.log(JSON.stringify(report));
}
