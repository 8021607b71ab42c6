import { expect, it, vi } from "vitest";
import { always } from "../../../policies/index.ts";
import { createRouter } from "../../../src/index.ts";
import { pool } from "../../../src/router/pools/index.ts";
import { prometheus } from "../../../src/serve/metrics/prometheus/index.ts";
import { fakeModel } from "../../../src/testing/index.ts";
import { handDiscovery } from "../../support/pools/hand.ts";

it("has the endpoints and problems of pools in Prometheus, by the id of their model alone", async () => {
  const hand = handDiscovery();
  hand.set("http://a/", "http://b/");
  const own = pool(
    "name of the pool",
    { discover: hand, as: ({ url }) => ({ ...fakeModel({ name: "vllm:m" }), endpoint: url }) },
    { startWaitMs: 500 },
  );
  const router = createRouter({ models: { own }, policy: always("own") });
  const metrics = prometheus(router);
  const lines = async () =>
    (await metrics.text()).split("\n").filter((line) => line.includes("switchpoint_pool_"));
  await router.route("Hello");
  hand.set("http://a/");
  await vi.waitFor(async () =>
    expect(await lines()).toContain('switchpoint_pool_endpoints{model="own",state="ready"} 1'),
  );
  for (const problem of ["secret of http://a/", undefined, "canary"]) hand.problem(problem);
  const told = await lines();
  expect(told).toContain('switchpoint_pool_problem{model="own"} 1');
  expect(told).toContain('switchpoint_pool_news_total{model="own",kind="problem"} 2');
  expect(told).toContain('switchpoint_pool_news_total{model="own",kind="recovered"} 1');
  expect(told.join("\n")).not.toMatch(/secret|canary|name of the pool|http/);
  await router.close();
});
