import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { always } from "../../../policies/index.ts";
import type { ChatTool } from "../../../src/contracts/index.ts";
import type { ChatRequest } from "../../../src/index.ts";
import { createAudit } from "../../../src/loop/index.ts";
import { seededRandom } from "../../../src/loop/statistics/seeded-random.ts";
import { fakeModel } from "../../../src/testing/index.ts";
import { audited, halfAsGood } from "../../support/audited.ts";
import { runs } from "../../support/runs.ts";

const ask: ChatRequest = { messages: [{ role: "user", content: "secret ask" }] };

describe("an audit among hostile parts", () => {
  it.each<[string, () => number]>([
    ["1", () => 1],
    ["NaN", () => Number.NaN],
    [
      "an error",
      () => {
        throw new Error("no chance");
      },
    ],
  ])(
    "counts requests whose draw of the router's random is %s, and audits none of them",
    async (_, broken) => {
      let draws = 0;
      const random = () => {
        draws += 1;
        return draws === 1 ? 0 : broken();
      };
      const { router, audit, large } = audited({ options: { random } });
      // The policy's own draw is the first.
      expect((await router.route(ask)).text).toBe("from small");
      await audit.flush();
      expect(audit.status()).toMatchObject({ requests: 1, drawn: 0, skipped: { failed: 1 } });
      expect(large.requests).toEqual([]);
      await router.close();
    },
  );

  it.each([
    ["which requests of the reference count", 2],
    ["which of them train", 3],
  ])("says that a draw failed by which it chooses %s", async (_, last) => {
    let draws = 0;
    const random = () => {
      draws += 1;
      return draws <= last ? 0 : Number.NaN;
    };
    const { router, audit, small } = audited({
      options: { random, policy: always("large") },
      audit: { small: "small", trainingShare: 0.5 },
    });
    // The policy's own draw is the first, the audit's sample the second.
    expect((await router.route(ask)).text).toBe("from large");
    await audit.flush();
    expect(audit.status()).toMatchObject({ drawn: 1, skipped: { failed: 1 } });
    expect(small.requests).toEqual([]);
    await router.close();
  });

  it("has no second model carry out tools that the provider itself runs", async () => {
    const hosted = { type: "mcp", server_url: "https://example.com" } as unknown as ChatTool;
    const own: ChatTool = { type: "function", function: { name: "look_up" } };
    const { router, audit, large } = audited();
    for (const tools of [[hosted], [own, hosted]]) await router.route({ ...ask, tools });
    await audit.flush();
    expect(large.requests).toEqual([]);
    expect(audit.status().skipped.tools).toBe(2);
    await router.route({ ...ask, tools: [own] });
    await audit.flush();
    expect(large.requests).toHaveLength(1);
    await router.close();
  });

  it("pays for no request with a picture that is too long to be written", async () => {
    const sees = { capabilities: { images: true } };
    const { router, audit, large } = audited({ small: sees, large: sees, audit: { prompts: "store" } });
    const picture = (bytes: number): ChatRequest => ({
      messages: [
        {
          role: "user",
          content: [
            { type: "text", text: "What is it?" },
            { type: "image_url", image_url: { url: `data:image/png;base64,${"A".repeat(bytes)}` } },
          ],
        },
      ],
    });
    await router.route(picture(4_000_000));
    await audit.flush();
    expect(large.requests).toEqual([]);
    expect(audit.status().skipped["too-long"]).toBe(1);
    await router.route(picture(40_000));
    await audit.flush();
    expect(audit.status().records).toBe(1);
    await router.close();
  });

  it("holds no more text of requests that wait than it may, though few wait", async () => {
    const sees = { capabilities: { images: true } };
    const { router, audit } = audited({ small: sees, large: sees, options: { maxCharacters: 8_000_000 } });
    const picture = `data:image/png;base64,${"A".repeat(7_000_000)}`;
    for (let at = 0; at < 12; at += 1)
      await router.route({
        messages: [{ role: "user", content: [{ type: "image_url", image_url: { url: picture } }] }],
      });
    const { queued, skipped } = audit.status();
    expect(queued).toBeLessThanOrEqual(8);
    expect(skipped["queue-full"]).toBeGreaterThanOrEqual(1);
    await router.close();
  });

  it("counts all pictures of a request that waits, not the first few", async () => {
    const sees = { capabilities: { images: true } };
    const { router, audit } = audited({ small: sees, large: sees, options: { maxCharacters: 12_000_000 } });
    const url = `data:image/png;base64,${"A".repeat(999_000)}`;
    const content = Array.from({ length: 10 }, () => ({ type: "image_url" as const, image_url: { url } }));
    for (let at = 0; at < 8; at += 1) await router.route({ messages: [{ role: "user", content }] });
    const { queued, skipped } = audit.status();
    expect(queued).toBe(3);
    expect(skipped["queue-full"]).toBe(5);
    await router.close();
  });

  it("keeps its status where a scorer cannot say what its errors are, or says anything", async () => {
    let errors: unknown = { pairs: 3, text: "secret", nan: Number.NaN, ["x".repeat(100)]: 1 };
    const { router, audit } = audited({
      audit: { scorer: { ...halfAsGood, errors: () => errors as never } },
    });
    expect(audit.status().scorer.errors).toEqual({ pairs: 3 });
    // A rejection that is handled by no one would end the process.
    for (errors of ["secret", Promise.reject(new Error("secret"))])
      expect(audit.status().scorer.errors).toBeUndefined();
    await router.close();
    const broken = audited({
      audit: {
        scorer: {
          ...halfAsGood,
          errors() {
            throw new Error("secret");
          },
        },
      },
    });
    expect(broken.audit.status().scorer).toEqual({ name: "half", errors: undefined });
    await broken.router.close();
  });

  it("ends a scorer that asks a model that costs nothing again and again", async () => {
    const free = { usdPerMillionInputTokens: 0, usdPerMillionOutputTokens: 0 };
    const judge = fakeModel({ model: "judge", price: free });
    const { router, audit } = audited({
      audit: {
        scorer: {
          name: "endless",
          models: [judge],
          async score(_, hop) {
            for (;;) await hop.generate(judge, ask);
          },
        },
      },
    });
    await router.route(ask);
    await audit.flush();
    expect(judge.requests).toHaveLength(100);
    expect(audit.status().skipped.failed).toBe(1);
    await router.close();
  });

  it("gives a scorer nothing that it can change", async () => {
    const changed: string[] = [];
    const { router, audit, losses } = audited({
      audit: {
        scorer: {
          name: "changes all",
          score(answers, hop) {
            const { request, answer, reference, facts } = answers;
            for (const [name, change] of Object.entries<() => unknown>({
              answers: () => Object.assign(answers, { request: undefined }),
              request: () => request.messages.push({ role: "user", content: "" }),
              answer: () => Object.assign(answer.choices[0] ?? {}, { finish_reason: "length" }),
              reference: () => Object.assign(reference, { choices: [] }),
              facts: () => Object.assign(facts, { tenant: "other" }),
              hop: () => Object.assign(hop, { generate: undefined }),
            }))
              try {
                change();
                changed.push(name);
              } catch {
                // Frozen.
              }
            return { quality: 1, referenceQuality: 1 };
          },
        },
      },
    });
    await router.route(ask);
    await audit.flush();
    expect(changed).toEqual([]);
    expect(losses).toHaveLength(1);
    await router.close();
  });

  it("is refused on a router that is closed, which would never tell it of a request", async () => {
    const { router, file } = audited();
    await router.close();
    expect(() =>
      createAudit({
        router,
        rate: 1,
        reference: "large",
        scorer: halfAsGood,
        budget: { usdPerDay: 1 },
        file,
      }),
    ).toThrow(/createAudit.router must be a router that is not closed/);
  });

  it("has a day's money and number again on the day after a clock was a month ahead", async () => {
    const day = 86_400_000;
    let now = Date.UTC(2026, 0, 1, 12);
    const { router, audit } = audited({
      options: { clock: () => now },
      audit: { budget: { usdPerDay: 20 }, rate: undefined, perDay: 5 },
    });
    const drawnOf = async () => {
      const before = audit.status().drawn;
      for (let at = 0; at < 10; at += 1) await router.route(ask);
      await audit.flush();
      return audit.status().drawn - before;
    };
    expect(await drawnOf()).toBe(5);
    now += 30 * day;
    expect(await drawnOf()).toBe(5);
    now -= 30 * day;
    // The same day has its number once.
    expect(await drawnOf()).toBe(0);
    now += day;
    expect(await drawnOf()).toBe(5);
    expect(audit.status().spentTodayUsd).toBeLessThanOrEqual(20);
    await router.close();
  });
});

