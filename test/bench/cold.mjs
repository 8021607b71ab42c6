// node cold.mjs [decisions]: one decision after each pause of 50 ms in which 16 MB of other memory were written, next
// to a sha256 and a JSON.parse in the same state. Prints JSON: p50 and p99 in µs.
import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { createRouter } from "switchpoint";
import { threshold } from "switchpoint/policies";
import { fakeModel } from "switchpoint/testing";
import { promptsOf } from "./prompts.mjs";

const decisions = Number(process.argv[2] ?? 60);
const price = { usdPerMillionInputTokens: 1, usdPerMillionOutputTokens: 4 };
const model = (name) => fakeModel({ model: name, price, contextWindow: 1_000_000 });
const router = createRouter({
  models: { small: model("small"), large: model("large") },
  policy: threshold({ small: "small", large: "large", at: 0.7 }),
});
const prompts = promptsOf(200, 32);
const bodies = prompts.map((content) => JSON.stringify({ messages: [{ role: "user", content }] }));
const ways = {
  "JSON.parse of the request": (index) => JSON.parse(bodies[index % 32]),
  "sha256 of the prompt": (index) =>
    createHash("sha256")
      .update(prompts[index % 32])
      .digest("hex"),
  "decide(), complexity()": (index) => router.decide(prompts[index % 32]),
};
const names = Object.keys(ways);
// Compiled as in a server that has run for a while.
for (const name of names) for (let index = 0; index < 20_000; index += 1) await ways[name](index);

const other = new Uint8Array(16 * 2 ** 20);
const times = Object.fromEntries(names.map((name) => [name, []]));
for (let index = 0; index < decisions; index += 1) {
  for (const name of names) {
    await sleep(50);
    for (let at = index % 64; at < other.length; at += 64) other[at] += 1;
    const start = performance.now();
    await ways[name](index);
    times[name].push((performance.now() - start) * 1_000);
  }
}
const at = (name, share) => times[name].sort((a, b) => a - b)[Math.floor(share * decisions)];
console.log(
  JSON.stringify(names.map((name) => ({ name, characters: 200, p50: at(name, 0.5), p99: at(name, 0.99) }))),
);
