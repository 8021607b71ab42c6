import { describe, expect, it } from "vitest";
import { always } from "../../../policies/index.ts";
import type { Attempt, Decision, RecordedCandidate, RouterEvent } from "../../../src/contracts/index.ts";
import { createRouter } from "../../../src/index.ts";
import { freezeEvent } from "../../../src/router/life/freeze-event.ts";
import { fakeModel } from "../../../src/testing/index.ts";

const usage = { inputTokens: 1, outputTokens: 1 };
/** With all fields that may hold an object: a new one does not compile until it is here. */
const candidate: Required<RecordedCandidate> = {
  model: "a",
  permitted: true,
  estimatedInputTokens: 1,
  estimatedCostUsd: 1,
  leastCostUsd: 1,
  leastTokens: 1,
  usualOutputTokens: 1,
  estimatedQuality: 1,
  health: { healthy: true },
  load: {} as never,
  gpu: { machines: [{}] } as never,
  members: [{ facts: {} }] as never,
  withheld: "no",
  unknown: ["price"],
};
const decision = (): Required<Decision> => ({
  id: "1",
  at: "2026-11-27T00:00:00.000Z",
  model: "a",
  plan: [{ model: "a" }],
  insteadOf: [{ model: "b" }],
  fallbacks: ["b"],
  request: { labels: { of: "x" }, contentTypes: ["text"] } as never,
  classification: { complexity: 1, quality: { a: 1 }, signals: { long: 1 } },
  classifierError: "none",
  candidates: [structuredClone(candidate), structuredClone(candidate)],
  session: { model: "a" } as never,
  sessionUnknown: "no",
  spend: { usedUsd: 1, limitUsd: 2 },
  budgets: [{ name: "b" }] as never,
  degraded: { budget: "b" } as never,
  inputs: { of: { nested: [1] } },
  arms: [{ comparison: "r" }] as never,
  release: "r",
  draw: 0.5,
  policy: { name: "p", parameters: { nested: { at: 1 } } },
  reason: "so",
  expectedCostUsd: 1,
  propensity: 1,
  forced: false,
  certified: false,
  uncertified: "no",
  versions: {} as never,
});
const attempt = (): Required<Attempt> => ({
  id: "1/1",
  model: "a",
  name: "a:a",
  endpoint: "e",
  member: "m",
  hop: "answer",
  startedAt: "2026-11-27T00:00:00.000Z",
  firstTokenMs: 1,
  latencyMs: 1,
  usage: { ...usage },
  costUsd: 1,
  costEstimated: true,
  ownGpu: true,
  servedModel: "a",
  substituted: "known",
  pricedAs: "a",
  unpriced: "no",
  finishReason: "stop",
  limited: { to: 1 } as never,
  dropped: ["seed"],
  error: { code: "unknown", message: "m" },
  check: { name: "c", accepted: true },
  cached: { attemptId: "0", ageMs: 1, savedUsage: { ...usage } },
  next: "retry",
});

/** Returns the paths of objects that are not frozen. */
function loose(value: unknown, path = "event"): string[] {
  if (typeof value !== "object" || value === null) return [];
  const own = Object.isFrozen(value) ? [] : [path];
  return [...own, ...Object.entries(value).flatMap(([name, one]) => loose(one, `${path}.${name}`))];
}

describe("freezeEvent", () => {
  const functions = {
    readText: () => ({ ask: "", window: "" }),
    readRequest() {},
    readAnswer() {},
    follow() {},
    draw() {},
  };
  const events: Record<string, unknown>[] = [
    { type: "decision-made", decision: decision() },
    { type: "attempt-started", decisionId: "1", model: "a", hop: "answer" },
    { type: "attempt-ended", decisionId: "1", attempt: attempt() },
    {
      type: "request-completed",
      decision: decision(),
      attempts: [attempt(), attempt()],
      usage: { ...usage },
      degraded: { name: "c", accepted: false },
      ...functions,
    },
    {
      type: "request-failed",
      decision: decision(),
      attempts: [attempt()],
      error: { code: "c", message: "m" },
    },
  ];
  it.each(events.map((event) => [String(event["type"]), event] as const))(
    "freezes all that %s holds",
    (_, event) => {
      expect(loose(event)).toContain("event");
      freezeEvent(event as unknown as RouterEvent);
      expect(loose(event)).toEqual([]);
    },
  );

  it("leaves a listener no way to change what others, the caller and the router see", async () => {
    const small = fakeModel({ model: "small" });
    const router = createRouter({
      models: { small },
      policy: always("small"),
      execution: { backoffBaseMs: 0 },
    });
    const refused: string[] = [];
    router.observe((event) => {
      for (const [name, change] of Object.entries({
        own: () => Object.assign(event, { type: "x" }),
        decision: () => "decision" in event && Object.assign(event.decision ?? {}, { model: "x" }),
        candidate: () => event.type === "decision-made" && (event.decision.candidates as unknown[]).pop(),
        attempt: () => event.type === "attempt-ended" && Object.assign(event.attempt, { costUsd: 9 }),
      }))
        try {
          change();
        } catch (error) {
          if (error instanceof TypeError) refused.push(name);
        }
    });
    const kept: RouterEvent[] = [];
    router.observe((event) => kept.push(event));
    const { attempts, decision: own } = await router.route("x");
    expect(new Set(refused)).toEqual(new Set(["own", "decision", "candidate", "attempt"]));
    expect([own.model, own.candidates.length]).toEqual(["small", 1]);
    const [ended] = kept.filter((event) => event.type === "attempt-ended");
    const [completed] = kept.filter((event) => event.type === "request-completed");
    // One copy for both events, and not the record of the caller.
    expect(completed?.attempts[0]).toBe(ended?.attempt);
    expect(attempts[0]).not.toBe(ended?.attempt);
    expect(attempts[0]).toEqual(ended?.attempt);
    expect(Object.isFrozen(attempts[0])).toBe(false);
  });
});
