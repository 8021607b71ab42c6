// node shadow.mjs: how long a caller waits for route() with a rollout that is paused, so that the candidate is not asked, with
// one in its shadow stage, and with one that calls the candidate's model for each request, in turns. In-memory models: a network would hide the difference. The
// candidate's model takes 20 ms. Prints microseconds per request, as the median of rounds, and the ratio to the first.
import { setTimeout as sleep, setImmediate as turn } from "node:timers/promises";
import { createRouter } from "switchpoint";
import { createRollout, errors } from "switchpoint/loop";
import { threshold } from "switchpoint/policies";
import { fakeModel } from "switchpoint/testing";
import { median } from "./measure.mjs";
import { promptsOf } from "./prompts.mjs";

const price = { usdPerMillionInputTokens: 1, usdPerMillionOutputTokens: 4 };
const at = (cut) => threshold({ small: "small", large: "large", at: cut });

/** Control never takes the slow model, the candidate always does. */
async function make(calls) {
  const rollout = createRollout({
    id: "shadow",
    salt: "a salt of the benchmark",
    unit: "session",
    control: at(1),
    candidate: at(0),
    stages: [{ shadow: true, requests: 1e9, ...(calls > 0 && { calls }) }, { share: 0.5 }],
    guards: [errors({ margin: 0.01 })],
  });
  const router = createRouter({
    models: {
      small: fakeModel({ model: "small", price }),
      large: fakeModel({ model: "large", price, wait: () => sleep(20) }),
    },
    policy: rollout.policy,
  });
  router.observe(() => {});
  rollout.attach(router);
  if (calls === undefined) await rollout.pause("the benchmark");
  return { router, rollout };
}

const prompts = promptsOf(2_000, 32);
const ways = {
  "with a rollout that is paused": await make(undefined),
  "with a rollout in its shadow stage": await make(0),
  "with calls of the candidate's model": await make(1),
};
const rounds = Object.fromEntries(Object.keys(ways).map((name) => [name, []]));
const runs = 500;
for (let round = 0; round < 9; round += 1)
  for (const [name, { router }] of Object.entries(ways)) {
    const times = [];
    for (let index = 0; index < runs; index += 1) {
      const start = performance.now();
      await router.route({
        session: `s${index}`,
        messages: [{ role: "user", content: prompts[index % 32] }],
      });
      times.push(1_000 * (performance.now() - start));
      // As a network would, so that what follows an answer follows it.
      await turn();
    }
    times.sort((a, b) => a - b);
    if (round > 0) rounds[name].push({ p50: times[runs / 2], p99: times[Math.floor(0.99 * runs)] });
  }
const rows = Object.entries(rounds).map(([name, list]) => {
  const middle = (key) => median(list.map((one) => one[key]));
  return { name, p50: middle("p50"), p99: middle("p99") };
});
const [alone] = rows;
for (const row of rows) row.ratio = Number((row.p50 / alone.p50).toFixed(2));
const shadows = await Promise.all(Object.values(ways).map(({ rollout }) => rollout.status()));
const [, asked, called] = shadows.map((status) => status.shadow);
console.log(JSON.stringify({ rows, asked: asked.requests, called: called.calls }, undefined, 2));
process.exit();
