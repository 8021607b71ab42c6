import { describe, expect, it } from "vitest";
import { seededRandom } from "../../../src/loop/statistics/seeded-random.ts";
import { begunAfter, endOf } from "../../../src/router/pools/load/begun.ts";
import {
  type Capacity,
  capacityAfter,
  noCalls,
  type OwnCalls,
  type Scrape,
  unknownCapacity,
} from "../../../src/router/pools/load/capacity.ts";
import { expectedWaitOf } from "../../../src/router/pools/load/expected-wait.ts";
import type { ReadLoad } from "../../../src/router/pools/load/read-load.ts";
import { runs } from "../../support/runs.ts";
import { type Probe, probesOf } from "../../support/simulated-burst.ts";

/** Returns what is known after readings, one a second. */
function learnt(
  own: Partial<OwnCalls>,
  ...reads: readonly Partial<ReadLoad>[]
): { capacity: Capacity; last: Scrape } {
  let capacity: Capacity = unknownCapacity;
  let last: Scrape | undefined;
  reads.forEach((read, second) => {
    const now = { read: { problems: [], ...read }, atMs: second * 1_000 };
    capacity = capacityAfter(capacity, last, now, { ...noCalls, ...own });
    last = now;
  });
  return { capacity, last: last as Scrape };
}

function waitAfter(own: Partial<OwnCalls>, ...reads: readonly Partial<ReadLoad>[]) {
  const { capacity, last } = learnt(own, ...reads);
  const { running, waiting } = last.read;
  return (sent = 0, ended = 0, sinceMs = 0) => {
    const nowMs = last.atMs + sinceMs;
    const endedAt = Array.from({ length: ended }, () => nowMs);
    return expectedWaitOf(capacity, { running, waiting, sent, endedAt, nowMs });
  };
}

