import { describe, expect, it } from "vitest";
import { rateAbove } from "../../../../src/serve/telemetry/alarms/index.ts";
import { createWatch } from "../../../../src/serve/telemetry/alarms/watch.ts";

const failures = (windowMs: number, above: number) =>
  rateAbove({ name: "failures", of: { series: "attempts_skipped_total" }, above, windowMs, minCount: 0 });

describe("a window of an alarm", () => {
  it("is as long as looks are apart, where that is longer", () => {
    const watch = createWatch(failures(60_000, 1), 300_000);
    let sum = 0;
    for (let look = 0; look < 3; look += 1) {
      watch.look([{ sum }], look * 300_000);
      sum += 600;
    }
    expect(watch.firing).toBe(true);
    // A process that slept begins again.
    expect(watch.look([{ sum: sum + 1e9 }], 10_000_000)).toBeUndefined();
  });

  it("of a day reaches back a day, also with a look every 15 seconds", () => {
    const dayMs = 86_400_000;
    const watch = createWatch(failures(dayMs, 0.5), 15_000);
    let sum = 0;
    let last: ReturnType<typeof watch.look>;
    for (let at = 0; at <= dayMs; at += 15_000) {
      // One a second in the first six hours: 0.25 a second over the day.
      if (at <= dayMs / 4) sum = at / 1_000;
      last = watch.look([{ sum }], at) ?? last;
    }
    expect(last?.firing).toBe(false);
    expect(last?.value).toBeCloseTo(0.5, 3);
    const judged = createWatch(failures(dayMs, 0.2), 15_000);
    sum = 0;
    for (let at = 0; at <= dayMs; at += 15_000) {
      if (at <= dayMs / 4) sum = at / 1_000;
      judged.look([{ sum }], at);
    }
    expect(judged.firing).toBe(true);
  });
});
