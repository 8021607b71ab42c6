import { expect, it } from "vitest";
import type { EndedRequest } from "../../../src/serve/status/ended-request.ts";
import { createFrames } from "../../../src/serve/status/frames.ts";
import { createGathered } from "../../../src/serve/status/gathered.ts";
import { mergeStates, type ProcessStates } from "../../../src/serve/status/merge-states.ts";
import type { Part } from "../../../src/serve/status/part.ts";
import { createPartTap } from "../../../src/serve/status/part-tap.ts";
import { createRecorder, type Recorder } from "../../../src/serve/status/recorder.ts";

const start = Date.UTC(2026, 10, 27, 12);

function requestOf(id: number, model: string): EndedRequest {
  return {
    decision: {
      id: String(id),
      at: "2026-11-27T12:00:00Z",
      model,
      plan: [{ model }],
      fallbacks: [],
      classification: { complexity: (id % 10) / 10 },
      candidates: [
        { model, permitted: true, estimatedCostUsd: 1 },
        { model: "most", permitted: true, estimatedCostUsd: 3 },
      ],
      arms: [
        {
          comparison: "r",
          arm: id % 2 === 0 ? "held-out" : "routed",
          share: 0.5,
          unitHash: `u${id}`,
          draw: 0,
        },
      ],
      reason: "x",
      propensity: 1,
      forced: false,
      certified: id % 3 === 0,
    },
    attempts: [{ model, hop: "answer", latencyMs: id % 700, costUsd: 0.25 }],
    latencyMs: id % 900,
    ...(id % 5 === 0 && { error: { code: "provider" } }),
  };
}

/** Three processes that each recorded a third, and one that recorded all. */
function processes(count: number) {
  const alone = createRecorder();
  const gathered = createGathered();
  const parts: Part[] = [];
  const workers = [0, 1, 2].map(() => {
    const tap = createPartTap(() => 0.25);
    return { tap, recorder: createRecorder({ tap }) };
  });
  for (let id = 0; id < count; id += 1) {
    const at = start + id * 10;
    // Each process meets the models in another order.
    const model = `model ${(id * 7) % 30}`;
    alone.add(at, requestOf(id, model));
    const worker = workers[id % 3] as (typeof workers)[number];
    worker.recorder.add(at, requestOf(id, model));
    if (id % 500 === 499)
      for (const { tap, recorder } of workers) {
        const part = tap.take(recorder.models);
        if (part !== undefined) parts.push(JSON.parse(JSON.stringify(part)));
      }
  }
  for (const part of parts) gathered.add(part, start + count * 10);
  return { alone, gathered, parts };
}

async function totalsOf(
  recorder: Pick<Recorder, "changes" | "seq" | "models" | "rows" | "view">,
  now: number,
) {
  const frames = createFrames({
    recorder,
    now: () => now,
    source: () => ({ kind: "router", requests: recorder.seq }),
    readStates: async () => ({ pools: [], arms: [], news: [], unreadable: [] }),
  });
  return frames.frame({ window: "15m", seq: 0, statesSeq: 0 });
}

it("the sum of several processes is what one would have recorded", async () => {
  const { alone, gathered } = processes(6_000);
  const [one, sum] = await Promise.all([totalsOf(alone, start + 60_000), totalsOf(gathered, start + 60_000)]);
  const { models: ownModels, ...own } = one.totals;
  const { models, ...totals } = sum.totals;
  expect(totals).toEqual(own);
  expect(sum.seq).toBe(6_000);
  for (const name of ["requests", "failed", "costUsd", "p95Ms"] as const)
    expect(sum.series[name]).toEqual(one.series[name]);
  // Places go to the models that are met first: here other ones share the last place.
  const all = (list: typeof models) => list.reduce((count, { requests }) => count + requests, 0);
  expect(all(models)).toBe(all(ownModels));
  expect(gathered.arms()).toEqual(alone.arms());
});

