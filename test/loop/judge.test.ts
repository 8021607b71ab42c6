import { describe, expect, it } from "vitest";
import { InvalidOptionError } from "../../src/contracts/index.ts";
import { errors } from "../../src/loop/guards/errors.ts";
import type { Guard } from "../../src/loop/guards/guard.ts";
import { judge } from "../../src/loop/rollout/judge.ts";
import type { JudgedStage } from "../../src/loop/rollout/verdict.ts";
import { emptyTable } from "../../src/loop/units/arm-table.ts";
import { createUnits } from "../../src/loop/units/units.ts";
import type { UnitsState } from "../../src/loop/units/units-state.ts";

const stage: JudgedStage = {
  index: 0,
  count: 3,
  requires: "no-harm-found",
  minUnits: 10,
  minMs: 1_000,
  sinceMs: 5_000,
  before: { control: 0, candidate: 0 },
};
const alpha = 0.05;

/** Guard whose state is its evidence. */
const said = (harm: number, safe: number, kind: Guard["kind"] = "guard", name: string = kind): Guard => ({
  ...errors({ margin: 0.01 }),
  name,
  kind,
  isState: (_value): _value is unknown => true,
  evidence: () => ({ harm, safe, pairs: 5 }),
});
const table = (guards: readonly Guard[]) => ({
  ...emptyTable(guards),
  units: { control: 50, candidate: 50 },
  closed: { control: 20, candidate: 20 },
});
const judged = (guards: readonly Guard[], other: Partial<JudgedStage> = {}, more = {}) =>
  judge({ ...table(guards), ...more }, { ...stage, ...other }, guards, alpha);

describe("the judge", () => {
  it("rolls back at the number of guards divided by alpha, before anything else is said", () => {
    const two = (harm: number) => [
      said(harm, 0, "guard", "a"),
      said(1, 0, "guard", "b"),
      said(99, 0, "signal"),
    ];
    expect(judged(two(40))).toMatchObject({ verdict: "roll-back", guard: "a" });
    expect(judged(two(39))).toMatchObject({ verdict: "pause", signal: "signal" });
  });

  it("advances without harm early, and later only where harm is ruled out", () => {
    expect(judged([said(1, 1)])).toMatchObject({ verdict: "advance", to: 1 });
    expect(judged([said(3, 1)])).toMatchObject({ verdict: "hold", needs: "units" });
    expect(judged([said(1, 19)], { requires: "harm-ruled-out" })).toMatchObject({ verdict: "hold" });
    expect(judged([said(1, 20)], { requires: "harm-ruled-out" })).toMatchObject({ verdict: "advance" });
    expect(judged([said(1, 19)], { index: 2 })).toMatchObject({ verdict: "hold", needs: "units" });
    expect(judged([said(1, 20)], { index: 2 })).toMatchObject({ verdict: "done", advice: "route" });
    expect(judged([said(1, 20), said(20, 0, "benefit")])).toMatchObject({ advice: "do-not-route" });
  });

  it("holds for units, time and a person, and on evidence that is not a number", () => {
    expect(judged([said(1, 1)], { minUnits: 21 })).toMatchObject({ needs: "units" });
    expect(judged([said(1, 1)], { minUnits: 21, maxMs: 5_000 })).toMatchObject({ needs: "a person" });
    expect(judged([said(1, 1)], { minMs: 5_001 })).toMatchObject({ needs: "time" });
    expect(judged([said(1, Number.NaN)], { index: 2 })).toMatchObject({ verdict: "hold" });
    expect(judged([errors({ margin: 0.01 })])).toMatchObject({ verdict: "hold", needs: "data" });
  });

  it("calls a comparison invalid by its salt and by units in both arms", () => {
    expect(judged([said(1, 1)], { saltChanged: true })).toMatchObject({ because: "salt-changed" });
    expect(judged([said(99, 1)], {}, { inBoth: 6 })).toMatchObject({ because: "units-in-both-arms" });
    expect(judged([said(1, 1)], {}, { inBoth: 5 })).toMatchObject({ verdict: "advance" });
  });
});

