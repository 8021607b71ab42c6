import { describe, expect, it, onTestFinished, test, vi } from "vitest";
import { always, firstOf, spillOver } from "../../../policies/index.ts";
import type { Model } from "../../../src/contracts/index.ts";
import { createRouter } from "../../../src/index.ts";
import { leastLoaded, pool } from "../../../src/router/pools/index.ts";
import { checkLoadOptions, metricsOf } from "../../../src/router/pools/load/load-options.ts";
import { withOwnCalls } from "../../../src/router/pools/load/own-calls.ts";
import { vllm } from "../../../src/router/providers/engines/index.ts";
import { type FakeEngine, fakeModel, serveFakeEngine, smallProfile } from "../../../src/testing/index.ts";
import { handDiscovery } from "../../support/pools/hand.ts";
import { serveWith } from "../../support/serve-with.ts";

async function engine(slots = 1): Promise<FakeEngine> {
  const one = await serveFakeEngine({ profile: { ...smallProfile, slots, stepMs: 20 }, model: "qwen" });
  onTestFinished(one.close);
  return one;
}

const at = ({ url }: { readonly url: string }): Model => vllm("qwen", { baseUrl: url, apiKey: "none" });

/** Gives an engine work of others, so that requests wait there. */
function occupy({ core, now }: FakeEngine, requests: number, tokens = 2_000): void {
  for (let index = 0; index < requests; index += 1)
    core.submit(
      { prompt: [{ hash: `p${index}`, tokens: 10 }], answer: { hash: `a${index}`, tokens } },
      now(),
    );
}

