import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readOutcomes } from "../../../evals/data/outcomes/read-outcomes.ts";
import { tuneThreshold } from "../../../evals/index.ts";
import { always } from "../../../policies/index.ts";
import type { Constraint } from "../../../src/contracts/index.ts";
import { createRouter } from "../../../src/index.ts";
import { auditJudge, createAudit } from "../../../src/loop/index.ts";
import { length } from "../../../src/router/classifiers/index.ts";
import { openaiCompatible } from "../../../src/router/providers/openai-compatible.ts";
import { fakeModel } from "../../../src/testing/index.ts";
import { audited, halfAsGood, oneUsd } from "../../support/audited.ts";
import { serveCompletions } from "../../support/completion-server.ts";
import { runs } from "../../support/runs.ts";

const regions = ["eu", "us", "on-prem"] as const;

const syllables = ["ba", "ke", "li", "mo", "nu", "ra", "se", "ti", "vo", "zu"];

/** A prompt that no other is like. */
function words(seed: number): string {
  const digits = [...String((seed + 1) * 48_271)];
  return digits
    .flatMap((digit) => digits.map((other) => `${syllables[Number(digit)]}${syllables[Number(other)]}`))
    .join(" ");
}

describe("audits", () => {
  it("never cross a constraint: no text of a request reaches a model that its constraints forbid", async () => {
    const request = fc.record({
      allowed: fc.subarray([...regions], { minLength: 1 }),
      byTeam: fc.boolean(),
      tenant: fc.constantFrom("a", "b", undefined),
      isStream: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.tuple(fc.constantFrom(...regions), fc.constantFrom(...regions), fc.constantFrom(...regions)),
        fc.array(request, { minLength: 1, maxLength: 6 }),
        async ([ofSmall, ofLarge, ofJudge], requests) => {
          const judge = fakeModel({
            model: "judge",
            price: oneUsd,
            labels: { region: ofJudge },
            answer: '{"reason":"","first":5,"second":5}',
          });
          // The team's constraint reads the request: only tenant "a" must stay where its label says.
          const team: Constraint = {
            name: "team",
            permits: ({ facts }, { request: { tenant } }) =>
              tenant !== "a" || facts.labels["region"] !== "us" || "not in the US",
          };
          const world = audited({
            small: { labels: { region: ofSmall } },
            large: { labels: { region: ofLarge } },
            options: { constraints: [team] },
            audit: { scorer: auditJudge({ model: judge }), budget: { usdPerDay: 1e6 }, maxQueued: 1_000 },
          });
          for (const [at, { allowed, tenant, isStream }] of requests.entries()) {
            const own: Constraint = {
              name: "own",
              permits: ({ facts }) => allowed.some((one) => one === facts.labels["region"]) || "elsewhere",
            };
            const sent = {
              messages: [{ role: "user" as const, content: `request-${at}-end` }],
              tenant,
              constraints: [own],
            };
            try {
              if (isStream) for await (const _ of world.router.stream(sent)) void _;
              else await world.router.route(sent);
            } catch {
              // No model is permitted.
            }
          }
          await world.audit.flush();
          await world.router.close();
          for (const [model, region] of [
            [world.small, ofSmall],
            [world.large, ofLarge],
            [judge, ofJudge],
          ] as const)
            for (const { messages } of model.requests) {
              const at = Number(/request-(\d+)-end/.exec(JSON.stringify(messages))?.[1]);
              expect(requests[at]?.allowed).toContain(region);
              if (requests[at]?.tenant === "a") expect(region).not.toBe("us");
            }
        },
      ),
      { numRuns: runs(15, 300) },
    );
  });

  it("never spend more than their budget, whatever calls cost", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.double({ min: 0.01, max: 3, noNaN: true }),
        fc.double({ min: 0.5, max: 6, noNaN: true }),
        fc.integer({ min: 1, max: 4 }),
        async (costUsd, usdPerDay, maxConcurrent) => {
          const { router, audit, large } = audited({
            large: { price: { ...oneUsd, usdPerRequest: costUsd } },
            audit: { budget: { usdPerDay }, maxConcurrent },
          });
          for (let at = 0; at < 12; at += 1) {
            await router.route("x");
            if (at % 2 === 1) await audit.flush();
          }
          await audit.flush();
          expect(large.requests.length * costUsd).toBeLessThanOrEqual(usdPerDay + 1e-9);
          await router.close();
        },
      ),
      { numRuns: runs(8, 200) },
    );
  });

  it("write what `eval tune` takes, and it refuses records without a text", async () => {
    const tuned = async (prompts: "store" | "hash") => {
      const { router, audit, file } = audited({
        options: { policy: always("small") },
        audit: {
          prompts,
          budget: { usdPerDay: 1e6 },
          maxQueued: 1_000,
          scorer: { name: "equal", score: () => ({ quality: 1, referenceQuality: 1 }) },
        },
      });
      for (let at = 0; at < 300; at += 1)
        await router.route({ messages: [{ role: "user", content: words(at) }], session: `s${at}` });
      await audit.flush();
      await router.close();
      const records = [];
      for await (const record of readOutcomes(file)) records.push(record);
      expect(records).toHaveLength(300);
      return tuneThreshold(records, {
        small: "fake:small",
        large: "fake:large",
        classifier: length(),
        independentPrompts: true,
        target: { maxLoss: 0.05 },
      });
    };
    expect((await tuned("store")).certificate).toBeDefined();
    await expect(tuned("hash")).rejects.toMatchObject({ code: "outcome-format", field: "promptHash" });
  });

  it("leave nothing running after close, over real HTTP, while a reference never answers", async () => {
    const server = await serveCompletions((_, model) =>
      model === "large" ? new Promise<string>(() => {}) : "four",
    );
    const price = { usdPerMillionInputTokens: 1, usdPerMillionOutputTokens: 1 };
    const model = (name: string) => openaiCompatible(name, { apiKey: "k", baseUrl: server.url, price });
    const world = audited();
    const router = createRouter({
      models: { small: model("small"), large: model("large") },
      policy: always("small"),
    });
    const audit = createAudit({
      router,
      rate: 1,
      reference: "large",
      scorer: halfAsGood,
      budget: { usdPerDay: 10 },
      file: world.file,
    });
    const before = process.getActiveResourcesInfo().filter((kind) => kind === "Timeout").length;
    expect((await router.route("2 + 2?")).text).toBe("four");
    while (server.counts.get("large 2 + 2?") === undefined)
      await new Promise((resolve) => setTimeout(resolve, 5));
    expect(audit.status().underWay).toBe(1);
    await router.close();
    expect(audit.status()).toMatchObject({ state: "closed", underWay: 0, skipped: { closed: 1 } });
    expect(process.getActiveResourcesInfo().filter((kind) => kind === "Timeout").length).toBeLessThanOrEqual(
      before + 1,
    );
    await world.router.close();
    await server.close();
  });
});
