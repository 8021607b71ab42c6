import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { gunzipSync } from "node:zlib";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { collect, estimateCollect } from "../../../evals/collect/collect.ts";
import type { CollectOptions } from "../../../evals/collect/collect-options.ts";
import { lockFile } from "../../../evals/collect/lock-file.ts";
import type { CollectProgress } from "../../../evals/collect/progress.ts";
import { readOutcomes } from "../../../evals/data/outcomes/read-outcomes.ts";
import { exact } from "../../../evals/scorers/exact.ts";
import { numeric } from "../../../evals/scorers/numeric.ts";
import { pairwiseJudge } from "../../../evals/scorers/pairwise-judge.ts";
import { rubricJudge } from "../../../evals/scorers/rubric-judge.ts";
import { always } from "../../../policies/always.ts";
import { createRouter } from "../../../src/router/create/create-router.ts";
import { fakeModel } from "../../../src/testing/index.ts";
import { type Reply, serveCompletions } from "../../support/completion-server.ts";
import {
  collectFolder,
  numbered,
  pairAt,
  price,
  readLines,
  writeLines,
} from "../../support/evals/collecting.ts";
import { serveJudge } from "../../support/judge-server.ts";

async function serve(replyTo: (prompt: string, model: string, count: number) => Reply) {
  const server = await serveCompletions(replyTo);
  onTestFinished(() => server.close());
  return server;
}

const numberIn = (prompt: string): string => prompt.split(" ")[1] ?? "";

/** The large model is right, the small one on even numbers. */
const halfRight = (prompt: string, model: string): string =>
  model === "l" || Number(numberIn(prompt)) % 2 === 0 ? numberIn(prompt) : "no idea";

function setUp(url: string, records: readonly unknown[], more: Partial<CollectOptions> = {}) {
  const { path } = collectFolder();
  const options: CollectOptions = {
    dataset: writeLines(path("dataset.jsonl"), records),
    router: pairAt(url),
    scorer: exact(),
    out: path("out.jsonl"),
    random: () => 0,
    ...more,
  };
  return { options, path, journal: `${options.out}.partial.jsonl` };
}

