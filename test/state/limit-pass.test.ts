import { describe, expect, it } from "vitest";
import type { LimitOptions } from "../../src/contracts/index.ts";
import type { LimitPass } from "../../src/state/limit-pass.ts";
import { makeLimits, passed } from "../support/state/make-limits.ts";

describe("calls at once", () => {
  const places = (more: LimitOptions = {}) => makeLimits({ maxConcurrent: 1, maxQueued: 1, ...more });
  const queue = (entered: LimitPass | string, turns: string[] = [], name = "") =>
    passed(entered).queue(() => turns.push(name));

  it("give their place back once, to whoever has waited", () => {
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

  it("leave the queue when they end before their turn", () => {
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

  it("that begin late hold up those whose time has come, which are told how long", () => {
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

  it("begin once, and not after their end", () => {
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