describe("the state of units", () => {
  const monotonic = () => 0;
  const guard = errors({ margin: 0.01 });
  const good = () => {
    const units = createUnits([guard], monotonic);
    return JSON.parse(JSON.stringify(units.exportState())) as UnitsState;
  };
  const request = { outcome: "answered", latencyMs: 1 };
  const unit = { arm: "control", revision: 0, at: 1e12, requests: [request], ratings: [] };
  const open = (more: object) => ({ open: [["0123456789ab", { ...unit, ...more }]] });

  it("that was exported is taken", () => {
    const units = createUnits([guard], monotonic);
    units.restoreState({ ...good(), ...open({}) } as never);
    expect(units.table().closed.control).toBe(1);
  });

  it.each<[string, object]>([
    ["verdicts that are none", open({ requests: [{ ...request, ratings: 5 }] })],
    ["a verdict without an origin", open({ ratings: [{ decisionId: "d", value: 1, source: 5 }] })],
    ["a request that is none", open({ requests: [{}] })],
    ["requests without end", open({ requests: Array(100_000).fill(request) })],
    [
      "verdicts without end",
      open({ ratings: Array(40_001).fill({ decisionId: "d", value: 1, source: "x" }) }),
    ],
    ["a time in the future", open({ at: -1e300 })],
    ["a name without end", { open: [["x".repeat(100_000), unit]] }],
    ["an arm that is not compared", open({ arm: "__proto__" })],
    ["silent guards without end", { fixed: [["a", { ...unit, left: false, silent: Array(1e5).fill("x") }]] }],
  ])("with %s changes nothing", (_, more) => {
    const units = createUnits([guard], monotonic);
    expect(() => units.restoreState({ ...good(), ...more } as never)).toThrow(InvalidOptionError);
    expect(units.table()).toEqual(good().table);
    expect(units.open()).toBe(0);
  });
});

describe("units", () => {
  const guards = [errors({ margin: 0.01 })];
  const request = { outcome: "answered", latencyMs: 1 } as const;
  const sent = (unitHash: string, arm: "control" | "candidate", revision = 1) =>
    ({ unitHash, arm, revision, share: 0.5, request }) as const;

  it("are fixed when idle or full, and counted once", () => {
    let now = 0;
    const units = createUnits(guards, () => now, { idleMs: 100, maxRequests: 3 });
    for (let turn = 0; turn < 10; turn += 1) units.add(sent("__proto__", "control"));
    units.add(sent("b", "candidate"));
    expect(units.table().closed).toEqual({ control: 1, candidate: 0 });
    now = -50;
    expect(units.open()).toBe(1);
    now = 100;
    expect(units.table()).toMatchObject({
      closed: { control: 1, candidate: 1 },
      units: { control: 1, candidate: 1 },
    });
    const copy = createUnits(guards, () => 0);
    copy.restoreState(JSON.parse(JSON.stringify(units.exportState())));
    copy.add(sent("b", "candidate"));
    expect(copy.table()).toEqual(units.table());
    expect(() => copy.restoreState({} as never)).toThrow("state must be what exportState() returned");
  });

  it("in both arms at one revision are counted and excluded; with a new revision they have moved", () => {
    const units = createUnits(guards, () => 0);
    units.add(sent("a", "control"));
    units.add(sent("a", "candidate"));
    units.add(sent("a", "candidate"));
    units.add(sent("b", "control"));
    units.add(sent("b", "candidate", 2));
    expect(units.table()).toMatchObject({ inBoth: 1, closed: { control: 1, candidate: 0 } });
  });

  it("are bounded", () => {
    const units = createUnits(guards, () => 0, { maxOpen: 10, maxRemembered: 20 });
    for (let unit = 0; unit < 200; unit += 1)
      units.add(sent(`u${unit}`, unit % 2 === 0 ? "control" : "candidate"));
    expect(units.open()).toBe(10);
    expect(units.exportState().fixed).toHaveLength(20);
    expect(units.rate({ unitHash: "u0", decisionId: "d", value: 1, source: "feedback" })).toBe("late");
    expect(units.table().late).toBe(1);
  });
});
