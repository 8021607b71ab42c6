import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { judge } from "../../../policies/checks/index.ts";
import { always, cascade } from "../../../policies/index.ts";
import { type Attempt, createRouter, type Model, ProviderError, spendMeter } from "../../../src/index.ts";
import { createAudit } from "../../../src/loop/index.ts";
import { fakeModel } from "../../../src/testing/index.ts";
import { runs } from "../../support/runs.ts";
import {
  type BillingServer,
  type Fate,
  losses,
  type RefusalStatus,
  refusals,
  serveBilled,
} from "../../support/spend/billing-server.ts";
import { type Wire, wires } from "../../support/wires.ts";

// A provider with its own books: what is counted is at least what it bills, and at most one reservation more for each call whose
// answer was lost.

const usdPerMillion = { usdPerMillionInputTokens: 3_000, usdPerMillionOutputTokens: 15_000 };
const price = usdPerMillion;
const question = { messages: [{ role: "user" as const, content: "What is the capital of France?" }] };
const verdict = '{"accept":true}';
const refused = Object.keys(refusals).map(Number) as RefusalStatus[];

type Mode = "route" | "stream" | "hedge" | "retry" | "cascade" | "audit";
const modes: readonly Mode[] = ["route", "stream", "hedge", "retry", "cascade", "audit"];

interface World {
  readonly wire: Wire;
  readonly mode: Mode;
  readonly fates: readonly Fate[];
  readonly requests: number;
}

async function provider(wire: Wire, fate: (call: number) => Fate, text = verdict): Promise<BillingServer> {
  const inputTokens = (body: string) => Math.ceil(body.length / 6);
  const server = await serveBilled({ wire, ...usdPerMillion, unlimited: 4_000, inputTokens, text, fate });
  onTestFinished(server.close);
  return server;
}

/** Makes requests in a world and compares the books of the provider with all of ours. */
async function compare({ wire, mode, fates, requests }: World) {
  const server = await provider(wire, (call) => fates[call % fates.length] as Fate);
  const attempts: Attempt[] = [];
  const meter = spendMeter();
  const modelOf = (name: string): Model => ({
    ...wire.model(name, server.url, { price }),
    defaults: { maxOutputTokens: 200 },
  });
  const [small, large] = [modelOf("small"), modelOf("large")];
  const router = createRouter({
    models: { small, large },
    policy:
      mode === "cascade"
        ? cascade({ first: "small", then: "large", unless: judge({ model: large }) })
        : always("small"),
    budgets: [
      { name: "usd", limitUsd: 1_000_000, period: "day" },
      { name: "tokens", limitTokens: 1_000_000_000, period: "day" },
    ],
    execution: {
      retries: mode === "retry" ? 2 : 0,
      backoffBaseMs: 0,
      retryAfterCapMs: 0,
      breaker: { minCalls: 1_000_000 },
      retryBudget: { ratio: 1 },
      ...(mode === "hedge" && { hedge: { afterMs: 1, ratio: 1 } }),
    },
    onEvent: (event) => {
      meter(event);
      if (event.type === "attempt-ended") attempts.push(event.attempt);
    },
  });
  const audit =
    mode === "audit"
      ? createAudit({
          router,
          rate: 1,
          reference: "large",
          scorer: { name: "half", score: () => ({ quality: 0.5, referenceQuality: 1 }) },
          budget: { usdPerDay: 1_000_000 },
          file: join(mkdtempSync(join(tmpdir(), "audit-")), "audit.jsonl"),
        })
      : undefined;
  for (let at = 0; at < requests; at += 1) {
    try {
      if (mode === "stream" || mode === "hedge") for await (const _ of router.stream(question));
      else await router.route(question);
    } catch {
      // That is what the fates are for.
    }
  }
  await audit?.close();
  await router.close();
  const [usd, tokens] = await router.readBudgets();
  const { books } = server;
  const billedUsd = books.billedNano / 1e9;
  const lostUsd = attempts
    .filter(({ error }) => error !== undefined)
    .reduce((sum, { costUsd = 0 }) => sum + costUsd, 0);
  const where = JSON.stringify({ mode, fates, books });
  expect(usd?.used, where).toBeGreaterThanOrEqual(billedUsd - 1e-9);
  expect((usd?.used ?? 0) - billedUsd, where).toBeLessThanOrEqual(lostUsd + 1e-9);
  expect(tokens?.used, where).toBeGreaterThanOrEqual(books.billedTokens);
  expect(meter.report().total.costUsd, where).toBeCloseTo(usd?.used ?? 0, 9);
  for (const { error, costUsd, costEstimated } of attempts)
    if (error !== undefined && costUsd !== 0) expect(costEstimated, where).toBe(true);
  return { books, attempts, usedUsd: usd?.used ?? 0, billedUsd };
}

