import { describe, expect, it } from "vitest";
import type { Admission, Call } from "../../../src/contracts/ports/index.ts";
import { createLearnedCapabilities } from "../../../src/router/health/learned-capabilities.ts";
import { learnedAdmission } from "../../../src/router/limits/learned-admission.ts";

const hour = 3_600_000;

describe("learned capabilities", () => {
  it("hold for an hour, each for its model", () => {
    const learned = createLearnedCapabilities();
    expect(learned.learn("a", "tools", false, 0)).toBe(true);
    learned.learn("a", "jsonSchema", true, 0);
    const all = (now: number) => [
      learned.has("a", "tools", now),
      learned.has("a", "jsonSchema", now),
      learned.has("b", "tools", now),
    ];
    expect(all(hour - 1)).toEqual([false, true, undefined]);
    expect(all(hour)).toEqual([undefined, undefined, undefined]);
  });

  it("believe a success of the last hour and no refusal, so that odd requests keep no model from the others", () => {
    const learned = createLearnedCapabilities();
    learned.learn("a", "tools", true, 0);
    for (const at of [1, 2, hour - 1]) expect(learned.learn("a", "tools", false, at)).toBe(false);
    expect(learned.has("a", "tools", hour - 1)).toBe(true);
    expect(learned.learn("a", "tools", false, hour)).toBe(true);
    expect(learned.learn("a", "tools", false, hour + 1)).toBe(false);
    expect(learned.has("a", "tools", hour + 1)).toBe(false);
    learned.learn("a", "tools", true, hour + 2);
    expect(learned.has("a", "tools", hour + 2)).toBe(true);
  });

  it("are at most 1,000, the latest", () => {
    const learned = createLearnedCapabilities();
    for (let at = 0; at < 5_000; at += 1) learned.learn(`m${at}`, "tools", false, 0);
    expect(learned.exportState(0, 0)).toHaveLength(1_000);
    expect(learned.has("m4999", "tools", 0)).toBe(false);
    expect(learned.has("m0", "tools", 0)).toBeUndefined();
  });

  it("are restored on another clock, and a time in the future is cut off", () => {
    const learned = createLearnedCapabilities();
    learned.learn("a", "tools", false, 1_000);
    const state = learned.exportState(2_000, 10_000_000);
    expect(state).toEqual([{ name: "a", capability: "tools", has: false, at: 9_999_000 }]);
    const next = createLearnedCapabilities();
    next.restoreState(state, 50, 9_999_000 + hour - 10);
    expect([next.has("a", "tools", 59), next.has("a", "tools", 60)]).toEqual([false, undefined]);
    next.restoreState(state, 50, 0);
    expect([next.has("a", "tools", 49 + hour), next.has("a", "tools", 50 + hour)]).toEqual([
      false,
      undefined,
    ]);
    next.restoreState(state, 50, 9_999_000 + hour);
    expect(next.exportState(50, 0)).toEqual([]);
  });
});

it("admission passes over a model that lacks what the call needs, and asks its other rules for the others", () => {
  const learned = createLearnedCapabilities();
  const asked: string[] = [];
  const inner = { ask: ({ name }: Call) => asked.push(name) > 0, holdMs: () => 7 } as unknown as Admission;
  const admission = learnedAdmission(inner, learned, () => 0);
  learned.learn("a", "tools", false, 0);
  const call = (name: string, unproven?: Call["unproven"]) => ({ name, unproven }) as Call;
  expect(admission.ask(call("a", ["jsonSchema", "tools"]), 0)).toEqual({
    by: "capability",
    reason: "it has refused a request within the last hour: no tools",
  });
  for (const one of [call("a"), call("a", ["images"]), call("b", ["tools"])])
    expect(admission.ask(one, 0)).toBe(true);
  expect(asked).toEqual(["a", "a", "b"]);
  expect(admission.holdMs(call("a"))).toBe(7);
});
