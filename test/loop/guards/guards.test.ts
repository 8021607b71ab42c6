import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InvalidOptionError } from "../../../src/contracts/index.ts";
import { aborts } from "../../../src/loop/guards/aborts.ts";
import { cost } from "../../../src/loop/guards/cost.ts";
import { degraded } from "../../../src/loop/guards/degraded.ts";
import { errors } from "../../../src/loop/guards/errors.ts";
import { escalations } from "../../../src/loop/guards/escalations.ts";
import type { ComparedArm, FinishedRequest, Guard } from "../../../src/loop/guards/guard.ts";
import { latency } from "../../../src/loop/guards/latency.ts";
import { quality } from "../../../src/loop/guards/quality.ts";
import { saving } from "../../../src/loop/guards/saving.ts";
import { seededRandom } from "../../../src/loop/statistics/seeded-random.ts";
import { numRuns, runs } from "../../support/runs.ts";

const answered: FinishedRequest = { outcome: "answered", latencyMs: 100, costUsd: 0.01 };
const rated = (value: number, source = "feedback"): FinishedRequest => ({
  ...answered,
  ratings: [{ value, source }],
});

const all: readonly Guard[] = [
  errors({ margin: 0.005 }),
  degraded({ margin: 0.01, kind: "signal" }),
  aborts({ margin: 0.01 }),
  escalations({ margin: 0.05 }),
  quality({ margin: 0.02, from: "feedback" }),
  cost({ marginShare: 0.05, maxUsd: 1 }),
  cost({ marginUsd: 0.01, maxUsd: 1 }),
  cost({ marginShare: 0.05 }),
  saving({ minShare: 0.1, maxUsd: 1 }),
  latency({ quantile: 0.95, marginMs: 200 }),
];

/** State after values of both arms in turn. */
function unitsOf<State>(
  guard: Guard<State>,
  units: number,
  drawn: (arm: ComparedArm, unit: number) => number,
): State {
  let state = guard.initial;
  for (let unit = 0; unit < units; unit += 1)
    for (const arm of ["control", "candidate"] as const) state = guard.add(state, arm, drawn(arm, unit));
  return state;
}

describe("the value of a unit", () => {
  it("is the share of its requests that failed, were degraded or escalated", () => {
    const requests: FinishedRequest[] = [
      answered,
      { ...answered, outcome: "failed" },
      { ...answered, outcome: "degraded", escalated: "asked" },
      { ...answered, escalated: "answered" },
    ];
    expect(errors({ margin: 0.1, of: "requests" }).value(requests)).toBe(0.25);
    // A degraded answer is one that the arm's own model got wrong.
    expect(errors({ margin: 0.1 }).value(requests)).toBe(0.5);
    expect(errors({ margin: 0.1 }).value([answered, { ...answered, troubled: "failed" }])).toBe(0.5);
    expect(errors({ margin: 0.1 }).value([answered, { ...answered, troubled: "refused" }])).toBe(0.5);
    expect(errors({ margin: 0.1 }).value([answered, { ...answered, outcome: "aborted" }])).toBe(0);
    expect(aborts({ margin: 0.1 }).value([answered, { ...answered, outcome: "aborted" }])).toBe(0.5);
    expect(degraded({ margin: 0.1 }).value(requests)).toBe(0.25);
    expect(escalations({ margin: 0.1 }).value(requests)).toBe(0.5);
    expect(escalations({ margin: 0.1, of: "requests" }).value(requests)).toBe(0.25);
    expect(errors({ margin: 0.1 }).value([])).toBeUndefined();
  });

  it("is the mean loss of quality of the verdicts of one origin", () => {
    const guard = quality({ margin: 0.02, from: "feedback" });
    expect(guard.value([rated(1), answered, rated(0.5, "feedback:thumbs"), rated(0, "judge")])).toBe(0.25);
    expect(guard.value([answered, rated(0, "feedbacks")])).toBeUndefined();
    expect(guard.value([rated(1e300), rated(-1), rated(Number.NaN)])).toBeUndefined();
  });

  it("is its cost; where a price is not known, or is no price, it is counted as not known", () => {
    const guard = cost({ marginShare: 0.05, maxUsd: 1 });
    expect(guard.value([answered, { ...answered, costUsd: 0.02 }])).toBeCloseTo(0.03, 12);
    for (const costUsd of [undefined, Number.NaN, -1, Number.POSITIVE_INFINITY])
      expect(guard.value([answered, { ...answered, costUsd }])).toBe(-1);
  });

  it("is the latency of the answered request in its middle", () => {
    const at = (latencyMs: number, firstTokenMs?: number) => ({ ...answered, latencyMs, firstTokenMs });
    const guard = latency({ quantile: 0.95, marginMs: 0 });
    expect(guard.value([at(1), at(2), at(3)])).toBe(2);
    expect(guard.value([at(1), { ...at(9), outcome: "failed" }, at(-5), at(Number.NaN)])).toBe(1);
    expect(guard.value([at(Number.POSITIVE_INFINITY)])).toBeUndefined();
    const left = { ...at(7), outcome: "aborted" } as const;
    expect(guard.value([left])).toBe(7);
    expect(latency({ quantile: 0.9, marginMs: 0, of: "first-token" }).value([left])).toBe(7);
    expect(latency({ quantile: 0.9, marginMs: 0, of: "first-token" }).value([at(5), at(5, 3)])).toBe(3);
  });
});

