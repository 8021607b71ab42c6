import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  begin,
  beginsInMs,
  cancel,
  correct,
  createTokenBucket,
  refill,
  reserve,
  resize,
  waitMs,
} from "../../../src/router/limits/token-bucket.ts";
import { runs } from "../../support/runs.ts";

/** 60 per minute. */
const bucketOf = () => createTokenBucket(60, 60 / 60_000, 0);

describe("a token bucket", () => {
  it("holds a minute's worth and comes back evenly", () => {
    const bucket = bucketOf();
    reserve(bucket, 60);
    begin(bucket, 60);
    expect([waitMs(bucket, 1, 0), waitMs(bucket, 1, 400), waitMs(bucket, 1, 1_000)]).toEqual([1_000, 600, 0]);
    expect(waitMs(bucket, 60, 60_000)).toBe(0);
    expect(waitMs(bucket, 61, 60_000)).toBe(0); // larger than the bucket: takes all of it
  });

  it("keeps the order of calls that wait", () => {
    const bucket = bucketOf();
    for (const expected of [0, 30_000, 60_000]) {
      expect(waitMs(bucket, 30, 0)).toBe(expected === 0 ? 0 : expected - 30_000);
      reserve(bucket, 30);
    }
  });

  it("gives back the reservation of a call that does not begin", () => {
    const bucket = bucketOf();
    const taken = reserve(bucket, 60);
    cancel(bucket, taken);
    expect(waitMs(bucket, 60, 0)).toBe(0);
    expect(bucket).toMatchObject({ level: 60, pending: 0 });
  });

  it("is corrected in both directions, with a debt of at most a full bucket", () => {
    const bucket = bucketOf();
    begin(bucket, reserve(bucket, 30));
    correct(bucket, -10);
    expect(bucket.level).toBe(40);
    correct(bucket, -1_000);
    expect(bucket.level).toBe(60);
    correct(bucket, 1_000);
    expect(bucket.level).toBe(-60);
    correct(bucket, 1_000);
    expect(bucket.level).toBe(-60);
  });

  it("keeps reservations apart when it is resized, corrected or given back to", () => {
    const bucket = bucketOf();
    const waiting = reserve(bucket, 20);
    begin(bucket, reserve(bucket, 10));
    correct(bucket, -1_000);
    expect(bucket).toMatchObject({ level: 40, pending: 20 });
    resize(bucket, 30, 1);
    expect(bucket).toMatchObject({ capacity: 30, perMs: 1, level: 10, pending: 20 });
    const other = reserve(bucket, 5);
    refill(bucket, 1_000);
    expect(bucket).toMatchObject({ level: 5, pending: 25 });
    cancel(bucket, other);
    expect(bucket).toMatchObject({ level: 10, pending: 20 });
    begin(bucket, waiting);
    expect(bucket).toMatchObject({ level: 10, pending: 0 });
  });

  it("never fills up without a pace", () => {
    const bucket = createTokenBucket(1, 0, 0);
    begin(bucket, reserve(bucket, 1));
    expect(waitMs(bucket, 1, 1e9)).toBe(Number.POSITIVE_INFINITY);
  });

  it("goes on from the new time when the clock is set back", () => {
    const bucket = createTokenBucket(60, 1 / 1_000, 100_000);
    begin(bucket, reserve(bucket, 60));
    expect(waitMs(bucket, 1, 50_000)).toBe(1_000);
    expect(waitMs(bucket, 1, 51_000)).toBe(0);
  });

  it("never lets more begin in any span than it holds and gets back, however late calls begin", () => {
    const call = fc.record({
      pauseMs: fc.integer({ min: 0, max: 5_000 }),
      cost: fc.integer({ min: 1, max: 20 }),
      lateMs: fc.integer({ min: 0, max: 30_000 }),
      cancelled: fc.boolean(),
    });
    fc.assert(
      fc.property(
        fc.array(call, { minLength: 1, maxLength: 60 }),
        fc.integer({ min: 1, max: 60 }),
        (calls, perMinute) => {
          const bucket = createTokenBucket(perMinute, perMinute / 60_000, 0);
          const due: { at: number; taken: number; cancelled: boolean }[] = [];
          const begun: { at: number; taken: number }[] = [];
          const settle = (until: number) => {
            due.sort((a, b) => a.at - b.at);
            while ((due[0]?.at ?? Number.POSITIVE_INFINITY) <= until) {
              const { at, taken, cancelled } = due.shift() as (typeof due)[number];
              const leftMs = beginsInMs(bucket, taken, at);
              if (cancelled) cancel(bucket, taken);
              else if (leftMs > 0) {
                due.push({ at: at + leftMs, taken, cancelled });
                due.sort((a, b) => a.at - b.at);
              } else {
                begin(bucket, taken);
                begun.push({ at, taken });
              }
            }
          };
          let now = 0;
          for (const { pauseMs, cost, lateMs, cancelled } of calls) {
            now += pauseMs;
            settle(now);
            const wait = waitMs(bucket, cost, now);
            due.push({ at: now + wait + lateMs, taken: reserve(bucket, cost), cancelled });
          }
          settle(Number.MAX_SAFE_INTEGER);
          for (const [first, { at: start }] of begun.entries()) {
            let sum = 0;
            for (const { at, taken } of begun.slice(first)) {
              sum += taken;
              expect(sum).toBeLessThanOrEqual(perMinute + ((at - start) * perMinute) / 60_000 + 1e-6);
            }
          }
        },
      ),
      { numRuns: runs(200, 5_000) },
    );
  });
});
