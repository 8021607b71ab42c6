import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import type { Member } from "../../../../src/contracts/index.ts";
import { inOrderOfLife } from "../../../../src/router/pools/health/in-order-of-life.ts";
import { MemberLife } from "../../../../src/router/pools/health/member-life.ts";

const silent = { problem: "no answer within 1 s" } as const;
const ok = { status: 200, text: "" } as const;
const refused = (status: number) => ({ status, problem: `status ${status}` });

describe("the life of a member", () => {
  it("is in doubt from a call on until something that was begun later is answered", () => {
    const onDoubt = vi.fn();
    const life = new MemberLife(3, onDoubt);
    expect([life.isInDoubt, life.doubtMs(0), life.verdict]).toEqual([false, undefined, "ready"]);
    life.sent(100);
    life.sent(130);
    expect([onDoubt.mock.calls.length, life.doubtMs(140), life.doubtMs(160)]).toEqual([1, 0, 60]);
    // A probe that was begun before the last call shows that the first one met a living server.
    life.probed(120, 141, ok);
    expect([life.isInDoubt, life.doubtMs(250)]).toEqual([true, 0]);
    life.probed(140, 150, ok);
    expect([life.isInDoubt, life.doubtMs(1_000)]).toEqual([false, undefined]);
  });

  it("is shown by parts of answers, but for calls that were sent just before", () => {
    const life = new MemberLife(3, () => {});
    life.sent(100);
    life.heard(110);
    expect(life.isInDoubt).toBe(true);
    life.heard(121);
    expect(life.isInDoubt).toBe(false);
  });

  it("has a doubt that counts later where probes take longer", () => {
    const life = new MemberLife(3, () => {});
    life.probed(0, 100, ok);
    life.sent(200);
    expect([life.doubtMs(649), life.doubtMs(650)]).toEqual([0, 450]);
  });

  it("is late after one silent probe, out after as many as are stated, back after one answer", () => {
    const life = new MemberLife(3, () => {});
    const seen = [1, 2, 3, 4].map((turn) => {
      life.probed(turn * 1_000, turn * 1_000 + 999, silent);
      return life.verdict;
    });
    expect(seen).toEqual(["late", "late", "out", "out"]);
    expect(life.problem).toBe("no answer within 1 s");
    life.probed(9_000, 9_001, ok);
    expect([life.verdict, life.problem]).toEqual(["ready", undefined]);
  });

  it("is late, and no longer loading, when a server that was loading is silent", () => {
    const life = new MemberLife(2, () => {});
    life.probed(0, 1, refused(503), true);
    life.probed(1_000, 2_000, silent);
    expect(life.verdict).toBe("late");
  });

  it("is back when an answer comes, and not when a server refuses that may be loading", () => {
    const life = new MemberLife(1, () => {});
    life.probed(1_000, 1_999, silent);
    life.heard(3_000, true);
    expect(life.verdict).toBe("out");
    life.heard(3_001);
    expect(life.verdict).toBe("ready");
  });

  it("is not late by a probe that lasts while answers come", () => {
    const life = new MemberLife(1, () => {});
    life.heard(1_500);
    life.probed(1_000, 2_000, silent);
    expect(life.verdict).toBe("ready");
  });

  it.each([
    [503, true, "loading", undefined],
    [503, false, "late", "status 503"],
    [500, true, "late", "status 500"],
    [404, true, "ready", "status 404"],
    [401, true, "ready", "status 401"],
    [200, true, "ready", undefined],
  ])("reads status %d (loading: %s) as %s", (status, loads503, verdict, problem) => {
    const life = new MemberLife(2, () => {});
    life.probed(0, 1, status === 200 ? ok : refused(status), loads503);
    expect([life.verdict, life.problem]).toEqual([verdict, problem]);
  });
});

const member = (key: string, state: Member["state"] = "ready", waiting?: number): Member => ({
  key,
  model: {} as Member["model"],
  facts: {} as Member["facts"],
  state,
  inFlight: 0,
  ...(waiting !== undefined && { load: { waiting, ageMs: 0 } }),
});
/** Lives by key, each with the age of its doubt in milliseconds at the time 1,000. */
const livesOf = (doubts: Readonly<Record<string, number>>) => {
  const lives = new Map(
    Object.entries(doubts).map(([key, ageMs]) => {
      const life = new MemberLife(3, () => {});
      life.sent(1_000 - ageMs);
      return [key, life] as const;
    }),
  );
  return (key: string) => lives.get(key);
};

describe("the order by life", () => {
  const members = [member("a"), member("b"), member("c")];
  const orderOf = (doubts: Record<string, number>, isSticky = false, of: readonly Member[] = members) =>
    inOrderOfLife([0, 1, 2], of, { lifeOf: livesOf(doubts), nowMs: 1_000, isSticky })
      .map((index) => of[index]?.key)
      .join("");

  it("is that of the rule where nothing is in doubt", () => {
    const order = [2, 0, 1];
    expect(inOrderOfLife(order, members, { lifeOf: () => undefined, nowMs: 0, isSticky: false })).toBe(order);
  });

  it("puts a doubt behind the next member that has none, and is the rule's where all have one", () => {
    expect(orderOf({ a: 5 })).toBe("bac");
    expect(orderOf({ a: 5, b: 5 })).toBe("cab");
    expect(orderOf({ a: 5, b: 5, c: 5 })).toBe("abc");
  });

  it("moves no call to a queue, or from a cache, for a short doubt", () => {
    expect(orderOf({ a: 5 }, false, [member("a"), member("b", "ready", 2), member("c")])).toBe("cab");
    expect(orderOf({ a: 5 }, false, [member("a"), member("b", "ready", 2), member("c", "ready", 1)])).toBe(
      "abc",
    );
    expect(orderOf({ a: 5 }, true)).toBe("abc");
    expect(orderOf({ a: 500 }, true)).toBe("bca");
  });

  it("puts long doubts behind short ones, the longest last, and before those that did not answer", () => {
    expect(orderOf({ a: 900, b: 300, c: 5 })).toBe("cba");
    const states = [member("a", "out"), member("b", "late"), member("c")];
    expect(orderOf({ c: 900 }, false, states)).toBe("cba");
    expect(orderOf({}, false, [member("a", "loading"), member("b", "out"), member("c", "late")])).toBe("cab");
  });

  it("is a permutation of the rule's order in any state", () => {
    const states = fc.constantFrom<Member["state"]>("ready", "late", "loading", "out", "draining");
    const one = fc.record({
      state: states,
      ageMs: fc.option(fc.integer({ min: 0, max: 2_000 })),
      waiting: fc.nat(3),
    });
    fc.assert(
      fc.property(fc.array(one, { minLength: 1, maxLength: 9 }), fc.boolean(), (given, isSticky) => {
        const of = given.map(({ state, waiting }, index) => member(`m${index}`, state, waiting));
        const doubts: Record<string, number> = {};
        for (const [index, { ageMs }] of given.entries()) if (ageMs !== null) doubts[`m${index}`] = ageMs;
        const order = given.map((_, index) => given.length - 1 - index);
        const found = inOrderOfLife(order, of, { lifeOf: livesOf(doubts), nowMs: 1_000, isSticky });
        expect([...found].sort()).toEqual([...order].sort());
        const away = found.map((index) => ["loading", "out", "draining"].includes(of[index]?.state ?? ""));
        expect(away).toEqual([...away].sort((a, b) => Number(a) - Number(b)));
      }),
    );
  });
});