describe.each([cost({ marginShare: 0.05, maxUsd: 1 }), cost({ marginShare: 0.05 })])(
  "a guard on cost, where %# of two",
  (guard: Guard) => {
    const stateAfter = (units: number, unknown: number) => {
      let state = guard.initial;
      for (let unit = 0; unit < units; unit += 1)
        for (const arm of ["control", "candidate"] as const)
          state = guard.add(
            state,
            arm,
            unit < unknown ? -1 : (arm === "control" ? 0.01 : 0.2) + (unit % 7) / 1_000,
          );
      return JSON.parse(JSON.stringify(guard.merge([state], 1)));
    };

    it("compares while at most one unit in a hundred has an unknown cost, and says nothing above", () => {
      expect(guard.evidence(stateAfter(300, 0)).unknownShare).toBeUndefined();
      expect(guard.evidence(stateAfter(300, 3)).unknownShare).toBeCloseTo(0.01, 9);
      expect(guard.evidence(stateAfter(300, 3)).harm).toBeGreaterThan(100);
      expect(guard.evidence(stateAfter(300, 4))).toMatchObject({ harm: 1, safe: 0 });
      expect(guard.isState(stateAfter(300, 4))).toBe(true);
    });
  },
);

describe("a guard", () => {
  it.each(all.map((guard) => [`${guard.name} ${guard.kind} ${guard.margin}`, guard] as const))(
    "has a state that survives JSON, starts with no evidence and refuses what is no state: %s",
    (_, guard) => {
      const first = guard.evidence(guard.initial);
      expect(first).toMatchObject({ pairs: 0 });
      expect(first.harm).toBeCloseTo(1, 9);
      const random = seededRandom(3);
      const state = unitsOf(guard, 150, () => random());
      const copy: unknown = JSON.parse(JSON.stringify(state));
      expect(guard.isState(copy)).toBe(true);
      expect(guard.evidence(copy)).toEqual(guard.evidence(state));
      for (const value of [undefined, null, 1, "x", [], {}, { bets: {} }])
        expect(guard.isState(value)).toBe(false);
      const { low = 0, high = 0, control = 0, candidate = 0 } = guard.evidence(state);
      expect(low).toBeLessThan(candidate - control);
      expect(high).toBeGreaterThan(candidate - control);
    },
  );

  it.each(all.map((guard) => [`${guard.name} ${guard.kind} ${guard.margin}`, guard] as const))(
    "keeps finite evidence of at least 0 whatever values it is given, and merges in any order: %s",
    (_, guard) => {
      const values = fc.array(
        fc.tuple(
          fc.constantFrom<ComparedArm>("control", "candidate"),
          fc.double({ min: 0, max: 1e12, noNaN: true }),
        ),
        { maxLength: 40 },
      );
      fc.assert(
        fc.property(values, values, (one, other) => {
          const [left, right] = [one, other].map((list) =>
            list.reduce<unknown>((state, [arm, value]) => guard.add(state, arm, value), guard.initial),
          ) as [unknown, unknown];
          for (const state of [left, right, guard.merge([left, right], 1), guard.merge([left, right], 2)]) {
            const { harm, safe } = guard.evidence(state);
            expect(harm >= 0 && safe >= 0 && harm + safe < Number.POSITIVE_INFINITY).toBe(true);
            expect(guard.isState(JSON.parse(JSON.stringify(state)))).toBe(true);
          }
          const [here, there] = [guard.merge([left, right], 1), guard.merge([right, left], 1)].map(
            guard.evidence,
          );
          expect(here?.harm).toBeCloseTo(there?.harm as number, 6);
          expect(here?.pairs).toBe(there?.pairs);
        }),
        numRuns(200),
      );
    },
  );

  it("multiplies the evidence of processes with units of their own, and not that of the same units", () => {
    const guard = errors({ margin: 0.005 });
    const random = seededRandom(7);
    const state = unitsOf(guard, 300, (arm) => (random() < (arm === "candidate" ? 0.1 : 0.02) ? 1 : 0));
    const { harm } = guard.evidence(state);
    expect(guard.evidence(guard.merge([state, state], 1)).harm).toBeGreaterThan(harm * 1.5);
    expect(guard.evidence(guard.merge([state, state], 2)).harm).toBeCloseTo(harm, 9);
    expect(guard.evidence(guard.merge([state], 1)).harm).toBeCloseTo(harm, 9);
  });

  it("on cost finds a rise also where costs are a twentieth of the largest one, and tells what was clipped", () => {
    for (const maxUsd of [0.02, 0.1]) {
      const random = seededRandom(5);
      const guard: Guard = cost({ marginShare: 0.05, maxUsd });
      const state = unitsOf(guard, 1_500, (arm) => (arm === "candidate" ? 1.3 : 1) * 0.01 * random());
      expect(guard.evidence(state).harm).toBeGreaterThan(60);
      expect(guard.evidence(state)).toMatchObject({ clippedShare: 0 });
      expect(guard.evidence(state).control).toBeCloseTo(0.005, 3);
    }
    const clipped: Guard = cost({ marginUsd: 0.5, maxUsd: 2 });
    expect(clipped.evidence(unitsOf(clipped, 2, (arm) => (arm === "control" ? 1 : 5)))).toMatchObject({
      clippedShare: 0.5,
      control: 1,
      candidate: 2,
    });
  });

  it("proves that a saving is not there", () => {
    const guard = saving({ minShare: 0.2, maxUsd: 1 });
    const random = seededRandom(5);
    expect(guard.evidence(unitsOf(guard, 1_700, () => 0.02 * random())).harm).toBeGreaterThan(20);
    expect(
      guard.evidence(unitsOf(guard, 1_500, (arm) => (arm === "candidate" ? 0.5 : 1) * random())).harm,
    ).toBeLessThan(1);
  });

  it("on latency finds answers that are slower by more than the margin, and no others", () => {
    const guard = latency({ quantile: 0.9, marginMs: 100 });
    const random = seededRandom(9);
    const slower = (ms: number) =>
      guard.evidence(unitsOf(guard, 1_500, (arm) => 1_000 * random() + (arm === "candidate" ? ms : 0)));
    expect(slower(250).harm).toBeGreaterThan(20);
    expect(slower(100).harm).toBeLessThan(20);
    expect(slower(0).harm).toBeLessThan(1);
    expect(slower(0).safe).toBeGreaterThan(20);
  });

  it("on spread units keeps its error: turns of a session in four processes, each a unit of its own there", () => {
    const guard = errors({ margin: 0.05 });
    const draws = runs(20, 500);
    let alarms = 0;
    for (let draw = 1; draw <= draws; draw += 1) {
      const random = seededRandom(draw * 7_919);
      const states = [0, 1, 2, 3].map(() => guard.initial);
      for (let unit = 0; unit < 400; unit += 1)
        for (const arm of ["control", "candidate"] as const) {
          const value = random() < (arm === "candidate" ? 0.25 : 0.2) ? 1 : 0;
          for (const [at, state] of states.entries()) states[at] = guard.add(state, arm, value);
        }
      if (guard.evidence(guard.merge(states, 4)).harm >= 20) alarms += 1;
    }
    expect(alarms / draws).toBeLessThanOrEqual(0.05 + 2.33 * Math.sqrt((0.05 * 0.95) / draws));
  });
});

describe("bad options of guards", () => {
  it.each([
    ["cost", () => cost({ maxUsd: 1 })],
    ["cost", () => cost({ marginShare: 0.1, marginUsd: 0.1, maxUsd: 1 })],
    ["cost.marginUsd", () => cost({ marginUsd: 1, maxUsd: 1 })],
  ])("are refused with the name of the option: %s", (option, make) => {
    expect(make).toThrow(InvalidOptionError);
    expect(make).toThrow(option);
  });
});