it("a part has a size that does not grow with the traffic, and numbers its rows", () => {
  const { parts, gathered } = processes(6_000);
  for (const part of parts) {
    expect(part.rows.length).toBeLessThanOrEqual(40);
    expect(part.slots.length).toBeLessThanOrEqual(2);
  }
  const rows = gathered.rows(5_990, 60);
  expect(rows.map(({ seq }) => seq)).toEqual([
    6_000, 5_999, 5_998, 5_997, 5_996, 5_995, 5_994, 5_993, 5_992, 5_991,
  ]);
  expect(gathered.rows(0, 1_000).length).toBeLessThanOrEqual(200);
});

it("what no one takes is let go of, the oldest first", () => {
  const tap = createPartTap(() => undefined);
  const recorder = createRecorder({ tap });
  for (let id = 0; id < 12_000; id += 1) {
    recorder.add(start + id * 1_000, requestOf(id, "m"));
    recorder.addNews({ at: start, tone: "bad", text: `news ${id}` });
    tap.rated(String(id), 1, requestOf(id, "m").decision.arms ?? []);
  }
  const part = tap.take(recorder.models);
  expect(part?.slots).toHaveLength(40);
  expect(part?.rows).toHaveLength(40);
  expect(part?.news).toHaveLength(40);
  expect(part?.measured).toHaveLength(5_000);
  expect(part?.ratings).toHaveLength(5_000);
  expect(part?.requests).toBe(12_000);
  expect(tap.take(recorder.models)).toBeUndefined();
});

it("a process with another clock, and one that lies, do not spoil the sums", async () => {
  const gathered = createGathered();
  const part = (index: number, extra: object = {}): Part => ({
    models: ["m"],
    slots: [
      {
        index,
        sums: [1, 0, 0, 0.5],
        times: [[3, 1]],
        complexity: [],
        models: [[0, 1, 1, 0, 0.5, []]],
        ...extra,
      },
    ],
    requests: 1,
    rows: [],
    arms: [],
    measured: [],
    ratings: [],
    news: [],
  });
  const index = start / 15_000;
  gathered.add(part(index), start);
  gathered.add(part(index + 1_000_000), start);
  gathered.add(part(-5), start);
  gathered.add(
    part(index, { sums: [Number.NaN, -1, "x"], times: [[9_999, 1]], models: [[99, 1, 1, 0, 1e9, []]] }),
    start,
  );
  expect(() => gathered.add({ slots: 7 } as never, start)).toThrow();
  expect(() => gathered.add(null as never, start)).toThrow();
  const { totals } = await totalsOf(gathered, start);
  expect(totals.requests).toBe(1);
  expect(totals.costUsd).toBe(0.5);
  expect(gathered.seq).toBe(4);
});

it("states: the fullest budget, the worst breaker, the newest pool, and news once", () => {
  const states = (used: number, state: string, running: number, part: string): ProcessStates => ({
    budgets: [{ name: "day", unit: "usd", used, limit: 10, accounts: 2 }],
    breakers: [{ name: "api", state }],
    pools: [{ model: "pool", members: [{ endpoint: "e", running }] }],
    unreadable: [part],
  });
  expect(mergeStates([states(1, "closed", 7, "drift"), states(4, "open", 9, "drift")])).toEqual({
    budgets: [{ name: "day", unit: "usd", used: 4, limit: 10, accounts: 2 }],
    breakers: [{ name: "api", state: "open" }],
    pools: [{ model: "pool", members: [{ endpoint: "e", running: 7 }] }],
    unreadable: ["drift"],
  });
  expect(mergeStates([])).toEqual({ pools: [], unreadable: [] });
  const gathered = createGathered();
  const told = { models: [], slots: [], requests: 0, rows: [], arms: [], measured: [], ratings: [] };
  const news = (at: number) => ({
    ...told,
    news: [{ at, tone: "bad" as const, text: "Budget day is used up" }],
  });
  for (const at of [start, start + 900, start + 90_000]) gathered.add(news(at), at);
  expect(gathered.news()).toHaveLength(2);
});