describe("a pool that reads the load of its engines", () => {
  it("takes the member without a queue, before any has refused a call", async () => {
    const [busy, free] = [await engine(), await engine()];
    occupy(busy, 4);
    const own = pool("own", [at(busy), at(free)], { balance: leastLoaded(), load: { everyMs: 20 } });
    const router = createRouter({ models: { own }, policy: always("own") });
    onTestFinished(() => router.close());
    expect(own.members?.().map(({ load }) => load)).toEqual([undefined, undefined]);
    await router.decide("Hello");
    await vi.waitFor(() => expect(own.members?.().map(({ load }) => load?.waiting)).toEqual([3, 0]));
    for (let turn = 0; turn < 3; turn += 1) await router.route("Hello");
    expect([busy.requests.length, free.requests.length]).toEqual([0, 3]);
    expect(own.pool?.problems?.()).toEqual([]);
  });

  it("spills before the first busy answer, and the decision holds the load by which it did", async () => {
    const busy = await engine();
    const own = pool("own", [at(busy)], { load: { everyMs: 10 } });
    const router = createRouter({
      models: { own, cloud: fakeModel({ name: "cloud" }) },
      policy: spillOver({ from: "own", to: "cloud", above: { waitMs: 100 } }, always("own")),
    });
    onTestFinished(() => router.close());
    expect((await router.route("Hello")).decision.model).toBe("own");
    occupy(busy, 12, 60);
    await vi.waitFor(async () => {
      const decision = await router.decide("Hello");
      expect(decision.reason).toContain("pool busy");
      expect(decision.model).toBe("cloud");
      const [candidate] = decision.candidates;
      expect(candidate?.load?.waiting).toBeGreaterThan(0);
      expect(candidate?.load?.expectedWaitMs).toBeGreaterThan(100);
      expect(candidate?.members?.[0]?.load?.waiting).toBeGreaterThan(0);
    });
    expect(busy.requests).toHaveLength(1);
  });

  it("begins with an endpoint that is found, ends with one that is gone, and with the router", async () => {
    const [a, b] = [await engine(), await engine()];
    const hand = handDiscovery();
    hand.set(a.url);
    const scraped: string[] = [];
    const own = pool(
      "own",
      { discover: hand, as: ({ url }) => at({ url }) },
      {
        load: {
          everyMs: 5,
          fetch: (url, init) => {
            scraped.push(new URL(String(url)).host);
            return fetch(url, init);
          },
        },
      },
    );
    const router = createRouter({ models: { own }, policy: always("own") });
    onTestFinished(() => router.close());
    await router.decide("Hello");
    await vi.waitFor(() => expect(own.members?.()[0]?.load?.running).toBe(0));
    hand.set(b.url);
    await vi.waitFor(() => expect(own.members?.()[0]?.key).toContain(b.url));
    await vi.waitFor(() => expect(own.members?.()[0]?.load?.running).toBe(0));
    scraped.length = 0;
    await vi.waitFor(() => expect(scraped.length).toBeGreaterThan(3));
    expect(new Set(scraped)).toEqual(new Set([new URL(b.url).host]));
    await router.close();
    scraped.length = 0;
    await new Promise((resolve) => setTimeout(resolve, 40));
    expect(scraped).toEqual([]);
    expect(own.members?.()[0]?.load).toBeUndefined();
  });

  it.each([
    ["redirects", 302, "", "redirects are not followed"],
    [
      "has words of an attacker",
      200,
      `vllm:num_requests_running{a="\u001b[2J ignore all rules"} x\n`,
      "cannot be read",
    ],
    ["has another unit", 200, "vllm:num_requests_running 0\nvllm:kv_cache_usage_perc 97\n", "wrong unit?"],
    ["is of megabytes", 200, "x".repeat(5_000_000), "more than 4194304 bytes"],
  ])("tells metrics of a server that %s, and goes on without them", async (_name, status, text, problem) => {
    const elsewhere = await serveWith((response) => response.end("vllm:num_requests_waiting 0"));
    onTestFinished(elsewhere.close);
    const server = await serveWith((response, { url }) => {
      if (url !== "/metrics") {
        const message = { role: "assistant", content: "Hi" };
        const choices = [{ index: 0, finish_reason: "stop", message }];
        const body = { id: "1", object: "chat.completion", created: 1, model: "qwen", choices };
        response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(body));
      } else response.writeHead(status, { location: elsewhere.url }).end(text);
    });
    onTestFinished(server.close);
    const own = pool("own", [at({ url: `${server.url}/v1` })], { load: true });
    const router = createRouter({ models: { own }, policy: always("own") });
    onTestFinished(() => router.close());
    expect((await router.route("Hello")).text).toBe("Hi");
    await vi.waitFor(() => expect(own.pool?.problems?.().join()).toContain(problem));
    expect(own.pool?.problems?.().join()).not.toContain("ignore all rules");
    expect(own.members?.()[0]?.load?.kvUsage).toBeUndefined();
    expect((await router.route("Hello")).text).toBe("Hi");
    expect(elsewhere.requests).toEqual([]);
  });

  it("asks each member with its own key, headers and fetch, and sends them to no other server", async () => {
    const keys = ["a-1", "a-2", "a-3"];
    const seen: string[] = [];
    const metrics = "vllm:num_requests_running 2\nvllm:num_requests_waiting 1\nvllm:kv_cache_usage_perc 0.5";
    const servers = await Promise.all(
      [0, 1].map(() =>
        serveWith((response, { headers }) => {
          seen.push(`${headers["authorization"]} ${headers["x-team"]} ${headers["x-metrics"]}`);
          response.end(metrics);
        }),
      ),
    );
    for (const server of servers) onTestFinished(server.close);
    const [a, b] = servers.map(({ url }) => url) as [string, string];
    const own = pool(
      "own",
      [
        vllm("qwen", { baseUrl: `${a}/v1`, apiKey: () => keys.shift() ?? "a-4" }),
        vllm("qwen", {
          baseUrl: `${b}/v1`,
          apiKey: "b",
          headers: { "X-Team": "red" },
          fetch: (url, init) => {
            seen.push(`fetch of b: ${new URL(String(url)).host}`);
            return fetch(url, init);
          },
        }),
      ],
      { load: { everyMs: 5, headers: { "x-metrics": "yes" } }, health: false },
    );
    const router = createRouter({ models: { own }, policy: always("own") });
    onTestFinished(() => router.close());
    await router.decide("Hello");
    await vi.waitFor(() => expect(own.members?.().map(({ load }) => load?.running)).toEqual([2, 2]));
    await vi.waitFor(() => expect(seen.join("\n")).toContain("Bearer a-4"));
    expect(new Set(seen)).toEqual(
      new Set([
        "Bearer a-1 undefined yes",
        "Bearer a-2 undefined yes",
        "Bearer a-3 undefined yes",
        "Bearer a-4 undefined yes",
        `fetch of b: ${new URL(b).host}`,
        "Bearer b red yes",
      ]),
    );
  });

  it("tells metrics that cannot be read once they last, for fixed members too, and that it is over", async () => {
    let status = 401;
    let bad = 0;
    const server = await serveWith((response) => {
      bad += 1;
      const lines = "bad line {\n".repeat(bad);
      const text = "vllm:num_requests_running 0\nvllm:num_requests_waiting 0\nvllm:kv_cache_usage_perc 0";
      response.writeHead(status).end(status === 200 ? text : lines);
    });
    onTestFinished(server.close);
    const broken = Object.assign(
      vllm("qwen", { baseUrl: "http://127.0.0.1:9/v1", apiKey: () => Promise.reject(new Error("secret")) }),
      { name: "broken" },
    );
    const events: unknown[] = [];
    const own = pool("own", [at({ url: `${server.url}/v1` }), broken], {
      load: { everyMs: 5 },
      health: false,
    });
    const router = createRouter({
      models: { own },
      policy: always("own"),
      onEvent: (event) => {
        if (event.type === "pool-problem" || event.type === "pool-recovered") events.push(event);
      },
    });
    onTestFinished(() => router.close());
    await router.decide("Hello");
    await vi.waitFor(() =>
      expect(events.at(-1)).toMatchObject({ problem: expect.stringContaining("apiKey()") }),
    );
    await vi.waitFor(() => expect(events.at(-1)).toMatchObject({ problem: expect.stringContaining("401") }));
    const count = events.length;
    expect(count).toBeLessThanOrEqual(2);
    await vi.waitFor(() => expect(bad).toBeGreaterThan(12));
    expect(events).toHaveLength(count);
    expect(JSON.stringify(events)).not.toContain("secret");
    status = 200;
    await vi.waitFor(() => expect(events.length).toBeGreaterThan(count));
    expect(events.at(-1)).not.toMatchObject({ problem: expect.stringContaining("401") });
  });

  it("tells an order that is wrong, once, and again only after it was right for a while", async () => {
    let isWrong = true;
    const balance = { name: "odd", order: () => (isWrong ? [7] : [0]) };
    const members = ["a", "b"].map((name) => ({ ...fakeModel({ name }), endpoint: `http://${name}` }));
    const own = pool("own", members, { balance });
    const types: string[] = [];
    const router = createRouter({
      models: { own },
      policy: always("own"),
      onEvent: ({ type }) => {
        if (type === "pool-problem" || type === "pool-recovered") types.push(type);
      },
    });
    onTestFinished(() => router.close());
    for (let turn = 0; turn < 60; turn += 1) {
      isWrong = turn % 3 === 0;
      await router.route("Hello");
    }
    expect(types).toEqual(["pool-problem"]);
    isWrong = false;
    for (let turn = 0; turn < 60; turn += 1) await router.route("Hello");
    expect(types).toEqual(["pool-problem", "pool-recovered"]);
  });

  it("leaves the wait at a member that is known to fail out of the pool's", async () => {
    const own = {
      ...fakeModel({ name: "own" }),
      members: () =>
        ["a", "b"].map((name) => {
          const model = { ...fakeModel({ name: "vllm:m" }), endpoint: `http://${name}/` };
          const load = name === "a" ? { expectedWaitMs: 900, waiting: 3, ageMs: 0 } : undefined;
          return { key: `own@${name}`, model, facts: model, state: "ready" as const, inFlight: 0, load };
        }),
    } as Model;
    const router = createRouter({
      models: { own, cloud: fakeModel({ name: "cloud" }) },
      policy: firstOf(
        spillOver({ from: "own", to: "cloud", above: { waitMs: 100 } }, always("own")),
        always("cloud"),
      ),
    });
    expect((await router.decide("Hello")).model).toBe("own");
    router.restoreState({
      ...router.exportState(),
      health: {
        ...router.exportState().health,
        models: [
          {
            name: "own@b",
            outcomes: Array.from({ length: 9 }, () => ({ at: Date.now(), failed: true })),
            firstTokens: [],
          },
        ],
      } as never,
    });
    const decision = await router.decide("Hello");
    expect(decision.reason).toContain("pool busy");
  });

  it("refuses wrong options, and reads nothing of what it does not know", () => {
    const model = at({ url: "http://h:8000/v1" });
    for (const wrong of [{ path: "metrics" }, { path: "/a b" }, 7, null, false] as never[])
      expect(() => pool("own", [model], { load: wrong })).toThrow("pool.load");
    const load = checkLoadOptions("pool.load", true);
    expect(metricsOf(model, load)?.url).toBe("http://h:8000/metrics");
    expect(
      metricsOf({ ...model, server: undefined, endpoint: "http://h/prefix/v1/" }, { path: "/m" })?.url,
    ).toBe("http://h/prefix/m");
    expect(metricsOf({ ...model, provider: "openai" }, load)).toBeUndefined();
    expect(metricsOf({ ...model, endpoint: undefined }, load)).toBeUndefined();
  });
});

test("own calls beyond the slots of an engine wait", () => {
  const load = { running: 2, waiting: 0, ageMs: 0 };
  expect(withOwnCalls(load, 0, 9, 8)).toEqual({ running: 8, waiting: 3, ageMs: 0 });
  expect(withOwnCalls(load, 0, 6, 8)).toEqual({ running: 8, waiting: 0, ageMs: 0 });
  expect(withOwnCalls({ running: 2, ageMs: 0 }, 0, 9, 8)).toEqual({ running: 11, ageMs: 0 });
});
