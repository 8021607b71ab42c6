import { expect, it, onTestFinished, vi } from "vitest";
import { always } from "../../../policies/index.ts";
import { createRouter } from "../../../src/index.ts";
import { pool } from "../../../src/router/pools/index.ts";
import { vllm } from "../../../src/router/providers/engines/index.ts";
import { authoriseByKeys, createKey, serve } from "../../../src/serve/http/server/index.ts";
import { prometheus } from "../../../src/serve/metrics/prometheus/index.ts";
import { fakeModel, serveFakeEngine } from "../../../src/testing/index.ts";
import { handDiscovery } from "../../support/pools/hand.ts";

async function served() {
  const engine = await serveFakeEngine({ model: "qwen" });
  onTestFinished(engine.close);
  const hand = handDiscovery();
  const own = pool(
    "own",
    { discover: hand, as: ({ url }) => vllm("qwen", { baseUrl: url, apiKey: "none" }) },
    { load: { everyMs: 20 }, scale: { max: 8, min: 2, upAfterMs: 0 } },
  );
  const router = createRouter({
    models: { own, "a/b c": fakeModel({ model: "plain" }) },
    policy: always("own"),
  });
  const { key, record } = createKey();
  const tenants = createKey({ tenant: "one" });
  const metrics = prometheus(router);
  const server = await serve(router, {
    port: 0,
    metrics,
    authorise: authoriseByKeys([record, tenants.record]),
  });
  onTestFinished(async () => {
    await server.close();
    await router.close();
  });
  const ask = async (id: string, bearer: string | undefined = key) => {
    const headers = bearer === "" ? {} : { authorization: `Bearer ${bearer}` };
    const answer = await fetch(`${server.url}/scale/${id}`, { headers });
    return { status: answer.status, body: JSON.parse(await answer.text()) };
  };
  return { engine, hand, router, metrics, ask, tenantKey: tenants.key };
}

it("GET /scale/{id} says how many members a pool wants, to holders of a key that is no tenant's", async () => {
  const { engine, hand, ask, tenantKey, metrics } = await served();
  expect((await ask("own", "")).status).toBe(401);
  expect(await ask("own", tenantKey)).toMatchObject({ status: 403, body: { error: expect.anything() } });
  // Nobody has sent a request: the question begins the watch, and nothing is known yet.
  expect(await ask("own")).toMatchObject({ status: 503, body: { error: expect.anything() } });
  expect(await metrics.text()).not.toContain("switchpoint_pool_wanted_members{");
  const draining = engine.url.replace("127.0.0.1", "localhost");
  hand.set(engine.url, { url: draining, state: "draining" });
  await vi.waitFor(async () =>
    expect(await ask("own")).toEqual({
      status: 200,
      body: { model: "own", wanted: 2, ready: 1, out: 0, draining: 1, unknown: 0, min: 2, max: 8 },
    }),
  );
  expect(await metrics.text()).toContain('switchpoint_pool_wanted_members{model="own"} 2\n');
});

it("is not there for a model that counts no members, and ends with the router", async () => {
  const { hand, ask, router, metrics } = await served();
  for (const id of ["a%2Fb%20c", "nothing", "__proto__", "constructor", "%E0%A4%A", ""])
    expect((await ask(id)).status).toBe(404);
  hand.set("http://127.0.0.1:9/v1");
  await ask("own");
  await vi.waitFor(async () => expect((await ask("own")).body.unknown).toBe(1));
  await router.close();
  expect((await ask("own")).status).toBe(503);
  expect(hand.watching).toBe(0);
  expect(await metrics.text()).toContain("switchpoint_build_info");
});

it("follows a queue of the engine", async () => {
  const { engine, hand, ask } = await served();
  hand.set(engine.url);
  for (let call = 0; call < 60; call += 1)
    engine.core.submit(
      { prompt: [{ hash: `p${call}`, tokens: 10 }], answer: { hash: `a${call}`, tokens: 2_000 } },
      engine.now(),
    );
  await ask("own");
  await vi.waitFor(async () => expect((await ask("own")).body.wanted).toBeGreaterThan(2));
});
