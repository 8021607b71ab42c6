import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { FailureClass } from "../../../src/contracts/index.ts";
import { count, createSlidingWindow, type SlidingWindow } from "../../../src/router/limits/sliding-window.ts";
import { runs } from "../../support/runs.ts";

const sums = ({ calls, failed }: SlidingWindow) => ({
  calls: calls.sum,
  connection: failed.connection.sum,
  timeout: failed.timeout.sum,
  server: failed.server.sum,
});

describe("a sliding window", () => {
  it("counts calls, and failures by class", () => {
    const window = createSlidingWindow(1_000);
    for (const one of [undefined, "server", "server", "timeout", undefined] as const) count(window, one, 0);
    expect(sums(window)).toEqual({ calls: 5, connection: 0, timeout: 1, server: 2 });
  });

  it("forgets a tenth of its span at a time", () => {
    const window = createSlidingWindow(1_000);
    for (const now of [0, 99, 100, 950]) count(window, "server", now);
    count(window, undefined, 999);
    expect(sums(window)).toMatchObject({ calls: 5, server: 4 });
    count(window, undefined, 1_000); // those of [0, 100) have left
    expect(sums(window)).toMatchObject({ calls: 4, server: 2 });
    count(window, undefined, 1_099);
    expect(sums(window)).toMatchObject({ calls: 5, server: 2 });
    count(window, undefined, 1_100);
    expect(sums(window)).toMatchObject({ calls: 5, server: 1 });
  });

  it("is empty after a pause longer than its span", () => {
    const window = createSlidingWindow(1_000);
    for (let now = 0; now < 1_000; now += 50) count(window, "timeout", now);
    count(window, undefined, 1e12);
    expect(sums(window)).toEqual({ calls: 1, connection: 0, timeout: 0, server: 0 });
  });

  it("counts into its newest tenth while the clock is set back", () => {
    const window = createSlidingWindow(1_000);
    count(window, "server", 5_000);
    count(window, "server", 10);
    count(window, undefined, 5_999);
    expect(sums(window)).toMatchObject({ calls: 3, server: 2 });
    count(window, undefined, 6_000);
    expect(sums(window)).toMatchObject({ calls: 2, server: 0 });
  });

  it("never has more than its ten buckets, however long it counts", () => {
    const window = createSlidingWindow(1_000);
    const { buckets } = window.calls;
    for (let now = -5_000; now < 50_000; now += 37) count(window, "server", now);
    expect(window.calls.buckets).toBe(buckets);
    expect(Object.keys(buckets)).toEqual(["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"]);
  });

  it("agrees with a count over all calls, at any time", () => {
    const failureClass = fc.constantFrom<(FailureClass | undefined)[]>(
      undefined,
      "connection",
      "timeout",
      "server",
    );
    const call = fc.record({ afterMs: fc.integer({ min: -300, max: 900 }), failureClass });
    fc.assert(
      fc.property(
        fc.array(call, { maxLength: 120 }),
        fc.integer({ min: -2_000, max: 2_000 }),
        fc.integer({ min: 1, max: 200 }),
        (calls, start, stepMs) => {
          const window = createSlidingWindow(stepMs * 10);
          const seen: { tenth: number; failureClass: FailureClass | undefined }[] = [];
          let [now, newest] = [start, Number.NEGATIVE_INFINITY];
          for (const { afterMs, failureClass } of calls) {
            now += afterMs;
            newest = Math.max(newest, Math.floor(now / stepMs));
            seen.push({ tenth: newest, failureClass });
            count(window, failureClass, now);
            const recent = seen.filter(({ tenth }) => tenth > newest - 10);
            const failed = (one: FailureClass) => recent.filter((call) => call.failureClass === one).length;
            expect(sums(window)).toEqual({
              calls: recent.length,
              connection: failed("connection"),
              timeout: failed("timeout"),
              server: failed("server"),
            });
          }
        },
      ),
      { numRuns: runs(200, 5_000) },
    );
  });
});
