import { describe, expect, it } from "vitest";
import { createAuditBook } from "../../../src/loop/audit/audit-book.ts";
import { createSampleRate } from "../../../src/loop/audit/sample-rate.ts";
import { seededRandom } from "../../../src/loop/statistics/seeded-random.ts";

const day = 86_400_000;

describe("the probability of an audit", () => {
  it("is the rate, lowered to what a day's money pays for at the traffic so far", () => {
    const rate = createSampleRate({ rate: 0.5 });
    expect(rate.probability(0, undefined)).toBe(0.5);
    // One request a minute for a day: 1,440 a day, of which 144 are paid for.
    for (let at = 0; at < 1_440; at += 1) rate.seen(at * 60_000, false);
    expect(rate.requestsPerDay()).toBeGreaterThan(1_300);
    expect(rate.requestsPerDay()).toBeLessThan(1_500);
    expect(rate.probability(0, 144)).toBeCloseTo(0.1, 1);
    expect(rate.probability(0, 1e9)).toBe(0.5);
  });

  it("follows the traffic to about `perDay` draws a day, never more", () => {
    const rate = createSampleRate({ perDay: 100 });
    const random = seededRandom(7);
    const drawn = [0, 0, 0];
    for (let at = 0; at < 3 * 2_880; at += 1) {
      const now = at * 30_000;
      const today = Math.floor(now / day);
      const isDrawn = random() < rate.probability(today * day, undefined);
      rate.seen(now, isDrawn);
      if (isDrawn) drawn[today] = (drawn[today] ?? 0) + 1;
    }
    for (const count of drawn) {
      expect(count).toBeLessThanOrEqual(100);
      expect(count).toBeGreaterThan(60);
    }
  });

  it("survives a clock that goes back, and is never so small that a record could not state it", () => {
    const rate = createSampleRate({ rate: 1e-6 });
    rate.seen(1_000_000, true);
    rate.seen(0, true);
    expect(rate.probability(0, 1e-12)).toBe(1e-6);
    expect(Number.isFinite(rate.requestsPerDay())).toBe(true);
  });

  it("knows the traffic again after a clock that was a month ahead has come back", () => {
    const book = createAuditBook({ rate: 0.9, usdPerDay: 100, maxConcurrent: 4, tell: () => undefined });
    book.spent(1, 1, false);
    let now = Date.UTC(2026, 0, 1);
    const send = (count: number) => {
      for (let at = 0; at < count; at += 1) {
        now += day / 100;
        book.setNow(now);
        book.seen(false);
      }
    };
    send(200);
    expect(book.probability()).toBe(0.9);
    now += 30 * day;
    send(1);
    now -= 30 * day;
    send(1_000);
    expect(book.probability()).toBe(0.9);
  });
});
