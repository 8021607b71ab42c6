// node --expose-gc guards.mjs [turns]: what a rollout adds to route(): a listener alone, a rollout whose guards say nothing (they
// are asked and have no value), with two guards, and with five, in turns. Each session has `turns` requests, 1 by default: the
// most units. In-memory models. Prints microseconds of CPU a request, as the median of rounds, and the difference to the first.
import { createRouter } from "switchpoint";
import { cost, createRollout, errors, escalations, latency, quality } from "switchpoint/loop";
import { always } from "switchpoint/policies";
import { fakeModel } from "switchpoint/testing";
import { measure, median } from "./measure.mjs";

const turns = Number(process.argv[2] ?? 1);
const price = { usdPerMillionInputTokens: 1, usdPerMillionOutputTokens: 4 };
const models = () => ({
  small: fakeModel({ model: "small", price }),
  large: fakeModel({ model: "large", price }),
});
const two = [errors({ margin: 0.01 }), cost({ marginShare: 0.05, maxUsd: 1 })];
const more = [latency({ quantile: 0.95, marginMs: 100 }), escalations({ margin: 0.05 })];

function withGuards(guards) {
  const rollout = createRollout({
    id: "bench",
    salt: "a salt of the benchmark",
    unit: "session",
    control: always("large"),
    candidate: always("small"),
    stages: [{ share: 0.5 }],
    minUnitsAtStage: 1e9,
    unitMaxRequests: turns,
    guards,
  });
  const router = createRouter({ models: models(), policy: rollout.policy });
  rollout.attach(router);
  return router;
}
const heard = createRouter({ models: models(), policy: always("small") });
heard.observe(() => {});
const ways = {
  "a listener": heard,
  "a rollout with a silent guard": withGuards([quality({ margin: 0.02, from: "audit" })]),
  "with two guards": withGuards(two),
  "with five guards": withGuards([...two, ...more, quality({ margin: 0.02, from: "audit" })]),
};
const rounds = Object.fromEntries(Object.keys(ways).map((name) => [name, []]));
let request = 0;
for (let round = 0; round < 10; round += 1)
  for (const [name, router] of Object.entries(ways)) {
    const work = () => {
      request += 1;
      const session = `s${Math.floor(request / turns)}`;
      return router.route({ session, messages: [{ role: "user", content: "Name three rivers." }] });
    };
    const { cpu } = await measure(work, { runs: 3_000, warmUp: round === 0 ? 5_000 : 0 });
    if (round > 0) rounds[name].push(cpu);
  }
const base = rounds["a listener"];
const rows = Object.entries(rounds).map(([name, list]) => ({
  name,
  cpu: Number(median(list).toFixed(1)),
  more: Number(median(list.map((one, at) => one - base[at])).toFixed(1)),
}));
console.log(JSON.stringify({ turns, rows }, undefined, 2));
process.exit();