describe("the expected wait", () => {
  it("of an engine that counts ended requests is the queue at their rate", () => {
    // Two end in a second, four run: each takes two seconds.
    const wait = waitAfter(
      {},
      { running: 4, waiting: 10, finished: 0 },
      { running: 4, waiting: 8, finished: 2 },
      { running: 4, waiting: 6, finished: 4 },
    );
    // The seventh end from now, at two a second.
    expect(wait()?.expectedWaitMs).toBeGreaterThan(3_000);
    expect(wait()?.expectedWaitMs).toBeLessThan(4_000);
    expect((wait(4)?.expectedWaitMs ?? 0) - (wait()?.expectedWaitMs ?? 0)).toBeCloseTo(2_000);
    expect((wait()?.expectedWaitMs ?? 0) - (wait(0, 0, 300)?.expectedWaitMs ?? 0)).toBeCloseTo(300);
  });

  it("of llama.cpp is known by its steps, from the second reading of a queue on, before anything ended", () => {
    // 20 steps a second: 60 tokens take three seconds.
    const own = { outputTokens: 60, outputSpread: 0 };
    const first = waitAfter(own, { running: 2, waiting: 9, steps: 500, finishedTokens: 900 });
    expect(first()).toBeUndefined();
    const wait = waitAfter(
      own,
      { running: 0, waiting: 0, steps: 500, finishedTokens: 900 },
      { running: 2, waiting: 1, steps: 510, finishedTokens: 900 },
      { running: 2, waiting: 1, steps: 530, finishedTokens: 900 },
    );
    // Both began half a second before the first reading: they end a second and a half after the last one, at about the same time.
    expect(wait()?.expectedWaitMs).toBeCloseTo(1_750);
    expect(wait(1)?.expectedWaitMs).toBeCloseTo(4_250);
  });

  it("is exact where all calls are own: one begins when it is sent, or when one before it ends", () => {
    const own = {
      inFlight: 5,
      sentAt: [100, 100, 100, 100, 100],
      endedAt: [],
      outputTokens: 40,
      outputSpread: 0,
    };
    // 20 steps a second, two slots: the first two end at 2.1 s, the next at 4.1.
    const wait = waitAfter(
      own,
      { running: 0, waiting: 0, steps: 0 },
      { running: 2, waiting: 3, steps: 18 },
      { running: 2, waiting: 3, steps: 38 },
    );
    expect(wait(0, 0, 50)?.expectedWaitMs).toBeCloseTo(4_100 - 2_050);
    expect(wait(1, 0, 50)?.expectedWaitMs).toBeCloseTo(6_100 - 2_050);
    // Both ended at 2.3 s: one of those that waited is alone with the one that is sent.
    expect(wait(0, 2, 300)?.expectedWaitMs).toBeCloseTo(2_000);
  });

  it("believes a reading of few running ones, which are being taken, step by step", () => {
    const reads = [
      { running: 4, waiting: 8, finished: 0 },
      { running: 4, waiting: 8, finished: 4 },
      { running: 1, waiting: 7, finished: 8 },
    ];
    const { capacity } = learnt({}, ...reads);
    expect(capacity.slots).toBe(3);
    // Two of those that wait have room; the others take turns of about a second.
    expect(waitAfter({}, ...reads)()?.expectedWaitMs).toBeLessThan(3_000);
    expect(learnt({}, ...reads, { running: 6, waiting: 1, finished: 9 }).capacity.slots).toBe(6);
  });

  it("takes the length of outputs from the engine, where own calls had none", () => {
    const wait = waitAfter(
      {},
      { running: 1, waiting: 3, finished: 5, finishedTokens: 200, tokens: 200 },
      { running: 1, waiting: 3, finished: 5, finishedTokens: 200, tokens: 220 },
    );
    // 40 tokens at 20 a second: 2 s, and more where lengths may vary.
    expect(wait()?.expectedWaitMs).toBeGreaterThan(4 * 2_000 - 2_000);
    expect(wait()?.expectedWaitMs).toBeLessThan(4 * 2_500);
  });

  it("is nothing where there is room, or where the requests before have ended", () => {
    const wait = waitAfter(
      {},
      { running: 4, waiting: 0, finished: 9 },
      { running: 4, waiting: 0, finished: 12 },
    );
    expect(wait()).toEqual({ expectedWaitMs: 0, waitErrorMs: 0 });
    const queued = waitAfter(
      {},
      { running: 2, waiting: 1, finished: 0 },
      { running: 2, waiting: 1, finished: 1 },
      { running: 1, waiting: 0, finished: 3 },
    );
    // Two run where others waited: one more has room, the next has to wait.
    expect(queued()?.expectedWaitMs).toBe(0);
    expect(queued(1)?.expectedWaitMs).toBeGreaterThan(0);
    expect(queued(1, 2)?.expectedWaitMs).toBe(0);
  });

  it("is not known without counters, and is not learnt from one that went back", () => {
    expect(waitAfter({}, { running: 2, waiting: 3 }, { running: 2, waiting: 3 })()).toBeUndefined();
    expect(waitAfter({}, { running: 2 }, { running: 2 })()).toBeUndefined();
    const again = learnt(
      {},
      { running: 2, waiting: 3, finished: 90 },
      { running: 2, waiting: 3, finished: 1 },
    );
    expect(again.capacity.serviceMs).toBeUndefined();
  });

  it("has twice the error while only an engine without a queue was measured", () => {
    const own = { outputTokens: 20, outputSpread: 0 };
    const reads = [
      { running: 1, waiting: 0, steps: 0 },
      { running: 1, waiting: 0, steps: 10 },
      { running: 1, waiting: 2, steps: 20 },
    ];
    const early = waitAfter(own, ...reads)();
    const later = waitAfter(own, ...reads, { running: 1, waiting: 2, steps: 30 })();
    expect(later?.waitErrorMs).toBeLessThan((early?.waitErrorMs ?? 0) * 0.6);
  });
});

const useAfter = (...reads: readonly Partial<ReadLoad>[]) => learnt({}, ...reads).capacity.use;