describe.each(Object.entries(wires).filter(([name]) => name !== "google-archived"))(
  "over the API of %s",
  (_, wire) => {
    it.each(losses)("counts the reservation of an answer that was lost: %s", async (fate) => {
      for (const mode of ["route", "stream"] as const) {
        const { books, attempts } = await compare({ wire, mode, fates: [fate], requests: 2 });
        expect(books.lost).toBeGreaterThanOrEqual(2);
        expect(books).toMatchObject({ billed: books.lost, refused: 0 });
        expect(attempts.map(({ error }) => error?.code)).toEqual(attempts.map(() => "provider"));
      }
    });

    it.each(refused)("counts nothing for a refusal in the provider's own form: %i", async (status) => {
      for (const mode of ["route", "stream"] as const) {
        const { books, usedUsd, attempts } = await compare({ wire, mode, fates: [status], requests: 1 });
        expect(books).toMatchObject({ billed: 0 });
        expect(books.refused).toBeGreaterThan(0);
        expect(usedUsd).toBe(0);
        expect(attempts.map(({ costUsd }) => costUsd)).toEqual(attempts.map(() => 0));
      }
    });
  },
);

describe.each(modes)("in the mode %s", (mode) => {
  it("counts at least what is billed, in any order of fates", async () => {
    let seed = modes.indexOf(mode) + 1;
    const draw = (below: number) => {
      seed = (seed * 48_271) % 2_147_483_647;
      return seed % below;
    };
    const all: readonly Fate[] = ["answered", "answered", "answered", ...losses, ...refused];
    for (let world = 0; world < runs(3, 60); world += 1) {
      const fates = Array.from({ length: 1 + draw(7) }, () => all[draw(all.length)] as Fate);
      const wire = wires[(["openai", "anthropic", "google", "responses"] as const)[draw(4)] ?? "openai"];
      await compare({ wire, mode, fates, requests: 4 });
    }
  });
});

it("counts the estimate of input and a usual answer where nothing bounds a call", async () => {
  const wire = wires.openai;
  const server = await provider(wire, () => "reset before headers");
  const attempts: Attempt[] = [];
  const router = createRouter({
    models: { small: wire.model("small", server.url, { price }) },
    policy: always("small"),
    execution: { retries: 0 },
    onEvent: (event) => void (event.type === "attempt-ended" && attempts.push(event.attempt)),
  });
  await expect(router.route(question)).rejects.toMatchObject({ code: "all-models-failed" });
  expect(attempts).toMatchObject([{ costEstimated: true, usage: { outputTokens: 300 } }]);
  const { inputTokens } = attempts[0]?.usage ?? { inputTokens: 0 };
  expect(attempts[0]?.costUsd).toBeCloseTo((inputTokens * 3_000 + 300 * 15_000) / 1e6, 9);
});

it("counts nothing for a server that cannot be reached", async () => {
  const server = await provider(wires.openai, () => "answered");
  await server.close();
  for (const wire of [wires.openai, wires.anthropic, wires.google, wires.responses])
    for (const url of [server.url, "http://switchpoint.invalid", server.url.replace("http:", "https:")]) {
      const attempts: Attempt[] = [];
      const router = createRouter({
        models: { small: wire.model("small", url, { price }) },
        policy: always("small"),
        execution: { retries: 0 },
        onEvent: (event) => void (event.type === "attempt-ended" && attempts.push(event.attempt)),
      });
      await expect(router.route(question)).rejects.toMatchObject({ code: "all-models-failed" });
      expect(attempts).toMatchObject([{ costUsd: 0, error: { kind: "connection" } }]);
    }
});

describe("an error that your own model throws", () => {
  const costOf = async (error: unknown, more: Partial<Model> = {}) => {
    const small = { ...fakeModel({ model: "small", price }), generate: () => Promise.reject(error), ...more };
    const attempts: Attempt[] = [];
    const router = createRouter({
      models: { small },
      policy: always("small"),
      budgets: [{ name: "usd", limitUsd: 1_000_000, period: "day" }],
      execution: { retries: 0 },
      onEvent: (event) => void (event.type === "attempt-ended" && attempts.push(event.attempt)),
    });
    await expect(router.route(question)).rejects.toThrow();
    const [usd] = await router.readBudgets();
    return { usd: usd?.used ?? 0, attempt: attempts[0] };
  };
  const of = (options: Partial<ConstructorParameters<typeof ProviderError>[0]>) =>
    new ProviderError({ kind: "server", model: "fake:small", ...options });

  it("is billed unless it says that the provider refused", async () => {
    for (const error of [
      new TypeError("fetch failed"),
      "text",
      of({ kind: "connection" }),
      of({ kind: "timeout" }),
      of({ kind: "unknown" }),
      of({ kind: "server", status: 502 }),
      of({ kind: "server", mayBeBilled: true }),
    ]) {
      const { usd, attempt } = await costOf(error);
      expect(usd).toBeGreaterThan(0);
      expect(attempt).toMatchObject({ costUsd: usd, costEstimated: true });
    }
    for (const error of [
      of({ kind: "rate-limit" }),
      of({ kind: "invalid-request", status: 400 }),
      of({ kind: "server", status: 500 }),
      of({ kind: "connection", mayBeBilled: false }),
    ])
      expect((await costOf(error)).usd).toBe(0);
  });
});
