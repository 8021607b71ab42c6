import { writeFileSync } from "node:fs";
import { describe, expect, it, vi } from "vitest";
import { readOutcomes } from "../../../evals/data/outcomes/read-outcomes.ts";
import { always } from "../../../policies/index.ts";
import type { ChatRequest } from "../../../src/index.ts";
import { createPromise, keepPromise } from "../../../src/loop/index.ts";
import { audited, halfAsGood } from "../../support/audited.ts";

const ask: ChatRequest = { messages: [{ role: "user", content: "secret ask" }] };

describe("an audit", () => {
  it("answers a request of the small model by the reference too, after the caller has the answer", async () => {
    const { router, audit, large, lines, losses } = audited({ audit: { prompts: "store" } });
    const { decision } = await router.route({ ...ask, session: "s", tenant: "acme", category: "math" });
    expect(large.requests).toEqual([]);
    await audit.flush();
    expect(large.requests).toHaveLength(1);
    expect(lines()).toMatchObject([
      {
        id: decision.id,
        prompt: "secret ask",
        category: "math",
        metadata: {
          audit: {
            decisionId: decision.id,
            probability: 1,
            because: "policy",
            loss: 0.5,
            scorer: "half",
            costUsd: 1,
          },
        },
        outcomes: {
          "fake:small": { quality: 0.5, answer: "from small", costUsd: 1 },
          "fake:large": { quality: 1, answer: "from large", costUsd: 1 },
        },
      },
    ]);
    expect(JSON.stringify(lines())).not.toContain("acme");
    expect(losses).toMatchObject([{ decisionId: decision.id, loss: 0.5, probability: 1, because: "policy" }]);
    expect(audit.status()).toMatchObject({ requests: 1, drawn: 1, records: 1, spentUsd: 1, meanLoss: 0.5 });
    await router.close();
  });

  it("writes no text unless it is asked for, and records that evals can read", async () => {
    const { router, audit, file, lines } = audited();
    await router.route(ask);
    for await (const _ of router.stream(ask)) void _;
    await audit.flush();
    expect(JSON.stringify(lines())).not.toMatch(/secret|from small|from large/);
    const ids: string[] = [];
    for await (const { id, group } of readOutcomes(file)) ids.push(`${id} ${group}`);
    expect(new Set(ids).size).toBe(2);
    expect(new Set(ids.map((id) => id.split(" ")[1])).size).toBe(1);
    await router.close();
  });

  it("counts requests of the reference with a loss of 0, and has them answered by the small model for training", async () => {
    const { router, audit, small, losses, lines } = audited({ options: { policy: always("large") } });
    await router.route(ask);
    await audit.flush();
    expect(small.requests).toHaveLength(1);
    expect(losses).toMatchObject([{ loss: 0 }]);
    expect(lines()[0]).toMatchObject({
      metadata: { audit: { answered: "fake:large", loss: 0, trained: true } },
      outcomes: { "fake:small": { quality: 0.5 }, "fake:large": { quality: 1 } },
    });
    await router.close();
    const untrained = audited({ options: { policy: always("large") }, audit: { trainingShare: 0 } });
    await untrained.router.route(ask);
    await untrained.audit.flush();
    expect(untrained.small.requests).toEqual([]);
    expect(untrained.losses).toMatchObject([{ loss: 0 }]);
    await untrained.router.close();
  });

  it("draws with the router's random and records the probability", async () => {
    const draws = [0.3, 0.1];
    const { router, audit, lines } = audited({
      options: { random: () => draws.shift() ?? 0.9, policy: always("small") },
      audit: { rate: 0.2 },
    });
    // Of each request the policy draws first; both draws of the second are above the rate.
    await router.route(ask);
    await router.route(ask);
    await audit.flush();
    expect(lines().map(({ metadata }) => metadata.audit["probability"])).toEqual([0.2]);
    expect(audit.status()).toMatchObject({ requests: 2, drawn: 1 });
    await router.close();
  });

  it("states what decided a request", async () => {
    const { router, audit, losses } = audited();
    await router.route({ ...ask, model: "small" });
    await audit.flush();
    expect(losses.map(({ because }) => because)).toEqual(["pin"]);
    await router.close();
  });

  it("tells a broken promise from a cap", async () => {
    const promise = createPromise({ maxLoss: 0.02, window: 100 });
    const policy = keepPromise(always("small"), { promise, otherwise: "large" });
    const { router, audit, losses } = audited({ options: { policy } });
    for (let at = 0; at < 60; at += 1) promise.add({ loss: 1 });
    expect(promise.standing().state).toBe("broken");
    await router.route(ask);
    await audit.flush();
    expect(losses).toMatchObject([{ loss: 0, because: "promise" }]);
    await router.close();
    const capped = audited({
      options: {
        policy: {
          name: "capped",
          select: () => ({ model: "small", reason: "a cap", insteadOf: { model: "large" } }),
        },
      },
    });
    await capped.router.route(ask);
    await capped.audit.flush();
    expect(capped.losses).toMatchObject([{ because: "cap" }]);
    await capped.router.close();
  });

  it("keeps no text of a server that calls it the reason of an end", async () => {
    const text = "secret answer";
    const { router, audit, large, lines } = audited();
    const generate = large.generate;
    vi.spyOn(large, "generate").mockImplementation(async (request, options) => {
      const { choices, ...rest } = await generate(request, options);
      return { ...rest, choices: choices.map((one) => ({ ...one, finish_reason: text as never })) };
    });
    await router.route(ask);
    await audit.flush();
    expect(lines()[0]?.outcomes["fake:small"]).toMatchObject({ finishReason: "stop" });
    expect(JSON.stringify(lines())).not.toContain(text);
    await router.close();
  });

  it("leaves out as many requests of the reference as could not be compared of the others", async () => {
    const { router, audit, losses } = audited({
      audit: { scorer: { name: "mute", score: () => undefined } },
    });
    await router.route({ ...ask, model: "large" });
    expect(losses).toHaveLength(1);
    await audit.flush();
    for (let at = 0; at < 5; at += 1) await router.route(ask);
    await audit.flush();
    // None of five: it would seem that all traffic is without a loss.
    for (let at = 0; at < 5; at += 1) await router.route({ ...ask, model: "large" });
    await audit.flush();
    expect(audit.status()).toMatchObject({ ofReference: 1, skipped: { failed: 6 } });
    expect(losses).toHaveLength(1);
    await router.close();
  });

  it("compares no answer that was cut with one that was not", async () => {
    const { router, audit, small, large, lines } = audited();
    const cut = (model: typeof large) => {
      const generate = model.generate;
      vi.spyOn(model, "generate").mockImplementation(async (request, options) => {
        const { choices, ...rest } = await generate(request, options);
        return { ...rest, choices: choices.map((one) => ({ ...one, finish_reason: "length" as const })) };
      });
    };
    cut(large);
    await router.route(ask);
    await audit.flush();
    expect(audit.status()).toMatchObject({ records: 0, skipped: { cut: 1 }, spentUsd: 1 });
    // Both were cut at the limit of the request: it is what the caller got.
    cut(small);
    await router.route(ask);
    await audit.flush();
    expect(lines()).toHaveLength(1);
    await router.close();
  });

  it("pays for no comparison whose line would be too long, and writes none that turns out to be", async () => {
    const long = "x".repeat(2_100_000);
    const { router, audit, large, lines } = audited({
      small: { answer: () => long },
      large: { answer: () => `${long}.` },
      audit: { prompts: "store" },
    });
    await router.route(long);
    await audit.flush();
    expect(large.requests).toEqual([]);
    await router.route(ask);
    await audit.flush();
    expect(large.requests).toHaveLength(1);
    expect(audit.status()).toMatchObject({ records: 0, skipped: { "too-long": 2 } });
    expect(lines()).toEqual([]);
    await router.close();
  });

  it("goes on where the reference alone is chosen, after an answer of a fallback could not be compared", async () => {
    let isDown = true;
    const answer = () => {
      if (isDown) throw new Error("down");
      return "from large";
    };
    const { router, audit } = audited({
      options: { policy: always("large"), execution: { retries: 0 } },
      large: { answer },
    });
    await router.route(ask);
    await audit.flush();
    expect(audit.status()).toMatchObject({ records: 0, skipped: { failed: 1 } });
    isDown = false;
    await router.route(ask);
    await audit.flush();
    expect(audit.status()).toMatchObject({ records: 1, ofReference: 1 });
    await router.close();
  });

  it("leaves out what was not consented to, tools that were used, and what is not permitted, with the reason", async () => {
    const tool = { type: "function" as const, function: { name: "look_up", parameters: {} } };
    const call = { id: "1", type: "function" as const, function: { name: "look_up", arguments: "{}" } };
    let consent: () => boolean = () => true;
    const { router, audit, large, lines } = audited({
      audit: { allow: () => consent(), prompts: "store" },
    });
    consent = () => false;
    await router.route(ask);
    consent = () => {
      throw new Error("no");
    };
    await router.route(ask);
    consent = (async () => true) as never;
    await router.route(ask);
    consent = () => true;
    const used: ChatRequest = {
      tools: [tool],
      messages: [
        ...ask.messages,
        { role: "assistant", content: null, tool_calls: [call] },
        { role: "tool", tool_call_id: "1", content: "found" },
      ],
    };
    await router.route(used);
    await router.route({
      ...ask,
      constraints: [{ name: "small-only", permits: ({ id }) => id === "small" || "no" }],
    });
    await audit.flush();
    expect(audit.status().skipped).toMatchObject({ "no-consent": 3, tools: 1, "not-permitted": 1 });
    expect(large.requests).toEqual([]);
    await router.route({ ...ask, tools: [tool] });
    await audit.flush();
    expect(large.requests).toHaveLength(1);
    expect(lines()).toHaveLength(1);
    await router.close();
  });

  it("never spends more than a day's money, whatever usage a server reports, and says that it is used up", async () => {
    let now = Date.UTC(2026, 0, 1, 12);
    const { router, audit, large, changes } = audited({
      options: { clock: () => now },
      audit: { budget: { usdPerDay: 5 }, maxConcurrent: 2 },
    });
    for (let at = 0; at < 30; at += 1) {
      await router.route(ask);
      if (at % 3 === 0) await audit.flush();
    }
    await audit.flush();
    // The last dollars are not worth two comparisons.
    expect(large.requests.length).toBeLessThanOrEqual(5);
    expect(large.requests.length).toBeGreaterThanOrEqual(2);
    expect(audit.status().spentTodayUsd).toBeLessThanOrEqual(5);
    expect(changes.map(({ state }) => state)).toEqual(["budget-used"]);
    expect(audit.status().probability).toBe(0);
    const before = large.requests.length;
    // A clock that is set back a day begins no second budget.
    now -= 86_400_000;
    await router.route(ask);
    await audit.flush();
    expect(large.requests).toHaveLength(before);
    now += 2 * 86_400_000;
    for (let at = 0; at < 3; at += 1) await router.route(ask);
    await audit.flush();
    expect(changes.map(({ state }) => state)).toContain("running");
    await router.close();
  });

  it("makes no further call once a server claims to have used more than was reserved", async () => {
    const { router, audit, large } = audited({
      small: { usage: { inputTokens: 10, outputTokens: 10 } },
      large: {
        price: { usdPerMillionInputTokens: 1, usdPerMillionOutputTokens: 1 },
        usage: { inputTokens: 900_000_000, outputTokens: 900_000_000 },
      },
      audit: { budget: { usdPerDay: 1 } },
    });
    for (let at = 0; at < 10; at += 1) {
      await router.route(ask);
      await audit.flush();
    }
    expect(large.requests).toHaveLength(1);
    await router.close();
  });

  it("gives the reference an output limit of four times the answer before it, so that no bound on cost cuts it", async () => {
    const { router, audit, large } = audited({ small: { usage: { inputTokens: 1, outputTokens: 2_000 } } });
    await router.route(ask);
    await audit.flush();
    expect(large.requests[0]?.max_completion_tokens).toBe(8_000);
    await router.close();
  });

  it("is bounded: what waits beyond the queue is told, and a model that never answers delays no caller", async () => {
    const { router, audit, large } = audited({
      large: {
        wait: (signal) =>
          new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason))),
      },
      audit: { maxConcurrent: 1, maxQueued: 2 },
    });
    for (let at = 0; at < 5; at += 1) expect((await router.route(ask)).text).toBe("from small");
    await new Promise((resolve) => setImmediate(resolve));
    const { underWay, queued, skipped } = audit.status();
    expect({ underWay, queued, full: skipped["queue-full"] }).toEqual({ underWay: 1, queued: 1, full: 3 });
    await router.close();
    expect(audit.status()).toMatchObject({ state: "closed", underWay: 0, queued: 0, skipped: { closed: 2 } });
    expect(large.requests.length).toBeLessThanOrEqual(1);
    await audit.close();
  });

  it("ends a comparison whose scorer never settles, and one that throws or rates badly has no record", async () => {
    const odd = [
      () => new Promise<never>(() => {}),
      () => {
        throw new Error("secret");
      },
      async () => Promise.reject(new Error("secret")),
      () => ({ quality: Number.NaN, referenceQuality: 1 }),
      () => ({ quality: 2, referenceQuality: 1 }),
      () => undefined,
      () => 1,
    ];
    let at = 0;
    const { router, audit, changes } = audited({
      audit: { timeoutMs: 20, scorer: { name: "odd", score: () => odd[at]?.() as never } },
    });
    for (at = 0; at < odd.length; at += 1) {
      await router.route(ask);
      await audit.flush();
    }
    expect(audit.status()).toMatchObject({ records: 0, skipped: { failed: odd.length } });
    expect(changes).toEqual([]);
    await router.close();
  });

  it("counts feedback on audited requests once, next to the scorer's verdict", async () => {
    const { router, audit } = audited();
    const { decision } = await router.route(ask);
    await audit.flush();
    router.feedback(decision, 0.9);
    router.feedback(decision, 0);
    router.feedback({ id: "never-seen", model: "small" }, 1);
    expect(audit.status().feedback).toEqual({
      joined: 1,
      repeated: 1,
      unknown: 1,
      meanDifference: 0.5 - 0.9,
      meanDistance: 0.9 - 0.5,
    });
    await router.close();
  });

  it("feeds a live promise", async () => {
    const promise = createPromise({ maxLoss: 0.02, window: 100 });
    const { router, audit } = audited({ audit: { onRecord: [promise.add] } });
    for (let at = 0; at < 40; at += 1) await router.route(`question ${at}`);
    await audit.flush();
    expect(promise.standing()).toMatchObject({ state: "broken", meanLoss: 0.5 });
    await router.close();
  });

  it("counts losses that its promise refuses", async () => {
    const promise = createPromise({ maxLoss: 0.02, leastProbability: 0.5 });
    const { router, audit } = audited({ audit: { onRecord: [promise.add], rate: 0.2 } });
    await router.route(ask);
    await audit.flush();
    expect(audit.status()).toMatchObject({ records: 1, refusedRecords: 1 });
    expect(promise.standing().records).toBe(0);
    await router.close();
  });

  it("says when its file cannot be written, and spends nothing", async () => {
    const { router, audit, large, changes } = audited({ audit: { file: "/proc/none/audit.jsonl" } });
    await router.route(ask);
    await audit.flush();
    await router.route(ask);
    await audit.flush();
    expect(large.requests).toEqual([]);
    expect(changes).toMatchObject([{ state: "failing" }]);
    expect(audit.status()).toMatchObject({ state: "failing", drawn: 1, skipped: { failed: 1 } });
    await router.close();
  });

  it("mends a line that a killed process left cut, and goes on with what that one had spent today", async () => {
    const first = audited({
      options: { clock: () => Date.UTC(2026, 0, 1, 12) },
      audit: { budget: { usdPerDay: 3 } },
    });
    for (const text of ["one", "two", "three", "four"]) {
      await first.router.route(text);
      await first.audit.flush();
    }
    const spent = first.audit.status().spentTodayUsd;
    expect(spent).toBeGreaterThanOrEqual(1);
    await first.router.close();
    writeFileSync(first.file, '{"id":"half a rec', { flag: "a" });
    const second = audited({
      options: { clock: () => Date.UTC(2026, 0, 1, 13) },
      audit: { budget: { usdPerDay: 3 }, file: first.file, maxConcurrent: 1 },
    });
    await second.router.route(ask);
    await second.audit.flush();
    expect(second.audit.status().spentTodayUsd).toBe(spent + second.audit.status().records);
    expect(spent).toBeLessThanOrEqual(3);
    const ids: string[] = [];
    for await (const { id } of readOutcomes(first.file)) ids.push(id);
    expect(ids).toHaveLength(first.audit.status().records + second.audit.status().records);
    await second.router.close();
  });

  it("refuses options that are not as they should be", () => {
    for (const audit of [
      { rate: undefined },
      { perDay: 5 },
      { reference: "huge" as never },
      { small: "large" as const },
      {
        scorer: { ...halfAsGood, models: [{ name: "x:y", provider: "x", model: "y", labels: {} } as never] },
      },
      { file: "audit.jsonl.gz" },
    ])
      expect(() => audited({ audit }), JSON.stringify(audit)).toThrow(
        expect.objectContaining({ code: "invalid-option" }),
      );
    expect(() => audited({ large: { price: undefined as never } })).toThrow(/price/);
  });
});
