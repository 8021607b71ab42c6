import { afterAll, describe, expect, it, onTestFinished } from "vitest";
import { maxCost } from "../../../policies/constraints/index.ts";
import { always } from "../../../policies/index.ts";
import { createRouter, type RouterOptions } from "../../../src/index.ts";
import { createTokenCounter } from "../../../src/router/cost/count-tokens.ts";
import { openaiCompatible } from "../../../src/router/providers/openai-compatible.ts";
import { runs } from "../../support/runs.ts";
import { type SellerOptions, sellTokens, unlimitedTokens } from "../../support/spend/token-seller.ts";

const price = { usdPerMillionInputTokens: 2.5, usdPerMillionOutputTokens: 10 };
const figures: string[] = [];
afterAll(() => {
  if (process.env["SWITCHPOINT_RUNS"] === "full") console.info(figures.join("\n"));
});

/** A router over an endpoint that sends exactly the limit of each call, or `factor` times as much. */
async function sellerOf(factor: number, options: Partial<SellerOptions> = {}) {
  const seller = await sellTokens({
    ...price,
    outputTokens: (limit) => Math.ceil((limit ?? unlimitedTokens) * (limit === undefined ? 1 : factor)),
    ...options,
  });
  onTestFinished(() => seller.close());
  return seller;
}

function routerOver(url: string, options: Partial<RouterOptions<"one">> = {}) {
  const one = openaiCompatible("seller", { baseUrl: url, price, apiKey: "k" });
  return createRouter({ models: { one }, policy: always("one"), ...options });
}

/** Sends requests all at once; returns the number that were answered. */
async function storm(count: number, send: (at: number) => Promise<unknown>): Promise<number> {
  const results = await Promise.allSettled(Array.from({ length: count }, (_, at) => send(at)));
  for (const one of results)
    if (one.status === "rejected") expect(one.reason).toMatchObject({ code: "budget-exceeded" });
  return results.filter(({ status }) => status === "fulfilled").length;
}

