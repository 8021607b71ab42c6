import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it, vi } from "vitest";
import { always } from "../../../../policies/index.ts";
import { createRouter, ProviderError } from "../../../../src/index.ts";
import { prometheus } from "../../../../src/serve/metrics/prometheus/index.ts";
import {
  type AlarmNews,
  alarms,
  quantileAbove,
  rateAbove,
  webhook,
} from "../../../../src/serve/telemetry/alarms/index.ts";
import { fakeModel } from "../../../../src/testing/index.ts";

function set(notify: (news: AlarmNews) => void | Promise<void>, forMs = 0, notifyTimeoutMs = 50) {
  let fails = false;
  let time = 0;
  const small = fakeModel({
    model: "small",
    answer: () => {
      if (fails) throw new ProviderError({ kind: "invalid-request", model: "fake:small", detail: "CANARY" });
      return "yes";
    },
  });
  const router = createRouter({ models: { small }, policy: always("small") });
  const errors = rateAbove({
    name: "errors",
    of: { series: "requests_total", labels: { outcome: "failed" } },
    per: { series: "requests_total" },
    above: 0.1,
    windowMs: 60_000,
    minCount: 5,
    forMs,
  });
  const slow = quantileAbove({
    name: "slow",
    of: { series: "request_duration_seconds" },
    quantile: 0.5,
    above: 300,
  });
  const metrics = prometheus(router);
  const watching = alarms({
    metrics,
    rules: [errors, slow],
    notify,
    everyMs: 0,
    retryPauseMs: 1,
    notifyTimeoutMs,
    now: () => time,
  });
  const step = async (ms: number, failing: boolean) => {
    fails = failing;
    for (let n = 0; n < 6; n += 1) await router.route("hi").catch(() => {});
    time += ms;
    await watching.check();
  };
  return { step, watching, router };
}

describe("alarms", () => {
  it("tell the beginning and the end, each once", async () => {
    const news: AlarmNews[] = [];
    const { step, watching } = set((one) => void news.push(one));
    for (const failing of [false, true, true, true]) await step(15_000, failing);
    expect(watching.firing).toEqual(["errors"]);
    for (let n = 0; n < 6; n += 1) await step(15_000, false);
    await vi.waitFor(() => expect(news.map(({ state }) => state)).toEqual(["firing", "resolved"]));
    expect(JSON.stringify(news)).not.toContain("CANARY");
    watching.close();
  });

  it("wait for as long as they are told, and begin again when the clock jumps", async () => {
    const { step, watching } = set(() => {}, 40_000);
    await step(15_000, false);
    await step(15_000, true);
    await step(15_000, true);
    expect(watching.firing).toEqual([]);
    await step(-1_000_000, true);
    await step(15_000, true);
    await step(15_000, true);
    expect(watching.firing).toEqual([]);
    await step(15_000, true);
    await step(15_000, true);
    expect(watching.firing).toEqual(["errors"]);
    watching.close();
  });

  it.each([
    ["hangs", () => new Promise<void>(() => {})],
    [
      "throws",
      () => {
        throw new Error("no");
      },
    ],
  ])("go on when notify %s, and count what is lost", async (_, notify) => {
    const { step, watching, router } = set(notify);
    for (const failing of [false, true, true]) await step(15_000, failing);
    await vi.waitFor(() => expect(watching.lost).toBe(1), { timeout: 5_000 });
    await step(15_000, false);
    expect((await router.route("hi")).text).toBe("yes");
    watching.close();
  });

  it("post to a webhook, again after a failure", async () => {
    let calls = 0;
    const bodies: string[] = [];
    const server = createServer(async (request, response) => {
      let body = "";
      for await (const part of request) body += part;
      calls += 1;
      bodies.push(body);
      response.writeHead(calls === 1 ? 503 : 204).end();
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const notify = webhook({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook` });
    const { step, watching } = set((news) => notify(news, AbortSignal.timeout(20_000)), 0, 30_000);
    for (const failing of [false, true, true]) await step(15_000, failing);
    await vi.waitFor(() => expect(calls).toBe(2), { timeout: 5_000 });
    expect(JSON.parse(bodies[1] ?? "")).toMatchObject({ alarm: "errors", state: "firing" });
    watching.close();
    server.close();
    server.closeAllConnections();
  });
});
