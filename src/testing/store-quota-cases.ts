import assert from "node:assert/strict";
import type { Granted, NotGranted, Quotas, Reservation } from "../contracts/index.ts";
import { rejectsOption, type StoreRequirement, ttlMs } from "./store-case.ts";

const reservation = (
  id: string,
  amount: number,
  limit = 100,
  more: Partial<Reservation> = {},
): Reservation => ({
  id,
  amount,
  limits: [{ key: "a", limit }],
  ttlMs,
  ...more,
});

async function grant(quotas: Quotas, of: Reservation): Promise<Granted> {
  const answer = await quotas.reserve(of);
  assert.ok(!("why" in answer), `${of.id} must be granted`);
  return answer;
}

async function refusal(quotas: Quotas, of: Reservation): Promise<NotGranted> {
  const answer = await quotas.reserve(of);
  assert.ok("why" in answer, `${of.id} must be refused`);
  return answer;
}

async function state(quotas: Quotas, key = "a"): Promise<[used: number, open: number]> {
  const [found] = await quotas.read([key]);
  return [found?.used ?? Number.NaN, found?.open ?? Number.NaN];
}

/** Requirements on the quotas of a store. */
export const quotaRequirements: Readonly<Record<string, StoreRequirement>> = {
  "reserves up to the limit, and says what is left": async ({ quotas }) => {
    const first = await grant(quotas, reservation("1", 60));
    assert.deepEqual([first.granted, first.left], [60, [40]]);
    assert.equal(first.lapsesAt - first.nowMs, ttlMs);
    const { key, why, granted } = await refusal(quotas, reservation("2", 41));
    assert.deepEqual([key, why, granted], ["a", "limit", 0]);
    assert.deepEqual((await grant(quotas, reservation("3", 40))).left, [0]);
    assert.deepEqual(await state(quotas), [0, 100]);
  },

  "reserves under all limits or under none": async ({ quotas }) => {
    const limits = [
      { key: "a", limit: 100 },
      { key: "b", limit: 10 },
    ];
    await grant(quotas, reservation("1", 10, 0, { limits }));
    const { key } = await refusal(quotas, reservation("2", 1, 0, { limits }));
    assert.equal(key, "b");
    assert.deepEqual(await state(quotas), [0, 10]);
    assert.deepEqual(await state(quotas, "b"), [0, 10]);
  },

  "a reservation that is sent twice counts once": async ({ quotas }) => {
    await grant(quotas, reservation("1", 60));
    assert.equal((await grant(quotas, reservation("1", 60))).granted, 60);
    assert.deepEqual(await state(quotas), [0, 60]);
    await quotas.settle({ id: "1", spent: 50, keep: 0, ttlMs });
    await grant(quotas, reservation("1", 60));
    assert.deepEqual(await state(quotas), [50, 0]);
  },

  "takes less than asked, down to what is of use": async ({ quotas }) => {
    await grant(quotas, reservation("1", 70));
    assert.equal((await grant(quotas, reservation("2", 100, 100, { atLeast: 20 }))).granted, 30);
    await refusal(quotas, reservation("3", 100, 100, { atLeast: 1 }));
    const { why } = await refusal(quotas, reservation("4", 101));
    assert.equal(why, "too-large");
  },

  "takes note of a reservation of which nothing can be granted, so that what was spent can be recorded":
    async ({ quotas }) => {
      await grant(quotas, reservation("1", 100));
      await quotas.settle({ id: "1", spent: 130, keep: 0, ttlMs });
      assert.equal((await grant(quotas, reservation("2", 20, 100, { atLeast: 0 }))).granted, 0);
      await quotas.settle({ id: "2", spent: 20, keep: 0, ttlMs });
      assert.deepEqual(await state(quotas), [150, 0]);
      await refusal(quotas, reservation("3", 0));
    },

  "settles by totals: a repeated or late message changes nothing": async ({ quotas }) => {
    await grant(quotas, reservation("1", 60));
    await quotas.settle({ id: "1", spent: 20, keep: 10, ttlMs });
    assert.deepEqual(await state(quotas), [20, 10]);
    await quotas.settle({ id: "1", spent: 20, keep: 10, ttlMs });
    await quotas.settle({ id: "1", spent: 5, keep: 60, ttlMs });
    assert.deepEqual(await state(quotas), [20, 10]);
    await quotas.settle({ id: "1", spent: 25, keep: 0, ttlMs });
    await quotas.settle({ id: "1", spent: 25, keep: 50, ttlMs });
    assert.deepEqual(await state(quotas), [25, 0]);
  },

  "counts what was spent above the reservation, also above the limit": async ({ quotas }) => {
    await grant(quotas, reservation("1", 60));
    const settled = await quotas.settle({ id: "1", spent: 150, keep: 0, ttlMs });
    assert.ok(settled !== "lapsed");
    assert.deepEqual(settled.left, [0]);
    assert.deepEqual(await state(quotas), [150, 0]);
    await refusal(quotas, reservation("2", 1));
  },

  "counts up to the largest amount, however much more was spent": async ({ quotas }) => {
    const most = Number.MAX_SAFE_INTEGER;
    const ids = ["1", "2", "3"];
    for (const id of ids) await grant(quotas, reservation(id, 10, most));
    for (const id of ids) {
      const answer = await quotas.settle({ id, spent: most, keep: 0, ttlMs });
      assert.ok(answer !== "lapsed");
      assert.deepEqual(answer.left, [0]);
    }
    assert.deepEqual(await state(quotas), [most, 0]);
    assert.equal((await refusal(quotas, reservation("4", 1, most))).why, "limit");
  },

  "renews a lease as far as there is room": async ({ quotas }) => {
    await grant(quotas, reservation("1", 30));
    await grant(quotas, reservation("2", 50));
    // 10 of 30 are spent; 20 more would be kept if there were more than 20 left of the limit.
    const settled = await quotas.settle({ id: "1", spent: 10, keep: 60, ttlMs });
    assert.ok(settled !== "lapsed");
    assert.equal(settled.granted, 40);
    assert.deepEqual(await state(quotas), [10, 90]);
  },

  "what lapses counts as spent, and the truth may be told later": async ({ quotas }, { advance }) => {
    await grant(quotas, reservation("1", 60));
    await advance(ttlMs + 1);
    assert.deepEqual(await state(quotas), [60, 0]);
    assert.equal(await quotas.settle({ id: "1", spent: 25, keep: 0, ttlMs }), "lapsed");
    assert.deepEqual(await state(quotas), [25, 0]);
  },

  "what lapses and is still held by calls stays counted, until it is reserved again": async (
    { quotas },
    { advance },
  ) => {
    await grant(quotas, reservation("1", 60));
    await advance(ttlMs + 1);
    assert.equal(await quotas.settle({ id: "1", spent: 5, keep: 40, ttlMs }), "lapsed");
    assert.deepEqual(await state(quotas), [45, 0]);
    // A message that comes late, or asks for more than there was, brings nothing back.
    assert.equal(await quotas.settle({ id: "1", spent: 0, keep: 60, ttlMs }), "lapsed");
    assert.equal(await quotas.settle({ id: "1", spent: 5, keep: 90, ttlMs }), "lapsed");
    assert.deepEqual(await state(quotas), [45, 0]);
    await grant(quotas, reservation("2", 55));
    await refusal(quotas, reservation("3", 1));
    // No other one comes in between when the reservation is made again.
    assert.equal((await grant(quotas, reservation("1", 45, 100, { atLeast: 0 }))).granted, 0);
    const again = await quotas.settle({ id: "1", spent: 5, keep: 40, ttlMs });
    assert.ok(again !== "lapsed");
    assert.equal(again.granted, 40);
    assert.deepEqual(await state(quotas), [5, 95]);
  },

  "what lapses comes back if that was asked for": async ({ quotas }, { advance }) => {
    await grant(quotas, reservation("1", 60, 100, { lapse: "return" }));
    await quotas.settle({ id: "1", spent: 15, keep: 45, ttlMs });
    await advance(ttlMs + 1);
    assert.deepEqual(await state(quotas), [15, 0]);
  },

  "a reservation that is kept does not lapse": async ({ quotas }, { advance }) => {
    await grant(quotas, reservation("1", 60));
    await advance(ttlMs - 10);
    await quotas.settle({ id: "1", spent: 0, keep: 60, ttlMs });
    await advance(ttlMs - 10);
    assert.deepEqual(await state(quotas), [0, 60]);
  },

  "says about an unknown reservation that it is not open": async ({ quotas }) => {
    assert.equal(await quotas.settle({ id: "never", spent: 1, keep: 1, ttlMs }), "lapsed");
    assert.deepEqual(await state(quotas), [0, 0]);
  },

  "refuses in a window that is over, by its own clock": async ({ quotas }, { advance }) => {
    const { nowMs } = await grant(quotas, reservation("1", 10));
    const limits = [{ key: "day", limit: 100, windowEndsAt: nowMs + 50_000 }];
    await grant(quotas, reservation("2", 100, 0, { limits }));
    const full = await refusal(quotas, reservation("3", 1, 0, { limits }));
    assert.deepEqual([full.why, full.freeAt], ["limit", nowMs + 50_000]);
    await advance(50_000);
    assert.equal((await refusal(quotas, reservation("4", 1, 0, { limits }))).why, "window-over");
    assert.deepEqual(await state(quotas, "day"), [100, 0]);
  },

  "a bucket leaks, without a double burst": async ({ quotas }, { advance }) => {
    const limits = [{ key: "rate", limit: 60, refillPerMs: 0.01 }];
    await grant(quotas, reservation("1", 60, 0, { limits }));
    const { freeAt, nowMs } = await refusal(quotas, reservation("2", 10, 0, { limits }));
    assert.ok(freeAt !== undefined && freeAt - nowMs <= 1_000 && freeAt - nowMs > 900);
    await advance(1_000);
    await grant(quotas, reservation("3", 10, 0, { limits }));
    // An estimate that was too high comes back at once.
    await quotas.settle({ id: "3", spent: 4, keep: 0, ttlMs });
    await grant(quotas, reservation("4", 6, 0, { limits }));
    await refusal(quotas, reservation("5", 2, 0, { limits }));
  },

  "grants no more than the limit to many at once": async ({ quotas }) => {
    const answers = await Promise.all(
      Array.from({ length: 120 }, (_, at) => quotas.reserve(reservation(`c${at}`, 1, 50))),
    );
    assert.equal(answers.filter(({ granted }) => granted === 1).length, 50);
    assert.deepEqual(await state(quotas), [0, 50]);
  },

  "keeps large amounts exact": async ({ quotas }) => {
    const most = Number.MAX_SAFE_INTEGER;
    const { left } = await grant(quotas, reservation("1", most - 1, most));
    assert.deepEqual(left, [1]);
    await quotas.settle({ id: "1", spent: most - 2, keep: 0, ttlMs });
    assert.deepEqual(await state(quotas), [most - 2, 0]);
  },

  "sets what is used": async ({ quotas }) => {
    await grant(quotas, reservation("1", 60));
    await quotas.settle({ id: "1", spent: 60, keep: 0, ttlMs });
    await grant(quotas, reservation("2", 10));
    await quotas.reset("a", 5);
    assert.deepEqual(await state(quotas), [5, 10]);
  },

  "keeps names apart, whatever they are": async ({ quotas }) => {
    const names = [
      "__proto__",
      "constructor",
      "a:b",
      "{a}",
      "é",
      "e\u0301",
      "*",
      "a b",
      "'; DROP TABLE held",
      "😀",
    ];
    for (const [at, key] of names.entries())
      await grant(quotas, reservation(key, at + 1, 100, { limits: [{ key, limit: 100 }] }));
    const found = await quotas.read(names);
    assert.deepEqual(
      found.map(({ open }) => open),
      names.map((_, at) => at + 1),
    );
  },

  "refuses what is not a reservation": async ({ quotas }) => {
    const wrong: Partial<Reservation>[] = [
      { amount: -1 },
      { amount: Number.NaN },
      { amount: 0.5 },
      { amount: Number.MAX_SAFE_INTEGER + 1 },
      { id: "" },
      { id: "x".repeat(257) },
      { id: "\ud800" },
      { ttlMs: 0 },
      { ttlMs: Number.POSITIVE_INFINITY },
      { limits: [] },
      { limits: [{ key: "a", limit: -1 }] },
      { limits: [{ key: "a", limit: 1, refillPerMs: 0 }] },
      { limits: [{ key: "a", limit: 1, refillPerMs: 1, windowEndsAt: 1 }] },
      {
        limits: [
          { key: "a", limit: 1 },
          { key: "a", limit: 2 },
        ],
      },
      { atLeast: 2 },
    ];
    for (const one of wrong) await rejectsOption(quotas.reserve(reservation("1", 1, 100, one)));
    await rejectsOption(quotas.settle({ id: "1", spent: -1, keep: 0, ttlMs }));
    await rejectsOption(quotas.settle({ id: "1", spent: 0, keep: Number.NaN, ttlMs }));
    await rejectsOption(quotas.reset("a", -5));
    assert.deepEqual(await state(quotas), [0, 0]);
  },
};