describe("collect", () => {
  it("records, scores and prices what each model answers, in the order of the dataset", async () => {
    const server = await serve(halfRight);
    const { options, journal } = setUp(server.url, [
      { ...numbered(1)[0], category: "count", metadata: { source: "test" }, extra: 1 },
      ...numbered(6).slice(1),
    ]);
    const collection = await collect(options);
    const records = readLines(options.out);
    expect(records.map(({ id }) => id)).toEqual(["r0", "r1", "r2", "r3", "r4", "r5"]);
    expect(records[0]).toMatchObject({
      category: "count",
      metadata: { source: "test" },
      extra: 1,
      expected: "0",
    });
    expect(records[1]?.outcomes).toEqual({
      "openai:s": {
        quality: 0,
        answer: "no idea",
        finishReason: "stop",
        servedModel: "s",
        costUsd: 0.00002,
        inputTokens: 10,
        outputTokens: 5,
        latencyMs: expect.any(Number),
      },
      "openai:l": expect.objectContaining({ quality: 1, answer: "1" }),
    });
    expect(collection).toMatchObject({ complete: true, records: 6, missing: 0, unscored: 0, repeated: 0 });
    expect(collection.paidUsd).toBeCloseTo(12 * 0.00002, 12);
    expect(collection.models.map(({ model, quality }) => [model, quality])).toEqual([
      ["openai:s", 0.5],
      ["openai:l", 1],
    ]);
    // What it wrote, the other tools read.
    let read = 0;
    for await (const _ of readOutcomes(options.out)) read += 1;
    expect(read).toBe(6);
    expect(existsSync(journal)).toBe(false);
    expect(existsSync(`${options.out}.lock`)).toBe(false);
  });

  it("does not pay again for a file that is there already", async () => {
    const server = await serve(halfRight);
    const { options } = setUp(server.url, numbered(2));
    await collect(options);
    await expect(collect(options)).rejects.toThrow(/out must be a file that does not exist yet/);
    expect(server.requests).toHaveLength(4);
    await collect({ ...options, restart: true });
    expect(server.requests).toHaveLength(8);
  });

  it("adds a model to outcomes that are there, and packs where the name says so", async () => {
    const server = await serve(halfRight);
    const { options, path } = setUp(server.url, numbered(2), { models: ["small"] });
    await collect(options);
    const out = path("both.jsonl.gz");
    await collect({ ...options, dataset: options.out, models: ["large"], out });
    const [first] = gunzipSync(readFileSync(out)).toString().split("\n");
    expect(Object.keys(JSON.parse(first ?? "").outcomes)).toEqual(["openai:s", "openai:l"]);
    expect(server.requests).toHaveLength(4);
  });

  it("takes the mean of repeats and keeps each quality", async () => {
    const server = await serve((prompt, _, count) => (count === 2 ? "wrong" : numberIn(prompt)));
    const { options } = setUp(server.url, numbered(1), { repeats: 4, models: ["small"], concurrency: 1 });
    const collection = await collect(options);
    expect(readLines(options.out)[0]?.outcomes["openai:s"]).toMatchObject({
      quality: 0.75,
      repeats: 4,
      qualities: [1, 0, 1, 1],
      answer: "0",
      answers: ["0", "wrong", "0", "0"],
      inputTokens: 10,
    });
    expect(collection.paidUsd).toBeCloseTo(4 * 0.00002, 12);
  });

  it("leaves answers out where they are not wanted", async () => {
    const server = await serve(halfRight);
    const { options } = setUp(server.url, numbered(1), { keepAnswers: false });
    await collect(options);
    expect(Object.keys(readLines(options.out)[0]?.outcomes["openai:l"] ?? {})).toEqual([
      "quality",
      "finishReason",
      "servedModel",
      "costUsd",
      "inputTokens",
      "outputTokens",
      "latencyMs",
    ]);
  });

  it("draws the same sample for the same seed, in the order of the dataset", async () => {
    const server = await serve(halfRight);
    const ids = async (seed: number) => {
      const { options } = setUp(server.url, numbered(30), { sample: 5, seed, models: ["small"] });
      await collect(options);
      return readLines(options.out).map(({ id }) => Number(id.slice(1)));
    };
    const [first, again, other] = [await ids(7), await ids(7), await ids(8)];
    expect(first).toEqual(again);
    expect(first).toEqual([...first].sort((a, b) => a - b));
    expect(first).toHaveLength(5);
    expect(other).not.toEqual(first);
  });

  it("begins no more calls of a model in a time than its limits allow", async () => {
    const last = new Map<string, number>();
    const server = await serve((prompt, model) => {
      last.set(model, performance.now());
      return numberIn(prompt);
    });
    // Five at once, then one each 200 ms. A busy machine makes it slower, never faster.
    const { options } = setUp(server.url, numbered(7), { concurrency: 7, requestsPerMinute: 300 });
    const startedAt = performance.now();
    await collect(options);
    for (const model of ["s", "l"]) expect((last.get(model) ?? 0) - startedAt).toBeGreaterThan(390);
    // The first fits, however long it is; the second has to wait for hours.
    const slow = setUp(server.url, numbered(2), { models: ["small"], tokensPerMinute: 1 });
    const controller = new AbortController();
    const collecting = collect({ ...slow.options, signal: controller.signal });
    await vi.waitFor(() => expect(readFileSync(slow.journal, "utf8")).toContain("\n"), { interval: 20 });
    controller.abort();
    expect(await collecting).toMatchObject({ missing: 1 });
    expect(await collect({ ...slow.options, tokensPerMinute: 1e6 })).toMatchObject({ complete: true });
  });

  it("lets all calls of a model wait where one of them is told to", async () => {
    let toldAt = 0;
    let waitedMs = 0;
    let tell = (): void => {};
    const told = new Promise<void>((resolve) => {
      tell = resolve;
    });
    const server = await serve((prompt, _, count) => {
      if (prompt === "number 0" && count === 1) {
        toldAt = performance.now();
        tell();
        return { status: 429, retryAfterSeconds: 0.5, code: "rate_limit_exceeded" };
      }
      if (prompt === "number 2") waitedMs = performance.now() - toldAt;
      if (prompt !== "number 1") return numberIn(prompt);
      // It was under way before; the next call of its place is the one that has to wait.
      return told.then(() => new Promise<string>((resolve) => setTimeout(resolve, 100, "1")));
    });
    const { options } = setUp(server.url, numbered(3), { models: ["small"], concurrency: 2 });
    expect(await collect(options)).toMatchObject({ complete: true });
    expect(waitedMs).toBeGreaterThan(450);
  });

  it("tells after each call how far it is, how fast, what is left, what it has cost and what has failed", async () => {
    let time = 0;
    const server = await serve((prompt) => {
      time += 30_000;
      return prompt === "number 1" ? { status: 503 } : numberIn(prompt);
    });
    const told: CollectProgress[] = [];
    const { options } = setUp(server.url, numbered(4), { models: ["small"], concurrency: 1, retries: 0 });
    await collect({ ...options, clock: () => time, onProgress: (progress) => told.push(progress) });
    expect(told[0]).toMatchObject({ done: 0, total: 4, elapsedMs: 0, paidUsd: 0, errors: {} });
    expect(told[0]).not.toHaveProperty("leftMs");
    // Two of three calls in 90 seconds; at that pace two are left.
    expect(told[3]).toMatchObject({ done: 2, errors: { overloaded: 1 }, elapsedMs: 90_000 });
    expect(told[3]?.perMinute).toBeCloseTo(4 / 3, 9);
    expect(told[3]?.leftMs).toBeCloseTo(90_000, 6);
    expect(told[3]?.paidUsd).toBeGreaterThan(0.00003);
  });

  it("measures latencies that a time of day which is set back does not move", async () => {
    let time = 10 * 3_600_000;
    const server = await serve((prompt) => {
      time += prompt === "number 1" ? -3_600_000 : 30_000;
      return numberIn(prompt);
    });
    const told: CollectProgress[] = [];
    const { options } = setUp(server.url, numbered(3), { models: ["small"], concurrency: 1 });
    await collect({ ...options, clock: () => time, onProgress: (progress) => told.push(progress) });
    expect(told.at(-1)?.elapsedMs).toBe(60_000);
  });

  it("has no more calls under way at a model than it may", async () => {
    const server = await serve(async (prompt) => {
      await new Promise((resolve) => setTimeout(resolve, 50));
      return numberIn(prompt);
    });
    const { options } = setUp(server.url, numbered(12), { concurrency: 3, models: ["small"] });
    await collect(options);
    expect(server.peak).toBe(3);
  });

  it("does not send a record to a model that the router's constraints forbid", async () => {
    const server = await serve(halfRight);
    const { options } = setUp(server.url, [{ ...numbered(1)[0], tenant: "onPrem" }, { ...numbered(2)[1] }]);
    const router = createRouter({
      models: options.router.models as Record<"small" | "large", never>,
      policy: always("small"),
      constraints: [
        {
          name: "onPrem",
          permits: ({ id }, { request }) => request.tenant !== "onPrem" || id === "small" || "must stay here",
        },
      ],
    });
    const estimate = await estimateCollect({ ...options, router });
    expect(estimate.models[1]).toMatchObject({
      notPermitted: 1,
      notPermittedReason: "onPrem: must stay here",
    });
    const collection = await collect({ ...options, router });
    expect(readLines(options.out).map(({ outcomes }) => Object.keys(outcomes))).toEqual([
      ["openai:s"],
      ["openai:s", "openai:l"],
    ]);
    expect([...server.counts.keys()]).not.toContain("l number 0");
    expect(collection.complete).toBe(true);
  });
});