describe("the use of what an engine can do", () => {
  const queued = [
    { running: 4, waiting: 10, finished: 0, tokens: 0 },
    { running: 4, waiting: 8, finished: 2, tokens: 400 },
    { running: 4, waiting: 6, finished: 4, tokens: 800 },
  ];

  it("is that of its tokens per second, also in a second in which nothing ended", () => {
    expect(useAfter(...queued)).toBe(1);
    const idle = { running: 1, waiting: 0, finished: 4, tokens: 800 };
    const light = { running: 1, waiting: 0, finished: 4, tokens: 900 };
    expect(useAfter(...queued, idle, light)).toBeCloseTo(0.25);
    expect(useAfter(...queued, { ...light, tokens: 5_000 })).toBe(1);
  });

  it("is not known before a queue, nor after a counter went back", () => {
    expect(useAfter({ running: 2, tokens: 0 }, { running: 2, tokens: 90 })).toBeUndefined();
    expect(useAfter(...queued, { running: 1, waiting: 0, tokens: 5 })).toBeUndefined();
  });
});

describe("requests that run", () => {
  it("are the latest that began, and end in that order", () => {
    let begun = begunAfter([], { running: 4, toMs: 1_000 });
    expect(endOf(begun, 0, 800)).toBeCloseTo(1_100);
    begun = begunAfter(begun, { running: 4, ended: 1, fromMs: 1_000, toMs: 2_000 });
    expect(begun.map(({ count }) => count)).toEqual([3, 1]);
    expect(endOf(begun, 3, 800)).toBeCloseTo(2_300);
    expect(endOf(begun, 4, 800)).toBeUndefined();
    // Eight ended in a second: those that run began in its second half.
    begun = begunAfter(begun, { running: 4, ended: 8, fromMs: 2_000, toMs: 3_000 });
    expect(begun).toEqual([{ count: 4, fromMs: 2_500, toMs: 3_000 }]);
    expect(begunAfter(begun, { running: 0, fromMs: 3_000, toMs: 4_000 })).toEqual([]);
  });

  it("are kept in a bounded list", () => {
    let begun = begunAfter([], { running: 1, toMs: 0 });
    for (let second = 1; second < 1_000; second += 1)
      begun = begunAfter(begun, { running: second, fromMs: second - 1, toMs: second });
    expect(begun.length).toBeLessThanOrEqual(128);
    expect(begun.reduce((sum, { count }) => sum + count, 0)).toBe(999);
  });
});

describe("bursts on simulated engines", () => {
  const lengths = {
    "of one length": () => () => 64,
    "of 20 to 110 tokens": (random: () => number) => () => 20 + Math.floor(90 * random()),
    "of exponential length": (random: () => number) => () => 1 + Math.floor(-64 * Math.log(1 - random())),
  };
  const isWithin2 = ({ expectedMs, realMs }: Probe) => expectedMs <= 2 * realMs && expectedMs >= realMs / 2;
  const share = (probes: readonly Probe[], of: (one: Probe) => boolean) =>
    probes.filter(of).length / probes.length;

  it.each(
    (["vllm", "llama.cpp"] as const).flatMap((engine) =>
      Object.keys(lengths).flatMap((kind) =>
        [true, false].map((isAlone) => [engine, kind as keyof typeof lengths, isAlone] as const),
      ),
    ),
  )(
    "%s, answers %s, alone: %s: nine of ten waits are within a factor of two, and within the stated error",
    (engine, kind, isAlone) => {
      const all: Probe[] = [];
      for (const slots of [1, 2, 4, 8])
        for (let seed = 0; seed < runs(10, 60); seed += 1) {
          const random = seededRandom(1_000 * slots + seed);
          const stepMs = 10 + 40 * random();
          const perSecond = (0.5 * random() * slots) / (64 * (stepMs / 1_000));
          const burst = slots * 3 + Math.floor(20 * random());
          const length = lengths[kind](random);
          all.push(
            ...probesOf({
              engine,
              slots,
              stepMs,
              burst,
              perSecond,
              length,
              warmUp: 20,
              random,
              isAlone,
            }),
          );
        }
      expect(all.length).toBeGreaterThan(100);
      expect(share(all, isWithin2)).toBeGreaterThan(kind === "of exponential length" ? 0.8 : 0.9);
      const isInError = ({ expectedMs, errorMs, realMs }: Probe) => Math.abs(expectedMs - realMs) <= errorMs;
      expect(share(all, isInError)).toBeGreaterThan(kind === "of exponential length" ? 0.75 : 0.85);
    },
  );
});
