import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createGpuMeter, type GpuMeter } from "../../../src/router/health/gpu-meter.ts";
import { numRuns } from "../../support/runs.ts";

const minute = 60_000;
const machine = "http://gpu:8000/v1";

/** One call of `tokens` that begins at `from` and takes `tookMs`. */
function call(meter: GpuMeter, from: number, tookMs: number, tokens: number): void {
  meter.started(machine, from);
  meter.ended(machine, { tookMs, tokens }, from + tookMs);
}

describe("a meter of GPUs", () => {
  it("knows nothing of a machine before its first call", () => {
    expect(createGpuMeter().read(machine, 0)).toBeUndefined();
  });

  it("counts idle time in the window and not in the throughput", () => {
    const meter = createGpuMeter();
    // 30 s of work and 30 s of nothing, twice: 6,000 tokens in 60 s of work.
    call(meter, 0, 30_000, 3_000);
    call(meter, minute, 30_000, 3_000);
    const measure = meter.read(machine, 2 * minute);
    expect(measure).toEqual({
      seconds: 120,
      tokens: 6_000,
      calls: 2,
      inFlight: 0,
      peakTokensPerSecond: 100,
      peakCalls: 1,
    });
  });

  it("spreads a long call over the minutes that it took", () => {
    const meter = createGpuMeter();
    call(meter, 0, 10 * minute, 60_000);
    expect(meter.read(machine, 10 * minute)?.peakTokensPerSecond).toBeCloseTo(100);
  });

  it("counts what calls under way have done, by the speed of those that ended, at most twice as much", () => {
    const meter = createGpuMeter();
    // 3,000 tokens in 30 s of an ended call, and a call that is 15 s old.
    call(meter, 0, 30_000, 3_000);
    meter.started(machine, 30_000);
    expect(meter.read(machine, 45_000)?.tokens).toBeCloseTo(4_500);
    expect(meter.read(machine, 30 * minute)?.tokens).toBeCloseTo(6_000);
  });

  it("takes the fewest calls that reach 95 % of the highest throughput", () => {
    const meter = createGpuMeter();
    // One call: 100 a second. Four at once: 400. Eight at once: 404, since they wait for each other.
    for (const [at, calls, perSecond] of [
      [0, 1, 100],
      [1, 4, 400],
      [2, 8, 404],
    ] as const) {
      for (let one = 0; one < calls; one += 1) meter.started(machine, at * minute);
      for (let one = 0; one < calls; one += 1)
        meter.ended(machine, { tookMs: minute, tokens: (perSecond * 60) / calls }, (at + 1) * minute);
    }
    const { peakTokensPerSecond, peakCalls } = meter.read(machine, 3 * minute) ?? {};
    expect(peakTokensPerSecond).toBeCloseTo(404);
    expect(peakCalls).toBeCloseTo(4);
  });

  it("forgets tokens after an hour and keeps the highest throughput", () => {
    const meter = createGpuMeter();
    call(meter, 0, 30_000, 3_000);
    const later = meter.read(machine, 26 * 60 * minute);
    expect(later).toMatchObject({ tokens: 0, calls: 0, peakTokensPerSecond: 100 });
    // The minute that is under way counts with what has passed of it.
    expect(later?.seconds).toBe(59 * 60);
  });

  it("lets the highest throughput fade with minutes of work, to half after a day of them", () => {
    const meter = createGpuMeter();
    call(meter, 0, minute, 60_000);
    for (let at = 1; at <= 1_440 + 60; at += 1) call(meter, at * minute, minute, 600);
    const faded = meter.read(machine, 1_501 * minute)?.peakTokensPerSecond ?? 0;
    expect(faded / 1_000).toBeCloseTo(0.49, 1);
  });

  it("stands still while a clock goes back, and has an idle time after one that jumped ahead", () => {
    const meter = createGpuMeter();
    call(meter, 0, 30_000, 3_000);
    expect(meter.read(machine, -1e12)).toMatchObject({ seconds: 30, tokens: 3_000 });
    expect(meter.read(machine, Number.NaN)).toMatchObject({ seconds: 30 });
    expect(meter.read(machine, -1e12 + 1_000)).toMatchObject({ seconds: 31 });
    expect(meter.read(machine, 1e15)).toMatchObject({ tokens: 0, inFlight: 0 });
  });

  it("never counts fewer than no calls under way", () => {
    const meter = createGpuMeter();
    call(meter, 0, 1_000, 10);
    meter.ended(machine, { tookMs: 5, tokens: 1 }, 2_000);
    expect(meter.read(machine, 2_000)?.inFlight).toBe(0);
    meter.ended("never seen", { tookMs: 5, tokens: 1 }, 2_000);
    expect(meter.read("never seen", 2_000)).toBeUndefined();
  });

  it("remembers 1,000 machines", () => {
    const meter = createGpuMeter();
    for (let one = 0; one <= 1_000; one += 1) meter.started(`machine ${one}`, 0);
    expect(meter.read("machine 0", 0)).toBeUndefined();
    expect(meter.read("machine 1000", 0)).toBeDefined();
    expect(meter.exportState(0, 0).machines).toHaveLength(1_000);
  });

  it("goes on after a restart with what it had measured", () => {
    const [before, after] = [createGpuMeter(), createGpuMeter()];
    for (let at = 0; at < 30; at += 1) call(before, at * minute, 30_000, 3_000);
    const state = before.exportState(30 * minute, 1e12);
    after.started(machine, 77);
    after.restoreState(JSON.parse(JSON.stringify(state)), 77, 1e12 + 10 * minute);
    const measure = after.read(machine, 77);
    expect(measure).toMatchObject({ tokens: 90_000, calls: 30, inFlight: 1, peakTokensPerSecond: 100 });
    expect(measure?.seconds).toBe(40 * 60);
  });

  it("refuses a state that no meter exported, and changes nothing", () => {
    const meter = createGpuMeter();
    call(meter, 0, 1_000, 10);
    const whole = meter.exportState(1_000, 1e12);
    for (const wrong of [
      null,
      { formatVersion: 2, machines: [] },
      { ...whole, machines: [{ ...whole.machines[0], since: Number.NaN }] },
      { ...whole, machines: [{ ...whole.machines[0], minutes: [{ at: 0, tokens: -1 }] }] },
      { ...whole, machines: [{ ...whole.machines[0], minutes: new Array(100).fill(null) }] },
    ])
      expect(() => meter.restoreState(wrong as never, 0, 1e12)).toThrow(/gpus/);
    expect(meter.read(machine, 1_000)?.tokens).toBe(10);
  });

  it("holds its bounds over any traffic and any clock", () => {
    const step = fc.record({
      kind: fc.constantFrom("start" as const, "end" as const, "look" as const),
      ms: fc.oneof(fc.integer({ min: -1e6, max: 1e6 }), fc.constantFrom(0, 1e13, -1e13, Number.NaN)),
      tookMs: fc.oneof(fc.integer({ min: -10, max: 1e8 }), fc.constant(Number.NaN)),
      tokens: fc.oneof(fc.nat(1e6), fc.constant(Number.NaN)),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const meter = createGpuMeter();
        let now = 0;
        for (const { kind, ms, tookMs, tokens } of steps) {
          now += Number.isNaN(ms) ? 0 : ms;
          const at = Number.isNaN(ms) ? Number.NaN : now;
          if (kind === "start") meter.started(machine, at);
          else if (kind === "end") meter.ended(machine, { tookMs, tokens }, at);
          const measure = meter.read(machine, at);
          if (measure === undefined) continue;
          const { seconds, inFlight, peakTokensPerSecond = 0, peakCalls = 1 } = measure;
          expect(seconds >= 0 && seconds <= 3_600).toBe(true);
          expect(measure.tokens >= 0 && inFlight >= 0 && peakCalls >= 1).toBe(true);
          expect(Number.isFinite(measure.tokens) && Number.isFinite(peakTokensPerSecond)).toBe(true);
        }
        expect(meter.exportState(now, 1e13).machines[0]?.minutes.length ?? 0).toBeLessThanOrEqual(60);
      }),
      numRuns(2_000),
    );
  });
});
