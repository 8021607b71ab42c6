import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, it } from "vitest";
import { always } from "../../../policies/index.ts";
import { createRouter } from "../../../src/index.ts";
import { pool, roundRobin } from "../../../src/router/pools/index.ts";
import { vllm } from "../../../src/router/providers/engines/index.ts";

const servers: Server[] = [];

afterEach(async () => {
  await Promise.all(servers.splice(0).map((one) => new Promise((resolve) => one.close(resolve))));
});

/** Serves answers, or a refusal, and counts what arrives. */
async function engine(refusal?: {
  status: number;
  message: string;
}): Promise<{ url: string; calls: () => number }> {
  let calls = 0;
  const server = createServer((request, response) => {
    calls += 1;
    request.resume();
    response.setHeader("content-type", "application/json");
    response.setHeader("connection", "close");
    if (refusal !== undefined) {
      response.statusCode = refusal.status;
      response.end(JSON.stringify({ error: { message: refusal.message, code: refusal.status } }));
      return;
    }
    const message = { role: "assistant", content: "Hi" };
    const choices = [{ index: 0, finish_reason: "stop", message }];
    const usage = { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 };
    response.end(
      JSON.stringify({ id: "1", object: "chat.completion", created: 1, model: "m", choices, usage }),
    );
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`, calls: () => calls };
}

const at = ({ url }: { url: string }, residency: string) =>
  vllm("m", { baseUrl: url, apiKey: "none", labels: { residency } });

it("servers outside of the EU get no call, whatever those inside answer", async () => {
  const [failing, busy, outside] = [
    await engine({ status: 500, message: "broken" }),
    await engine({ status: 503, message: "server busy, maximum pending requests exceeded" }),
    await engine(),
  ];
  const router = createRouter({
    models: {
      own: pool("own", [at(failing, "eu"), at(outside, "us"), at(busy, "eu")], {
        balance: roundRobin,
        health: false,
      }),
    },
    policy: always("own"),
    constraints: [{ name: "eu", permits: ({ facts }) => facts.labels["residency"] === "eu" || "elsewhere" }],
    execution: { backoffBaseMs: 0, retryAfterCapMs: 60 },
  });
  for (let turn = 0; turn < 5; turn += 1)
    await expect(router.route("Hello")).rejects.toMatchObject({ code: "all-models-failed" });
  expect(outside.calls()).toBe(0);
  expect(failing.calls()).toBeGreaterThan(0);
  expect(busy.calls()).toBeGreaterThan(0);
});

it("a full queue of an own server is saturated, and the next server answers", async () => {
  const [busy, free] = [
    await engine({
      status: 503,
      message: "server busy, please try again. maximum pending requests exceeded",
    }),
    await engine(),
  ];
  const router = createRouter({
    models: { own: pool("own", [at(busy, "eu"), at(free, "eu")], { balance: roundRobin, health: false }) },
    policy: always("own"),
    execution: { breaker: { minCalls: 1 } },
  });
  const kinds = [];
  for (let turn = 0; turn < 3; turn += 1)
    kinds.push(...(await router.route("Hello")).attempts.map(({ error }) => error?.kind));
  expect(kinds.filter((kind) => kind !== undefined)).toEqual(["saturated"]);
  expect(free.calls()).toBe(3);
});