describe("a storm of requests", () => {
  const count = runs(30, 2_000);

  it.each([1, 1.1, 3])("stays within a budget if the endpoint sends %d times the limit", async (factor) => {
    const seller = await sellerOf(factor);
    const router = routerOver(seller.url, { budgets: [{ limitUsd: 0.2, period: "day" }] });
    const answered = await storm(count, (at) =>
      at % 2 === 0
        ? router.route(`Tell me about ${at}`)
        : (async () => {
            const stream = router.stream(`Tell me about ${at}`);
            for await (const _ of stream);
            await stream.result;
          })(),
    );
    expect(seller.soldUsd).toBeLessThanOrEqual(0.2 + seller.beyondUsd + 1e-12);
    expect(seller.limits).not.toContain(undefined);
    expect(answered).toBeGreaterThan(5);
    expect(seller.soldUsd).toBeGreaterThan(0.15);
    const used = router.exportState().spend?.accounts[0]?.usedUsd;
    expect(used).toBeCloseTo(seller.soldUsd, 9);
    figures.push(
      `budget 0.2, ${count} requests, x${factor}: ${answered} answered, sold ${seller.soldUsd.toFixed(4)} USD, beyond the limits ${seller.beyondUsd.toFixed(4)}`,
    );
  });

  it.each([1, 3])("stays within each tenant's budget at %d times the limit", async (factor) => {
    const seller = await sellerOf(factor);
    const router = routerOver(seller.url, { budgets: [{ limitUsd: 0.05, period: "day", per: "tenant" }] });
    await storm(count, (at) =>
      router.route({ messages: [{ role: "user", content: `Question ${at}` }], tenant: `t${at % 2}` }),
    );
    expect(seller.soldUsd).toBeLessThanOrEqual(0.1 + seller.beyondUsd + 1e-12);
    expect(seller.limits).not.toContain(undefined);
  });

  it.each([1, 3])("pays at most maxCostUsd for each request at %d times the limit", async (factor) => {
    const seller = await sellerOf(factor);
    const router = routerOver(seller.url);
    // In waves, since every request is answered: thousands of connections at once would be too many.
    let answered = 0;
    const wave = Math.min(count, 100);
    for (let sent = 0; sent < count; sent += wave)
      answered += await storm(wave, (at) =>
        router.route({ messages: [{ role: "user", content: `Question ${at}` }], maxCostUsd: 0.01 }),
      );
    expect(answered).toBe(count);
    expect(seller.limits).not.toContain(undefined);
    expect(seller.soldUsd).toBeLessThanOrEqual(0.01 * count + seller.beyondUsd + 1e-9);
    if (factor === 1) expect(seller.soldUsd / count).toBeLessThanOrEqual(0.01);
  });

  it("pays at most what a maxCost constraint allows for each call", async () => {
    const seller = await sellerOf(1);
    const router = routerOver(seller.url, { constraints: [maxCost({ usd: 0.005 })] });
    for (let at = 0; at < 10; at += 1) {
      const { costUsd } = await router.route(`Question ${at}`);
      expect(costUsd).toBeLessThanOrEqual(0.005);
    }
    expect(Math.min(...seller.limits.map((limit) => limit ?? 0))).toBeGreaterThanOrEqual(256);
  });

  it("stays within a budget although hostile prompts have four times the tokens that they look like", async () => {
    const counter = createTokenCounter();
    const texts = [
      "🜁🜂🜃🜄".repeat(400),
      "q7$K#zX!w9@Lp%Rv^".repeat(200),
      "ꙮ𒐫﷽".repeat(400),
      "word ".repeat(800),
    ];
    const tokens = new Map<string, number>();
    for (const text of texts) tokens.set(text, 30 + (await counter(text)).tokens);
    const seller = await sellerOf(1, { inputTokens: (content) => tokens.get(content) ?? Number.NaN });
    const budget = { limitUsd: 0.2, period: "day" } as const;
    const router = routerOver(seller.url, { budgets: [budget] });
    const answered = await storm(count, (at) =>
      router.route({
        messages: [{ role: "user", content: texts[at % texts.length] as string }],
        max_tokens: 300,
      }),
    );
    expect(seller.soldUsd).toBeLessThanOrEqual(0.2 + 1e-12);
    expect(answered).toBeGreaterThan(3);
  });

  it("stays within a budget although callers abort once the endpoint writes", async () => {
    const callers = Array.from({ length: count }, () => new AbortController());
    const seller = await sellerOf(1, {
      delayMs: 20,
      inputTokens: (content) => {
        callers[Number(content)]?.abort(new Error("the caller left"));
        return 20;
      },
    });
    const router = routerOver(seller.url, { budgets: [{ limitUsd: 0.2, period: "day" }] });
    const send = (signal: AbortSignal, at: number) => router.route(String(at), { signal });
    await Promise.allSettled(callers.map(({ signal }, at) => send(signal, at)));
    expect(seller.limits.length).toBeGreaterThan(10);
    expect(seller.soldUsd).toBeLessThanOrEqual(0.2 + 1e-12);
    expect(router.exportState().spend?.accounts[0]?.usedUsd).toBeGreaterThanOrEqual(seller.soldUsd - 1e-12);
  });

  it("also counts an asked limit in full", async () => {
    const seller = await sellerOf(1);
    const router = routerOver(seller.url, { budgets: [{ limitUsd: 0.3, period: "day" }] });
    await storm(count, (at) =>
      router.route({
        messages: [{ role: "user", content: `Question ${at}` }],
        max_completion_tokens: 16_000,
      }),
    );
    expect(seller.soldUsd).toBeLessThanOrEqual(0.3 + 1e-12);
  });
});

it("a request without a bound carries no limit of ours", async () => {
  const seller = await sellerOf(1);
  const { attempts } = await routerOver(seller.url).route("Hello");
  expect(seller.limits).toEqual([undefined]);
  expect(attempts[0]?.limited).toBeUndefined();
});