describe("a baseline", () => {
  it("is what the scorer compares the other answers with, whichever comes first", async () => {
    const server = await serve(async (prompt, model) => {
      if (model === "l") await new Promise((resolve) => setTimeout(resolve, 10));
      return model === "l" ? numberIn(prompt) : String(Number(numberIn(prompt)) % 2);
    });
    const pairwise = ({ output, baseline }: { output: string; baseline?: string }) =>
      baseline === undefined ? null : output === baseline ? 0.5 : 0;
    const { options } = setUp(server.url, numbered(4), { scorer: pairwise, baseline: "large" });
    expect(await collect(options)).toMatchObject({ complete: true, unscored: 0 });
    expect(readLines(options.out).map(({ outcomes }) => outcomes["openai:s"]?.quality)).toEqual([
      0.5, 0.5, 0, 0,
    ]);
    expect(readLines(options.out).map(({ outcomes }) => outcomes["openai:l"]?.quality)).toEqual([
      0.5, 0.5, 0.5, 0.5,
    ]);
    await expect(collect({ ...options, models: ["small"] })).rejects.toThrow(
      /baseline must be one of the models: small/,
    );
  });

  it("without an answer leaves the others unscored, and paid for once", async () => {
    let down = true;
    const server = await serve((prompt, model) =>
      down && model === "l" ? { status: 503 } : numberIn(prompt),
    );
    const { options } = setUp(server.url, numbered(2), { scorer: () => 1, baseline: "large", retries: 0 });
    expect(await collect(options)).toMatchObject({ complete: false, records: 0, missing: 2, unscored: 2 });
    down = false;
    expect(await collect(options)).toMatchObject({ complete: true, records: 2 });
    expect(server.counts.get("s number 0")).toBe(1);
  });

  it("that cannot answer a record at all is none to compare with, and holds nothing up", async () => {
    const server = await serve((prompt, model) =>
      model === "l" && prompt === "number 1" ? { status: 413 } : numberIn(prompt),
    );
    const scorer = ({ baseline }: { baseline?: string | undefined }) => (baseline === undefined ? 1 : 0.5);
    const { options } = setUp(server.url, numbered(2), { scorer, baseline: "large" });
    expect(await collect(options)).toMatchObject({ complete: true, records: 2 });
    expect(readLines(options.out).map(({ outcomes }) => outcomes["openai:s"]?.quality)).toEqual([0.5, 1]);
  });
});

describe("a judge", () => {
  it("leaves its reasons beside the quality, and what depends on the order is counted", async () => {
    // It favours what stands first, except where both answers are wrong.
    const judge = await serveJudge(
      (user) => JSON.stringify({ reason: "so", winner: user.includes("no idea") ? "first" : "tie" }),
      price,
    );
    const server = await serve(halfRight);
    const scorer = pairwiseJudge({ model: judge.model, maxRetries: 0 });
    const records = numbered(2).map(({ expected: _, ...record }) => record);
    const { options } = setUp(server.url, records, { scorer, baseline: "large" });
    const collection = await collect(options);
    expect(collection).toMatchObject({ complete: true, verdicts: { pairs: 1, inconsistent: 1 } });
    const [, odd] = readLines(options.out);
    expect(odd?.outcomes["openai:s"]).toMatchObject({
      quality: 0.5,
      scoring: { consistent: false, verdicts: [{ reason: "so" }, { reason: "so" }], calls: 2 },
    });
    const bare = setUp(server.url, records, { scorer, baseline: "large", keepAnswers: false, repeats: 2 });
    expect((await collect(bare.options)).verdicts).toEqual({ pairs: 2, inconsistent: 2 });
    expect(readFileSync(bare.options.out, "utf8")).not.toContain("scoring");
    await judge.close();
  });
});

