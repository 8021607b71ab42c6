import { seededRandom } from "../../../src/loop/statistics/seeded-random.ts";
import type { EndedRequest } from "../../../src/serve/status/ended-request.ts";

/** Cost of a call in US dollars by model. */
const costs = { "gpt-5-mini": 0.0009, "gpt-5": 0.0072, "local-qwen": 0.0002 } as const;
type Id = keyof typeof costs;

/** Makes requests of a desk whose policy sends about 30 % to the large model. The same ones for the same seed. */
export function sampleRequests(seed: number): () => EndedRequest {
  const random = seededRandom(seed);
  let number = 0;
  return () => {
    number += 1;
    const complexity = random();
    const isLarge = complexity >= 0.7;
    const isLocal = !isLarge && random() < 0.2;
    const model: Id = isLarge ? "gpt-5" : isLocal ? "local-qwen" : "gpt-5-mini";
    const failed = random() < 0.006;
    const falls = random() < 0.02;
    const length = 0.5 + random();
    const latencyMs = (isLarge ? 1_900 : 620) * (0.5 + random() ** 3 * 3);
    const costOf = (id: Id) => costs[id] * length;
    const arm = random() < 0.25 ? "candidate" : "control";
    const error = { code: "provider", kind: random() < 0.5 ? "rate-limit" : "overloaded" };
    const firstTry = { model, hop: "answer", latencyMs, costUsd: costOf(model) } as const;
    const other: Id = isLarge ? "gpt-5-mini" : "gpt-5";
    const attempts = failed
      ? [{ ...firstTry, costUsd: 0, error }]
      : falls
        ? [
            { ...firstTry, costUsd: 0, error },
            { model: other, hop: "fallback", latencyMs: latencyMs / 2, costUsd: costOf(other) } as const,
          ]
        : [firstTry];
    return {
      decision: {
        id: `c0ffee00-0000-4000-8000-${String(number).padStart(12, "0")}`,
        at: "2026-11-27T12:00:00Z",
        model,
        plan: [{ model }],
        fallbacks: [other],
        classification: { complexity },
        candidates: [
          {
            model: "gpt-5-mini",
            permitted: true,
            estimatedCostUsd: costs["gpt-5-mini"],
            estimatedQuality: 0.82,
          },
          { model: "gpt-5", permitted: true, estimatedCostUsd: costs["gpt-5"], estimatedQuality: 0.94 },
          {
            model: "local-qwen",
            permitted: isLocal ? true : "residency: the data must stay in the region eu",
            estimatedCostUsd: costs["local-qwen"],
            members: [
              {
                endpoint: "10.0.0.4:8000",
                permitted: true,
                load: { running: 14, waiting: 0, kvUsage: 0.42, expectedWaitMs: 0, ageMs: 120 },
              },
              {
                endpoint: "10.0.0.5:8000",
                permitted: true,
                load: { running: 22, waiting: 3, kvUsage: 0.91, expectedWaitMs: 840, ageMs: 120 },
              },
            ],
          },
        ],
        budgets: [
          { name: "router-usd-day", unit: "usd", used: 31.4, limit: 50 },
          { name: "tenant-usd-month", unit: "usd", used: 372, limit: 400 },
        ],
        arms: [{ comparison: "threshold-062", arm, share: 0.25, unitHash: "0123456789ab", draw: 0.5 }],
        reason: isLarge
          ? "complexity at or above 0.7"
          : isLocal
            ? "cheapest that is permitted"
            : "complexity below 0.7",
        propensity: 1,
        forced: random() < 0.01,
        certified: random() < 0.97,
      },
      attempts,
      latencyMs,
      ...(failed && { error }),
    };
  };
}
