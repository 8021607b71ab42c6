import { describe, expect, it, onTestFinished } from "vitest";
import { z } from "zod";
import { boundary } from "../../../policies/constraints/index.ts";
import { always, cascade, threshold } from "../../../policies/index.ts";
import type { Check, Model, RouterEvent } from "../../../src/contracts/index.ts";
import { createRouter } from "../../../src/index.ts";
import { type DiscoveredEndpoint, pool, roundRobin } from "../../../src/router/pools/index.ts";
import { vllm } from "../../../src/router/providers/engines/index.ts";
import { handDiscovery } from "../../support/pools/hand.ts";
import { sendJson, serveWith } from "../../support/serve-with.ts";

type Reply = string | { readonly status: number };

/** A server in a region. `replies` are its answers in turn; the last one stays. */
async function site(residency: string, ...replies: readonly Reply[]) {
  let turn = 0;
  const server = await serveWith((response, { body }) => {
    const reply = replies[Math.min(turn, replies.length - 1)] ?? "ok";
    turn += 1;
    if (typeof reply === "object") {
      const message = reply.status === 503 ? "the request queue is full" : "broken";
      if (reply.status === 503) response.setHeader("retry-after-ms", "20");
      sendJson(response, { error: { message, code: reply.status } }, reply.status);
      return;
    }
    const usage = { prompt_tokens: 5, completion_tokens: 5, total_tokens: 10 };
    const head = { id: "1", created: 1, model: "qwen" };
    if (body.stream !== true) {
      const choices = [{ index: 0, finish_reason: "stop", message: { role: "assistant", content: reply } }];
      sendJson(response, { ...head, object: "chat.completion", choices, usage });
      return;
    }
    response.writeHead(200, { "content-type": "text/event-stream" });
    const chunk = (delta: object, finish_reason: string | null) =>
      `data: ${JSON.stringify({ ...head, object: "chat.completion.chunk", choices: [{ index: 0, delta, finish_reason }] })}\n\n`;
    response.end(`${chunk({ content: reply }, null)}${chunk({}, "stop")}data: [DONE]\n\n`);
  });
  onTestFinished(server.close);
  const url = `${server.url}/v1`;
  const price = { usdPerMillionInputTokens: 1, usdPerMillionOutputTokens: 1 };
  const model: Model = vllm("qwen", { baseUrl: url, apiKey: "none", labels: { residency }, price });
  return { url, model, residency, requests: server.requests };
}

type Site = Awaited<ReturnType<typeof site>>;

const reached = (...sites: readonly Site[]) => sites.map(({ requests }) => requests.length);

const inEu = [boundary({ label: "residency", required: ["eu"] })];
const messages = [{ role: "user" as const, content: "Hello" }];
const request = { messages, constraints: inEu };
const quick = { backoffBaseMs: 1, backoffCapMs: 2, retryAfterCapMs: 100 };

const own = (name: string, ...sites: readonly Site[]) =>
  pool(
    name,
    sites.map(({ model }) => model),
    { balance: roundRobin, health: false },
  );