describe("failures", () => {
  it("that may pass are tried again", async () => {
    const server = await serve((prompt, _, count) =>
      count < 3 ? { status: 429, retryAfterSeconds: 0.01, code: "rate_limit_exceeded" } : numberIn(prompt),
    );
    const { options, journal } = setUp(server.url, numbered(1), { models: ["small"] });
    const collection = await collect(options);
    expect(collection).toMatchObject({ complete: true, errors: {} });
    expect(server.counts.get("s number 0")).toBe(3);
    expect(existsSync(journal)).toBe(false);
  });

  it("of an outage are left out, and made good by the next run, which asks for nothing else", async () => {
    let down = true;
    const server = await serve((prompt) =>
      down && Number(numberIn(prompt)) >= 2 ? { status: 503 } : numberIn(prompt),
    );
    const { options, journal } = setUp(server.url, numbered(4), { models: ["small"], retries: 0 });
    const first = await collect(options);
    expect(first).toMatchObject({
      complete: false,
      records: 2,
      recordsLeftOut: 2,
      missing: 2,
      errors: { overloaded: 2 },
    });
    expect(readLines(options.out).map(({ id }) => id)).toEqual(["r0", "r1"]);
    expect(existsSync(journal)).toBe(true);
    down = false;
    const second = await collect(options);
    expect(second).toMatchObject({ complete: true, records: 4 });
    expect(second.paidUsd).toBeCloseTo(4 * 0.00002, 12);
    expect(Object.fromEntries(server.counts)).toEqual({
      "s number 0": 1,
      "s number 1": 1,
      "s number 2": 2,
      "s number 3": 2,
    });
  });

  it("end the calls of a model that is down, not those of the others", async () => {
    const server = await serve((prompt, model) => (model === "s" ? { status: 500 } : numberIn(prompt)));
    const { options } = setUp(server.url, numbered(40), { retries: 0, concurrency: 1 });
    const collection = await collect(options);
    expect(collection).toMatchObject({ complete: false, errors: { server: 10 }, missing: 40 });
    expect(collection.models.map(({ outcomes }) => outcomes)).toEqual([0, 40]);
  });

  it("that say something about the model are outcomes of quality 0, which cost nothing", async () => {
    const server = await serve((prompt, model) => {
      const refuses = model === "s" && prompt === "number 1";
      return refuses ? { status: 400, code: "context_length_exceeded" } : numberIn(prompt);
    });
    const { options } = setUp(server.url, numbered(2));
    const collection = await collect(options);
    expect(collection).toMatchObject({ complete: true, errors: { "context-overflow": 1 } });
    expect(readLines(options.out)[1]?.outcomes["openai:s"]).toEqual({
      quality: 0,
      costUsd: 0,
      error: "context-overflow",
    });
    expect(collection.models[0]).toMatchObject({ outcomes: 2, refused: 1, quality: 0.5 });
  });

  it("that nobody but the caller can put right end the run, and keep what there is", async () => {
    let key = "wrong";
    const server = await serve((prompt) =>
      key === "wrong" && prompt === "number 1" ? { status: 401, code: "invalid_api_key" } : numberIn(prompt),
    );
    const { options, journal } = setUp(server.url, numbered(3), { models: ["small"], concurrency: 1 });
    await expect(collect(options)).rejects.toThrow(/openai:s failed \(authentication/);
    expect(existsSync(journal)).toBe(true);
    expect(existsSync(options.out)).toBe(false);
    key = "right";
    expect(await collect(options)).toMatchObject({ complete: true, records: 3 });
    expect(server.counts.get("s number 0")).toBe(1);
  });

  it("of the first requests, all refused as invalid, are the caller's, not the model's", async () => {
    const server = await serve(() => ({ status: 400 }));
    const { options } = setUp(server.url, numbered(20), { models: ["small"], concurrency: 1 });
    await expect(collect(options)).rejects.toThrow(/its first 5 requests were refused as invalid/);
    expect(server.requests).toHaveLength(5);
  });

  it("by a call that takes too long are left out", async () => {
    const server = await serve(() => new Promise<string>(() => {}));
    const { options } = setUp(server.url, numbered(1), { models: ["small"], timeoutMs: 20, retries: 0 });
    const collection = await collect(options);
    expect(collection).toMatchObject({ complete: false, errors: { timeout: 1 }, missing: 1 });
    // It may be billed: the input at least.
    expect(collection.paidUsd).toBeGreaterThan(0);
  });

  it("by calls that take too long again and again count as the model's, where asked for", async () => {
    const slow = await serve((prompt, model) =>
      model === "s" && Number(numberIn(prompt)) === 1
        ? new Promise<string>(() => {})
        : halfRight(prompt, model),
    );
    const given = { timeoutMs: 250, retries: 1 };
    const patient = setUp(slow.url, numbered(3), given);
    const left = await collect(patient.options);
    expect(left).toMatchObject({ complete: false, missing: 1 });
    // The outcomes say why there is none.
    const [, second] = await readLines(patient.options.out);
    expect(second).toMatchObject({ missing: { "openai:s": "timeout" } });
    const strict = setUp(slow.url, numbered(3), { ...given, countTimeouts: true });
    const counted = await collect(strict.options);
    expect(counted).toMatchObject({ complete: true, missing: 0 });
    const [, failed] = await readLines(strict.options.out);
    expect(failed).toMatchObject({ outcomes: { "openai:s": { quality: 0, error: "timeout" } } });
    expect(failed).not.toHaveProperty("missing");
  });

  it("by a single call that takes too long say nothing about the model", async () => {
    const slow = await serve(() => new Promise<string>(() => {}));
    const more = { models: ["small"], timeoutMs: 20, retries: 0, countTimeouts: true };
    const { options } = setUp(slow.url, numbered(1), more);
    expect(await collect(options)).toMatchObject({ complete: false, missing: 1 });
    // The second run is the second time.
    expect(await collect(options)).toMatchObject({ complete: true, missing: 0 });
  });

  it("of a scorer cost no second answer", async () => {
    const server = await serve(halfRight);
    let broken = true;
    const scorer = {
      name: "judge",
      score: ({ output, expected }: { output: string; expected?: unknown }) => {
        if (broken) throw new Error(`cannot judge ${output}`);
        return { name: "judge", score: output === expected ? 1 : 0, metadata: { costUsd: 0.5 } };
      },
    };
    const { options } = setUp(server.url, numbered(2), { scorer });
    const first = await collect(options);
    expect(first).toMatchObject({ complete: false, missing: 0, unscored: 4, records: 0 });
    expect(first.unscoredReason).toBe("the scorer threw an error of type Error");
    broken = false;
    const second = await collect(options);
    expect(second).toMatchObject({ complete: true, records: 2 });
    expect(second.paidUsd).toBeCloseTo(4 * 0.5 + 4 * 0.00002, 12);
    expect(server.requests).toHaveLength(4);
  });

  it("never show a prompt, an answer or a key", async () => {
    const server = await serve((prompt) => (prompt === "number 1" ? { status: 401 } : "secret answer"));
    const { options } = setUp(server.url, numbered(2), { concurrency: 1, models: ["small"] });
    const error = await collect(options).catch((thrown: unknown) => thrown);
    expect(String(error)).toMatch(/authentication/);
    expect(String(error)).not.toMatch(/number 1|sk-secret|secret answer/);
  });
});

describe("money", () => {
  it("is estimated before a call is made, and what is not known is named", async () => {
    const server = await serve(halfRight);
    const { options } = setUp(server.url, numbered(3));
    const router = createRouter({
      models: {
        known: fakeModel({ model: "known", price, maxOutputTokens: 1000 }),
        endless: fakeModel({ model: "endless", price }),
        unknown: fakeModel({ model: "unknown" }),
      },
      policy: always("known"),
    });
    const estimate = await estimateCollect({ ...options, router });
    expect(estimate).toMatchObject({
      records: 3,
      calls: 9,
      done: 0,
      unpriced: ["fake:unknown"],
      unlimited: ["fake:endless"],
    });
    const [known] = estimate.models;
    // 300 output tokens are expected, 1,000 possible.
    expect(known?.outputTokens).toBe(900);
    expect(known?.costUsd).toBeCloseTo(((known?.inputTokens ?? 0) * 1 + 900 * 2) / 1e6, 12);
    expect(known?.atMostUsd).toBeGreaterThan(3 * 0.002);
    expect(existsSync(`${options.out}.partial.jsonl`)).toBe(false);
  });

  it.each([1, 4])("does not go above maxCostUsd, with %i calls at once", async (concurrency) => {
    const server = await serve(halfRight);
    const maxCostUsd = 0.0007;
    const { options } = setUp(server.url, numbered(40), { concurrency, maxCostUsd });
    const collection = await collect(options);
    expect(collection.stopped).toBe("max-cost");
    expect(collection.complete).toBe(false);
    // What the server has served, not what we say.
    const spent = server.requests.length * 0.00002;
    expect(spent).toBeLessThanOrEqual(maxCostUsd);
    expect(collection.paidUsd).toBeCloseTo(spent, 12);
    // A call can cost 0.00006 here; what is left is less than that.
    expect(spent).toBeGreaterThan(maxCostUsd - 0.0001);
    // The limit is that of all runs together.
    expect(await collect(options)).toMatchObject({ stopped: "max-cost" });
    expect(server.requests.length * 0.00002).toBeLessThanOrEqual(maxCostUsd);
    const rest = await collect({ ...options, maxCostUsd: 1 });
    expect(rest).toMatchObject({ complete: true, records: 40 });
    expect(server.requests).toHaveLength(80);
  });

  it("is reserved for calls that begin at the same moment", async () => {
    const server = await serve(halfRight);
    // Room for one call at a time, and for two at what they turn out to cost.
    const { options } = setUp(server.url, numbered(8), { concurrency: 8, maxCostUsd: 0.00009 });
    expect(await collect(options)).toMatchObject({ stopped: "max-cost" });
    expect(server.requests).toHaveLength(2);
    expect(server.peak).toBe(1);
  });

  it("is not bounded where a price or an output limit is not known", async () => {
    const { options } = setUp("http://127.0.0.1:1/v1", numbered(1), { maxCostUsd: 1 });
    const router = (facts: object) => createRouter({ models: { m: fakeModel(facts) }, policy: always("m") });
    await expect(collect({ ...options, router: router({}) })).rejects.toThrow(
      /maxCostUsd must be absent while the price of fake:model is not/,
    );
    await expect(collect({ ...options, router: router({ price }) })).rejects.toThrow(
      /maxCostUsd must be given with maxOutputTokens: nothing limits the output of fake:model/,
    );
    expect(
      await collect({ ...options, scorer: () => 1, router: router({ price }), maxOutputTokens: 10 }),
    ).toMatchObject({
      complete: true,
    });
  });
});

describe("records that cannot be scored", () => {
  it("are not sent, and counted before anything is paid", async () => {
    const server = await serve(halfRight);
    const records = [...numbered(2), { id: "open", prompt: "number 7" }];
    const { options } = setUp(server.url, records, { repeats: 2 });
    expect((await estimateCollect(options)).models[0]).toMatchObject({
      calls: 4,
      unscorable: 1,
      unscorableReason: "there is no expected answer",
    });
    expect(await collect(options)).toMatchObject({ complete: true, records: 2, recordsLeftOut: 1 });
    expect(server.counts.has("s number 7")).toBe(false);
  });

  it("on all records are a mix-up of data set and scorer", async () => {
    const server = await serve(halfRight);
    const { options } = setUp(server.url, [{ id: "open", prompt: "number 7" }]);
    const refused = /dataset\.jsonl: expected does not let exact score answers on any record \(there is no/;
    await expect(collect(options)).rejects.toThrow(refused);
    await expect(estimateCollect({ ...options, scorer: numeric() })).rejects.toThrow(
      /does not let numeric score/,
    );
    expect(server.requests).toHaveLength(0);
  });
});

describe("the money of a judge", () => {
  const verdict = '{"reason": "right", "level": "excellent"}';
  const judgeUsd = 0.0012;

  it("counts for maxCostUsd before it is asked, and is told apart", async () => {
    const judge = await serveJudge(() => verdict, price);
    const server = await serve(halfRight);
    // A verdict costs 0.0012 at this server, and is given room for as many bytes as it is shown.
    const maxCostUsd = 0.02;
    const scorer = rubricJudge({ model: judge.model, maxRetries: 0, maxOutputTokens: 100 });
    const { options } = setUp(server.url, numbered(60), { models: ["small"], scorer, maxCostUsd });
    const first = await collect(options);
    const spent = server.requests.length * 0.00002 + judge.requests.length * judgeUsd;
    expect(first).toMatchObject({ stopped: "max-cost", complete: false });
    expect(spent).toBeLessThanOrEqual(maxCostUsd);
    expect(spent).toBeGreaterThan(maxCostUsd / 2);
    expect(first.paidUsd).toBeCloseTo(spent, 12);
    expect(first.scoringUsd).toBeCloseTo(judge.requests.length * judgeUsd, 12);
    const rest = await collect({ ...options, maxCostUsd: 1 });
    expect(rest).toMatchObject({ complete: true, records: 60 });
    expect([server.requests.length, judge.requests.length]).toEqual([60, 60]);
    await judge.close();
  });

  it("that a kill has cut off counts as the most that it can have been", async () => {
    const judge = await serveJudge(() => verdict, price);
    const server = await serve(halfRight);
    const scorer = rubricJudge({ model: judge.model });
    const more = { models: ["small"], scorer, maxCostUsd: 1 };
    const { options, journal } = setUp(server.url, numbered(1), more);
    const stopped = AbortSignal.abort();
    await collect({ ...options, signal: stopped });
    const key = { id: "r0", model: "openai:s", repeat: 0 };
    const lines = [
      { type: "answered", ...key, answer: "0", costUsd: 0 },
      { type: "scoring", ...key, atMostUsd: 0.999 },
    ];
    writeFileSync(
      journal,
      readFileSync(journal, "utf8") + lines.map((line) => `${JSON.stringify(line)}\n`).join(""),
    );
    expect(await collect(options)).toMatchObject({ stopped: "max-cost", repeated: 1, unscored: 1 });
    expect(judge.requests).toHaveLength(0);
    await judge.close();
  });

  it("is not bounded where its price is not known, and said to be unknown without a bound", async () => {
    const judge = await serveJudge(() => verdict);
    const server = await serve(halfRight);
    const scorer = rubricJudge({ model: judge.model });
    const { options } = setUp(server.url, numbered(2), { models: ["small"], scorer });
    await expect(collect({ ...options, maxCostUsd: 1 })).rejects.toThrow(
      /maxCostUsd must be absent while the price of rubricJudge is not/,
    );
    expect(server.requests).toHaveLength(0);
    expect(await collect(options)).toMatchObject({ complete: true, unpriced: 2 });
    await judge.close();
  });

  it("is not mixed with that of another judge", async () => {
    const judge = await serveJudge(() => ({ status: 400 }), price);
    const server = await serve(halfRight);
    const { options } = setUp(server.url, numbered(1), { scorer: rubricJudge({ model: judge.model }) });
    expect(await collect(options)).toMatchObject({ unscored: 2 });
    const other = rubricJudge({ model: judge.model, criteria: "It rhymes." });
    await expect(collect({ ...options, scorer: other })).rejects.toThrow(/scorer: rubricJudge@\S+ then/);
    await judge.close();
  });
});

describe("carrying on", () => {
  it("repeats only the calls that a kill has cut off, and says so", async () => {
    const server = await serve(halfRight);
    const { options, journal } = setUp(server.url, numbered(3), { models: ["small"] });
    const controller = new AbortController();
    controller.abort();
    await collect({ ...options, signal: controller.signal });
    const key = { model: "openai:s", repeat: 0 };
    const lines = [
      { type: "begun", id: "r0", ...key, atMostUsd: 0.00006 },
      { type: "answered", id: "r0", ...key, answer: "0", costUsd: 0.00002 },
      { type: "begun", id: "r1", ...key, atMostUsd: 0.00006 },
    ];
    const head = readFileSync(journal, "utf8");
    writeFileSync(journal, `${head}${lines.map((line) => JSON.stringify(line)).join("\n")}\n{"type":"answ`);
    const collection = await collect(options);
    expect(collection).toMatchObject({ complete: true, records: 3, repeated: 1 });
    expect(Object.fromEntries(server.counts)).toEqual({ "s number 1": 1, "s number 2": 1 });
    expect(readLines(options.out)[0]?.outcomes["openai:s"]).toMatchObject({ quality: 1, answer: "0" });
  });

  it("counts what was cut off against maxCostUsd", async () => {
    const server = await serve(halfRight);
    const { options, journal } = setUp(server.url, numbered(1), { models: ["small"], maxCostUsd: 0.01 });
    const stopped = new AbortController();
    stopped.abort();
    await collect({ ...options, signal: stopped.signal });
    const begun = { type: "begun", id: "r0", model: "openai:s", repeat: 0, atMostUsd: 0.00999 };
    writeFileSync(journal, `${readFileSync(journal, "utf8")}${JSON.stringify(begun)}\n`);
    expect(await collect(options)).toMatchObject({ stopped: "max-cost", repeated: 1 });
    expect(server.requests).toHaveLength(0);
  });

  it("with maxCostUsd is refused where it is not known what earlier runs have cost", async () => {
    const server = await serve(halfRight);
    const { options } = setUp(server.url, numbered(3), { models: ["small"] });
    const unpriced = pairAt(server.url, { price: undefined });
    let unscored = true;
    const scorer = () => (unscored ? null : 1);
    expect(await collect({ ...options, scorer, router: unpriced })).toMatchObject({ unscored: 3 });
    unscored = false;
    await expect(collect({ ...options, scorer, maxCostUsd: 1 })).rejects.toThrow(
      /maxCostUsd must be absent: the cost of 3 calls of earlier runs is not known/,
    );
    expect(await collect({ ...options, scorer })).toMatchObject({ complete: true, unpriced: 3 });
  });

  it.each([
    [
      "another version",
      (head: string) => head.replace('"formatVersion":1', '"formatVersion":2'),
      /:1: formatVersion/,
    ],
    [
      "entries that are not known",
      (head: string) => `${head}{"type":"paid","id":"r0"}\n`,
      /: type is from another version/,
    ],
    ["no settings", (head: string) => head.slice(head.indexOf("\n") + 1), /:1: type must be settings/],
  ])("is refused from a journal with %s: it would pay again", async (_, change, message) => {
    const server = await serve(() => ({ status: 503 }));
    const { options, journal } = setUp(server.url, numbered(1), { retries: 0 });
    await collect(options);
    const before = server.requests.length;
    writeFileSync(journal, change(readFileSync(journal, "utf8")));
    await expect(collect(options)).rejects.toThrow(message);
    expect(server.requests).toHaveLength(before);
  });

  it("ends at an interrupt, keeps the calls that were under way, and goes on from there", async () => {
    const controller = new AbortController();
    const server = await serve(async (prompt) => {
      if (prompt === "number 2") controller.abort();
      return numberIn(prompt);
    });
    const { options, journal } = setUp(server.url, numbered(8), { models: ["small"], concurrency: 2 });
    const first = await collect({ ...options, signal: controller.signal });
    expect(first).toMatchObject({ stopped: "interrupted", complete: false });
    expect(first.records).toBe(server.requests.length);
    expect(existsSync(journal)).toBe(true);
    expect(await collect(options)).toMatchObject({ complete: true, records: 8, repeated: 0 });
    expect(server.requests).toHaveLength(8);
  });

  it("with another scorer scores all answers anew where it is told to, and asks no model again", async () => {
    const server = await serve((prompt) => (prompt === "number 3" && down ? { status: 503 } : "1"));
    let down = true;
    const { options } = setUp(server.url, numbered(4), { models: ["small"], retries: 0 });
    expect(await collect(options)).toMatchObject({ missing: 1, models: [{ quality: 1 / 3 }] });
    const other = { ...options, scorer: { name: "other", score: () => 0.5 } };
    await expect(collect(other)).rejects.toThrow(/scorer: exact then, other now.*or rescore/);
    expect(await collect({ ...other, rescore: true })).toMatchObject({
      missing: 1,
      models: [{ outcomes: 3, quality: 0.5 }],
    });
    await expect(collect(options)).rejects.toThrow(/scorer: other then, exact now/);
    expect(await estimateCollect({ ...options, rescore: true })).toMatchObject({ calls: 1, done: 0 });
    down = false;
    expect(await collect(other)).toMatchObject({ complete: true, models: [{ outcomes: 4, quality: 0.5 }] });
    for (const index of [0, 1, 2]) expect(server.counts.get(`s number ${index}`)).toBe(1);
  });

  it("is refused with other settings, which are named", async () => {
    const server = await serve(() => ({ status: 503 }));
    const { options, path } = setUp(server.url, numbered(2), { retries: 0 });
    await collect(options);
    const other = writeLines(path("other.jsonl"), numbered(3));
    const refusals: [Partial<CollectOptions>, RegExp][] = [
      [{ dataset: other }, /the dataset's lines/],
      [{ models: ["small"] }, /models: openai:l is missing/],
      [{ repeats: 2 }, /repeats: 1 then, 2 now/],
      [{ sample: 1 }, /sample: all then, 1 by seed 1 now/],
      [{ maxOutputTokens: 7 }, /maxOutputTokens: none then, 7 now/],
      [
        {
          scorer: function other() {
            return 1;
          },
        },
        /scorer: exact then, other now/,
      ],
      [{ router: pairAt(server.url, { defaults: { temperature: 0 } }) }, /address or defaults of openai:s/],
    ];
    for (const [changed, message] of refusals)
      await expect(collect({ ...options, ...changed })).rejects.toThrow(message);
    expect(server.requests).toHaveLength(4);
    await collect({ ...options, repeats: 2, restart: true });
    expect(server.requests.length).toBeGreaterThan(4);
  });

  it("is refused while another process collects into the same file, and takes over from a dead one", async () => {
    const server = await serve(halfRight);
    const { options } = setUp(server.url, numbered(1));
    // Process 1 is alive everywhere.
    const lock = (process: number) => JSON.stringify({ process, host: hostname() });
    writeFileSync(`${options.out}.lock`, lock(1));
    await expect(collect(options)).rejects.toThrow(/used by one process at a time/);
    writeFileSync(`${options.out}.lock`, lock(2 ** 30));
    expect(await collect(options)).toMatchObject({ complete: true });
    expect(existsSync(`${options.out}.lock`)).toBe(false);
  });

  it("lets one of those through that take over from a dead process, however they write the path", async () => {
    const { path } = collectFolder();
    const lock = path("out.jsonl.lock");
    writeFileSync(lock, JSON.stringify({ process: 2 ** 30, host: hostname() }));
    const spelling = lock.replace("out.jsonl", "./out.jsonl");
    const tries = await Promise.allSettled([lock, spelling, lock].map((one) => lockFile(one, "out")));
    expect(tries.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    expect(existsSync(lock)).toBe(true);
  });

  it("goes on where the process ended between the file and the end of the journal", async () => {
    const server = await serve(halfRight);
    const { options, journal } = setUp(server.url, numbered(2));
    let before = "";
    await collect({
      ...options,
      onProgress: ({ done, total }: CollectProgress) => {
        if (done === total) before = readFileSync(journal, "utf8");
      },
    });
    writeFileSync(journal, before);
    expect(await collect(options)).toMatchObject({ complete: true, records: 2 });
    expect(server.requests).toHaveLength(4);
  });
});

describe("bad input", () => {
  const refusals: [string, string[], RegExp][] = [
    ["a line that is no JSON", ["{"], /dataset\.jsonl:1: line is not JSON/],
    ["a record without id", ['{"prompt":"a"}'], /:1: id must be a non-empty string/],
    [
      "an id that came before",
      ['{"id":"a","prompt":"a"}', '{"id":"a","prompt":"b"}'],
      /:2: id is the same as in line 1/,
    ],
    [
      "prompt and messages",
      ['{"id":"a","prompt":"a","messages":[{"role":"user","content":"b"}]}'],
      /:1: prompt or messages/,
    ],
    ["an empty prompt", ['{"id":"a","prompt":""}'], /:1: prompt/],
    [
      "a role that is none",
      ['{"id":"a","system":"s","messages":[{"role":"boss","content":"b"}]}'],
      /:1: messages\[0\]\.role must be one of/,
    ],
    ["a date that is none", ['{"id":"a","prompt":"b","at":"soon"}'], /:1: at must be a date/],
    ["no records", [""], /file holds no records/],
  ];
  it.each(refusals)("is told with file, line and field: %s", async (_, lines, message) => {
    const { options, path } = setUp("http://127.0.0.1:1/v1", []);
    writeFileSync(path("dataset.jsonl"), lines.join("\n"));
    await expect(collect(options)).rejects.toThrow(message);
    expect(existsSync(`${options.out}.lock`)).toBe(false);
  });

  it("of options is told with what is allowed", async () => {
    const { options, path } = setUp("http://127.0.0.1:1/v1", numbered(1));
    await expect(collect({ ...options, out: options.dataset, restart: true })).rejects.toThrow(
      /out must be another file than the input, which it would replace/,
    );
    await expect(collect({ ...options, out: path("none/out.jsonl") })).rejects.toThrow(
      /out must be in a folder that exists and can be written to \(ENOENT\)/,
    );
    await expect(collect({ ...options, models: ["tiny"] })).rejects.toThrow(
      /models must be one of small, large, got "tiny"/,
    );
    await expect(
      collect({
        ...options,
        batch: true,
        router: createRouter({ models: { m: fakeModel() }, policy: always("m") }),
      }),
    ).rejects.toThrow(/batch must be absent: the provider has no batch interface for fake:model/);
  });
});
