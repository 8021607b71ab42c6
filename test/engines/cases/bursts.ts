import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import { always, spillOver } from "../../../policies/index.ts";
import type { Model, Router } from "../../../src/contracts/index.ts";
import { createRouter } from "../../../src/index.ts";
import { leastLoaded, pool, roundRobin } from "../../../src/router/pools/index.ts";
import { ask, type EngineCase } from "../engine-case.ts";

const size = 40;
const rounds = 3;
const load = { everyMs: 100 };

/** Many calls at once. */
export const burstCases: readonly EngineCase[] = [
  {
    name: "a burst of 40 on two members, one of them slow, loses no call and opens no breaker",
    limitMs: 300_000,
    async run({ model, start, finally: later }) {
      const [slow, quick] = await Promise.all([start({ model: "slow" }), start({ model: "small" })]);
      const members = (): Model[] => [model({ of: slow }), model({ of: quick })];
      const pooled = (own: Model): Router => createRouter({ models: { own }, policy: always("own") });
      const rules: Readonly<Record<string, () => Router>> = {
        "round robin": () => pooled(pool("own", members(), { balance: roundRobin, load })),
        "least loaded": () => pooled(pool("own", members(), { balance: leastLoaded(), load })),
        "spill-over": () => {
          const own = pool("own", [model({ of: slow })], { load });
          const policy = spillOver({ from: "own", to: "other", above: { waitMs: 100 } }, always("own"));
          return createRouter({ models: { own, other: model({ of: quick }) }, policy }) as Router;
        },
      };
      const p95: Record<string, number[]> = {};
      // One round of each after the other, so that what else the machine does falls on all of them.
      for (let round = 0; round < rounds; round += 1)
        for (const [name, make] of Object.entries(rules)) {
          const router = make();
          later(() => router.close());
          // Load is read while a router is in use.
          await router.route({ messages: ask(), max_tokens: 1 });
          await pause(300);
          const times = await burst(router);
          assert.deepEqual(router.readEndpoints().breakers, [], name);
          await router.close();
          p95[name] = [...(p95[name] ?? []), times.sort((a, b) => a - b)[Math.ceil(size * 0.95) - 1] ?? 0];
        }
      const shown = Object.entries(p95).map(
        ([name, times]) => `${name} ${times.map((ms) => (ms / 1_000).toFixed(2)).join(" ")} s`,
      );
      return `p95 to the first token, ${rounds} rounds: ${shown.join("; ")}; 0 of ${size * rounds * 3} lost`;
    },
  },
];

/** Returns the time to the first token of each call, in milliseconds. Throws if one is lost. */
async function burst(router: Router): Promise<number[]> {
  return Promise.all(
    Array.from({ length: size }, async (_, index) => {
      await pause(index * 25);
      const from = performance.now();
      let first: number | undefined;
      const stream = router.stream({ messages: ask(`${index}`), max_tokens: 24 });
      for await (const { choices } of stream)
        if (choices[0]?.delta.content) first ??= performance.now() - from;
      await stream.result;
      return first ?? performance.now() - from;
    }),
  );
}
