import { describe, expect, it } from "vitest";
import { always } from "../../../policies/index.ts";
import { attemptFields, decisionFields } from "../../../src/contracts/decision-fields.ts";
import type { Field, Fields } from "../../../src/contracts/fields.ts";
import type { RouterEvent } from "../../../src/contracts/index.ts";
import { createRouter } from "../../../src/index.ts";
import { freezeEvent } from "../../../src/router/life/freeze-event.ts";
import { fakeModel } from "../../../src/testing/index.ts";

const usage = { inputTokens: 1, outputTokens: 1 };

/** Returns a record with all fields of a description, each with all that it may hold. */
function sampleOf(fields: Fields): object {
  return Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, sampleValue(field)]));
}

function sampleValue({ kind, of = {} }: Field): unknown {
  if (kind === "flat") return { of: 1 };
  if (kind === "data") return { of: { nested: [{ at: 1 }] } };
  if (kind === "record") return sampleOf(of);
  return kind === "list" ? [sampleOf(of), sampleOf(of)] : "text";
}

const decision = () => sampleOf(decisionFields);
const attempt = () => sampleOf(attemptFields);

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
