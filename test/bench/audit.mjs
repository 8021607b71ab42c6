// node audit.mjs: route() without a listener, with one, with an audit at rate 1, with one whose reference takes a second,
// and with a rollout in shadow that calls the candidate's model, in turns. In-memory models: a network would hide the
// difference. Prints microseconds until the caller has the answer, as the median of rounds.
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { createRouter } from "switchpoint";
import { createAudit, createRollout, errors } from "switchpoint/loop";
import { always } from "switchpoint/policies";
import { fakeModel } from "switchpoint/testing";
import { measure, median } from "./measure.mjs";
import { promptsOf } from "./prompts.mjs";

const price = { usdPerMillionInputTokens: 1, usdPerMillionOutputTokens: 4 };
const make = (large = {}, policy = always("small")) =>
  createRouter({
    models: {
      small: fakeModel({ model: "small", price }),
      large: fakeModel({ model: "large", price, ...large }),
    },
    policy,
  });
const folder = mkdtempSync(join(tmpdir(), "audit-"));
const audit = (router, name) =>
  createAudit({
    router,
    reference: "large",
    rate: 1,
    budget: { usdPerDay: 1e6 },
    scorer: { name: "equal", score: () => ({ quality: 1, referenceQuality: 1 }) },
    file: join(folder, name),
  });
const slow = { wait: (signal) => sleep(1_000, undefined, { signal, ref: false }) };
const rollout = (id) =>
  createRollout({
    id,
    salt: "a secret that stays",
    unit: "request",
    control: always("small"),
    candidate: always("large"),
    stages: [{ shadow: true, requests: 1e6, calls: 1 }, { share: 0.5 }],
    guards: [errors({ margin: 0.01 })],
  });
const [alone, heard, audited, held] = [make(), make(), make(), make(slow)];
heard.observe(() => {});
audit(audited, "quick.jsonl");
audit(held, "slow.jsonl");
const shadowing = rollout("shadow");
const shadowed = make({}, shadowing.policy);
shadowing.attach(shadowed);
const prompts = promptsOf(2_000, 32);
const ways = {
  "route() alone": alone,
  "with a listener": heard,
  "with an audit at rate 1": audited,
  "the same, whose reference takes a second": held,
  "with a rollout in shadow that calls its candidate": shadowed,
};
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
