import { describe, expect, it } from "vitest";
import type { LimitOptions } from "../../../src/contracts/index.ts";
import type { LimitPass } from "../../../src/router/limits/limit-pass.ts";
import { makeLimits, passed } from "../../support/state/make-limits.ts";

describe("the pass of a call", () => {
  const places = (more: LimitOptions = {}) => makeLimits({ maxConcurrent: 1, maxQueued: 1, ...more });
  const queue = (entered: LimitPass | string, turns: string[] = [], name = "") =>
    passed(entered).queue(() => turns.push(name));

  it("gives its place back once, to the call that has waited", () => {
    const { limits, call } = places();
    const turns: string[] = [];
    const enter = () => passed(limits.enter(call(), 0));
    const [first, second, third] = [enter(), enter(), enter()];
    expect([queue(first), queue(second, turns, "second")]).toEqual([true, false]);
    expect(queue(third)).toBe("its maxConcurrent of 1 is reached, and so is its maxQueued of 1");
    third.end();
    expect(turns).toEqual([]);
    first.end();
    first.end();
    expect(turns).toEqual(["second"]);
    const fourth = enter();
    expect(queue(fourth, turns, "fourth")).toBe(false);
    second.end();
    expect(turns).toEqual(["second", "fourth"]);
  });

  it("leaves the queue if the call ends before its turn", () => {
    const { limits, call } = places();
    const turns: string[] = [];
    const enter = () => passed(limits.enter(call(), 0));
    const [first, second, third] = [enter(), enter(), enter()];
    expect([queue(first), queue(second, turns, "second")]).toEqual([true, false]);
    second.end();
    expect(queue(third, turns, "third")).toBe(false);
    first.end();
    expect(turns).toEqual(["third"]);
  });

  it("says how long to wait if others began late", () => {
    const { limits, call, time } = makeLimits({ requestsPerMinute: 1 });
    const early = passed(limits.enter(call(), 0));
    const late = passed(limits.enter(call(), 60_000));
    expect(late.waitMs).toBe(60_000);
    time.now += 60_000;
    expect(early.begin()).toBe(0);
    expect(late.begin()).toBe(60_000);
    time.now += 60_000;
    expect(late.begin()).toBe(0);
  });

  it("begins once, and not after its end", () => {
    const { limits, call, time, count } = makeLimits({ requestsPerMinute: 2 });
    const [begun, ended] = [passed(limits.enter(call(), 0)), passed(limits.enter(call(), 0))];
    expect([begun.begin(), begun.begin()]).toEqual([0, 0]);
    ended.end();
    expect(ended.begin()).toBe(0);
    ended.end();
    expect(count()).toBe(1);
    time.now += 30_000;
    expect(count()).toBe(1);
  });
});
