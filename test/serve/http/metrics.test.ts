import { expect, it } from "vitest";
import { always } from "../../../policies/index.ts";
import { createRouter } from "../../../src/index.ts";
import { authoriseByKeys, createKey, serve } from "../../../src/serve/http/server/index.ts";
import { prometheus } from "../../../src/serve/metrics/prometheus/index.ts";
import { fakeModel } from "../../../src/testing/index.ts";

it("GET /metrics shows the series to holders of a key that is no tenant's, or to anyone where they are open", async () => {
  const router = createRouter({ models: { small: fakeModel({ model: "small" }) }, policy: always("small") });
  const metrics = prometheus(router);
  const { key, record } = createKey();
  const tenants = createKey({ tenant: "one" });
  const authorise = authoriseByKeys([record, tenants.record]);
  const server = await serve(router, { port: 0, metrics, authorise });
  await router.route("hi");
  expect((await fetch(`${server.url}/metrics`)).status).toBe(401);
  const read = await fetch(`${server.url}/metrics`, { headers: { authorization: `Bearer ${key}` } });
  expect(read.headers.get("content-type")).toBe(metrics.contentType);
  expect(await read.text()).toContain('switchpoint_requests_total{outcome="completed",model="small"} 1\n');
  const refused = await fetch(`${server.url}/metrics`, {
    headers: { authorization: `Bearer ${tenants.key}` },
  });
  expect(refused.status).toBe(403);
  expect(await refused.text()).not.toContain("switchpoint_requests_total");
  await server.close();
  const open = await serve(router, { port: 0, metrics: { ...metrics, open: true }, authorise });
  expect((await fetch(`${open.url}/metrics`)).status).toBe(200);
  await open.close();
  const none = await serve(router, { port: 0 });
  expect((await fetch(`${none.url}/metrics`)).status).toBe(404);
  await none.close();
});