describe("a request that must stay in the EU, counted on the servers", () => {
  it("stays there on retries, fallbacks, hedges and direct calls, in pools whose members are found", async () => {
    const failing = await site("eu", { status: 500 });
    const busy = await site("eu", { status: 503 });
    const [good, us, other] = [await site("eu"), await site("us"), await site("us")];
    const sites = new Map([failing, busy, good, us].map((one) => [one.url, one]));
    const hand = handDiscovery();
    hand.set(...[us, failing, busy, good].map(({ url }) => url));
    const as = ({ url }: DiscoveredEndpoint) =>
      vllm("qwen", {
        baseUrl: url,
        apiKey: "none",
        labels: { residency: sites.get(url)?.residency ?? "unknown" },
      });
    const router = createRouter({
      models: {
        own: pool("own", { discover: hand, as }, { balance: roundRobin, health: false }),
        cloud: other.model,
      },
      policy: always("own"),
      execution: { ...quick, hedge: { afterMs: 0, ratio: 1 } },
    });
    onTestFinished(() => router.close());
    for (let turn = 0; turn < 6; turn += 1) {
      expect((await router.route(request)).text).toBe("ok");
      for await (const _ of router.stream(request));
    }
    // It leaves, and then all members do.
    hand.set(us.url, failing.url);
    for (let turn = 0; turn < 20; turn += 1)
      await router.route({ ...request, deadlineMs: 300 }).catch(() => {});
    hand.set(us.url);
    await new Promise((resolve) => setTimeout(resolve, 20));
    await expect(router.route(request)).rejects.toMatchObject({ code: "no-eligible-model" });
    expect(reached(us, other)).toEqual([0, 0]);
    expect(Math.min(...reached(failing, busy, good))).toBeGreaterThan(0);
    // Others may go there.
    expect((await router.route({ messages })).text).toBe("ok");
    expect(us.requests.length).toBe(1);
  });

  it("stays there when an answer is repaired", async () => {
    const [eu, us] = [await site("eu", "not JSON", '{"name":"Ulm"}'), await site("us", '{"name":"Rome"}')];
    const router = createRouter({
      models: { own: own("own", us, eu, await site("us")) },
      policy: always("own"),
      execution: quick,
    });
    const schema = z.object({ name: z.string() });
    const { output, attempts } = await router.route({ ...request, output: { schema, repair: true } });
    expect(output).toEqual({ name: "Ulm" });
    expect(attempts.map(({ hop }) => hop)).toEqual(["answer", "repair"]);
    expect(reached(eu, us)).toEqual([2, 0]);
  });

  it("stays there when a budget degrades it, a degraded answer is replaced, and a cascade goes on", async () => {
    const [eu, us, smallEu, smallUs] = [
      await site("eu", "large"),
      await site("us", "large"),
      await site("eu", "small"),
      await site("us", "small"),
    ];
    const models = { large: own("large", us, eu), small: own("small", smallUs, smallEu) };
    const degrading = createRouter({
      models,
      policy: always("large"),
      budgets: [{ limitUsd: 0.01, period: "day", degrade: { from: 1e-6, to: "small" } }],
      execution: quick,
    });
    expect((await degrading.route(request)).text).toBe("large");
    const second = await degrading.route(request);
    expect(second.text).toBe("small");
    expect(second.decision.degraded?.budget).toBeDefined();
    const isLarge: Check = {
      name: "large",
      accepts: (_, { choices }) => choices[0]?.message.content === "large",
    };
    const replacing = createRouter({
      models,
      policy: threshold({ small: "small", large: "large", at: 1 }),
      execution: { ...quick, degraded: [isLarge] },
    });
    expect((await replacing.route(request)).text).toBe("large");
    const escalating = createRouter({
      models,
      policy: cascade({ first: "small", then: "large", unless: isLarge }),
      execution: quick,
    });
    expect((await escalating.route(request)).text).toBe("large");
    expect(reached(us, smallUs)).toEqual([0, 0]);
    expect(reached(eu, smallEu)).toEqual([3, 3]);
  });

  it("stays there with a pin, and a pin to a model elsewhere is refused", async () => {
    const [eu, us, cloud] = [await site("eu"), await site("us"), await site("us")];
    const router = createRouter({
      models: { own: own("own", us, eu), cloud: own("cloud", cloud) },
      policy: always("own"),
      execution: quick,
    });
    for (let turn = 0; turn < 3; turn += 1) await router.route({ ...request, model: "own" });
    await expect(router.route({ ...request, model: "cloud" })).rejects.toMatchObject({
      code: "no-eligible-model",
    });
    expect(reached(eu, us, cloud)).toEqual([3, 0, 0]);
  });

  it("stays there in what follows the answer, and in what a check or a judge asks", async () => {
    const [eu, us, judgeEu, judgeUs] = [
      await site("eu"),
      await site("us"),
      await site("eu", "yes"),
      await site("us", "yes"),
    ];
    const judge = own("judge", judgeUs, judgeEu);
    const models = { own: own("own", us, eu) };
    const followed: Promise<unknown>[] = [];
    const asks: Check = {
      name: "asks",
      accepts: async (_, __, { generate }) =>
        (await generate(judge, { messages })).choices[0]?.message.content === "yes",
    };
    const router = createRouter({
      models,
      policy: always("own"),
      execution: { ...quick, degraded: [asks] },
      onEvent(event: RouterEvent) {
        if (event.type !== "request-completed") return;
        const follow = event.follow("shadow");
        followed.push(
          Promise.all([
            follow.generate(models.own, { messages }),
            follow.generate(judge, { messages }),
          ]).finally(() => follow.end()),
        );
      },
    });
    for (let turn = 0; turn < 3; turn += 1) await router.route(request);
    await Promise.all(followed);
    await router.close();
    expect(followed).toHaveLength(3);
    expect(reached(us, judgeUs)).toEqual([0, 0]);
    expect(reached(eu, judgeEu)).toEqual([6, 6]);
  });
});

it("a request that must stay on the premises waits or fails, and never leaves", async () => {
  const [here, busy, cloud] = [
    await site("here", { status: 503 }, { status: 503 }, "ok"),
    await site("here", { status: 503 }),
    await site("cloud"),
  ];
  const other = await site("cloud");
  const router = createRouter({
    models: { own: own("own", here, cloud, busy), cloud: other.model },
    policy: always("own"),
    execution: { ...quick, retryAfterCapMs: 2_000 },
  });
  const onPremises = [boundary({ label: "residency", required: ["here"] })];
  expect((await router.route({ messages, constraints: onPremises })).text).toBe("ok");
  const only = createRouter({
    models: {
      own: own("only", await site("here", { status: 503 })),
      cloud: { ...other.model, name: "other" },
    },
    policy: always("own"),
    execution: quick,
  });
  for (let turn = 0; turn < 5; turn += 1)
    await expect(only.route({ messages, constraints: onPremises, deadlineMs: 200 })).rejects.toMatchObject({
      code: expect.stringMatching(/all-models-failed|deadline|limit/),
    });
  expect(reached(cloud, other)).toEqual([0, 0]);
});
