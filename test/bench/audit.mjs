// node audit.mjs: route() without a listener, with one, and with an audit at rate 1, in turns. In-memory models: a network
// would hide the difference. Prints microseconds per request, as the median of rounds.
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createRouter } from "switchpoint";
import { always } from "switchpoint/policies";
import { createAudit } from "switchpoint/rollout";
import { fakeModel } from "switchpoint/testing";
import { measure, median } from "./measure.mjs";
import { promptsOf } from "./prompts.mjs";

const price = { usdPerMillionInputTokens: 1, usdPerMillionOutputTokens: 4 };
const make = () =>
  createRouter({
    models: { small: fakeModel({ model: "small", price }), large: fakeModel({ model: "large", price }) },
    policy: always("small"),
  });
const [alone, heard, audited] = [make(), make(), make()];
heard.observe(() => {});
createAudit({
  router: audited,
  reference: "large",
  rate: 1,
  budget: { usdPerDay: 1e6 },
  scorer: { name: "equal", score: () => ({ quality: 1, referenceQuality: 1 }) },
  file: join(mkdtempSync(join(tmpdir(), "audit-")), "audit.jsonl"),
});
const prompts = promptsOf(2_000, 32);
const ways = { "route() alone": alone, "with a listener": heard, "with an audit at rate 1": audited };
const rounds = Object.fromEntries(Object.keys(ways).map((name) => [name, []]));
for (let round = 0; round < 8; round += 1)
  for (const [name, router] of Object.entries(ways)) {
    const work = (index) => router.route({ messages: [{ role: "user", content: prompts[index % 32] }] });
    const measured = await measure(work, { runs: 500, warmUp: round === 0 ? 500 : 0 });
    if (round > 0) rounds[name].push(measured);
  }
const rows = Object.entries(rounds).map(([name, list]) => {
  const middle = (key) => median(list.map((one) => one[key]));
  return { name, p50: middle("p50"), p99: middle("p99"), cpu: middle("cpu") };
});
console.log(JSON.stringify(rows, undefined, 2));
process.exit();
