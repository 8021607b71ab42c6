// node test/bench/response-cache.mjs: what the response cache costs, in one process, with the model in memory. Prints a table:
// medians of 5 interleaved rounds, in µs. `npm run build` first.
import { createHash } from "node:crypto";
import { createRouter } from "switchpoint";
import { always } from "switchpoint/policies";
import { fakeModel } from "switchpoint/testing";
import { measure, measureSync, median } from "./measure.mjs";
import { promptsOf } from "./prompts.mjs";

const price = { usdPerMillionInputTokens: 1, usdPerMillionOutputTokens: 4 };
const usage = { inputTokens: 100, outputTokens: 100 };
const answer = "A sentence of the answer. ".repeat(20);
const models = { small: fakeModel({ price, usage, answer, contextWindow: 1e7 }) };
const open = (cache) => createRouter({ models, policy: always("small"), cache });

for (const [characters, runs] of [
  [200, 5_000],
  [2_000, 4_000],
  [50_000, 1_000],
  [90_000, 500],
  [4_000_000, 20],
]) {
  const prompts = promptsOf(characters, 8);
  const request = (index) => ({ messages: [{ role: "user", content: prompts[index % 8] }], temperature: 0 });
  let count = 0;
  const fresh = (index) => {
    count += 1;
    return { ...request(index), user: `u${count}` };
  };
  const [off, on, all] = [open(), open({}), open({ maxCharacters: 10_000_000 })];
  const hot = (index) => ({ ...request(index), temperature: 1 });
  const ways = {
    "sha256 of the prompt": () =>
      measureSync(
        (index) =>
          createHash("sha256")
            .update(prompts[index % 8])
            .digest("hex"),
        { runs },
      ),
    "route(), cache off": () => measure((index) => off.route(request(index)), { runs }),
    "route(), cache on, always sent": () => measure((index) => on.route(hot(index)), { runs }),
    "route(), cache on, hit": () => measure((index) => all.route(request(index)), { runs }),
    "route(), cache on, miss and kept": () => measure((index) => all.route(fresh(index)), { runs }),
    "route(), default limit": () => measure((index) => on.route(request(index)), { runs }),
  };
  const rounds = Object.fromEntries(Object.keys(ways).map((name) => [name, []]));
  for (let round = 0; round < 5; round += 1)
    for (const [name, run] of Object.entries(ways)) {
      rounds[name].push(await run());
      // The fake model records its requests.
      models.small.requests.length = 0;
    }
  for (const [name, all] of Object.entries(rounds)) {
    const at = (key) =>
      median(all.map((one) => one[key]))
        .toFixed(1)
        .padStart(9);
    console.log(`${String(characters).padStart(9)} ${name.padEnd(34)} p50 ${at("p50")} cpu ${at("cpu")}`);
  }
}
