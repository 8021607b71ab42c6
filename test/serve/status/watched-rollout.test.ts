import { expect, it } from "vitest";
import { always } from "../../../policies/index.ts";
import { createRouter } from "../../../src/index.ts";
import { createRollout, errors } from "../../../src/loop/index.ts";
import { prometheus } from "../../../src/serve/metrics/prometheus/index.ts";
import { fakeModel } from "../../../src/testing/index.ts";

it("series of a rollout are read from it, whose status is a promise, and not waited for when it hangs", async () => {
  const rollout = createRollout({
    id: "r",
    salt: "a secret of the tests",
    unit: "session",
    control: always("small"),
    candidate: always("large"),
    stages: [{ share: 0.1 }, { share: 1 }],
    guards: [errors({ margin: 0.01 })],
  });
  const models = { small: fakeModel({ model: "small" }), large: fakeModel({ model: "large" }) };
  const router = createRouter({ models, policy: rollout.policy });
  const hanging = { status: () => new Promise<never>(() => {}) };
  const metrics = prometheus(router, { rollouts: [hanging, rollout], readTimeoutMs: 20 });
  const text = await metrics.text();
  expect(text).toContain('switchpoint_rollout_share{rollout="r"} 0.1\n');
  expect(text).toContain('switchpoint_unreadable_total{part="rollout"} 1\n');
  await router.close();
  await rollout.close();
});