describe("the probability that a record states", () => {
  it("is that with which the request was audited, whatever bounds it: weights sum up to the traffic", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          pace: fc.oneof(
            fc.record({ rate: fc.double({ min: 0.1, max: 0.9, noNaN: true }) }),
            fc.record({ perDay: fc.integer({ min: 50, max: 300 }) }),
          ),
          usdPerDay: fc.constantFrom(1_000, 100, 20),
          maxQueued: fc.constantFrom(2, 100),
          flushEvery: fc.constantFrom(1, 7),
          seed: fc.integer({ min: 1, max: 1e9 }),
        }),
        async ({ pace, usdPerDay, maxQueued, flushEvery, seed }) => {
          let now = Date.UTC(2026, 0, 1);
          const random = seededRandom(seed);
          const { router, audit } = audited({
            options: {
              random,
              clock: () => now,
              policy: {
                name: "by label",
                select: ({ request }) => ({
                  model: request.labels["to"] === "small" ? "small" : "large",
                  reason: "its label",
                }),
              },
            },
            audit: { rate: undefined, ...pace, budget: { usdPerDay }, maxQueued },
          });
          // Drawn or not, each request has in expectation the weight 1 while its probability is not 0.
          let [excess, variance] = [0, 0];
          for (let at = 0; at < 400; at += 1) {
            now += 120_000;
            const { probability, drawn } = audit.status();
            await router.route({ ...ask, labels: { to: at % 3 === 0 ? "large" : "small" } });
            const isDrawn = audit.status().drawn > drawn;
            if (probability > 0) {
              excess += (isDrawn ? 1 / probability : 0) - 1;
              variance += 1 / probability - 1;
            } else expect(isDrawn).toBe(false);
            if (at % flushEvery === 0) await audit.flush();
          }
          await audit.flush();
          expect(Math.abs(excess)).toBeLessThanOrEqual(5 * Math.sqrt(variance) + 10);
          await router.close();
        },
      ),
      { numRuns: runs(6, 200) },
    );
  });
});
