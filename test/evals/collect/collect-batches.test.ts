import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { describe, expect, it, onTestFinished } from "vitest";
import { collect } from "../../../evals/collect/collect.ts";
import type { CollectOptions } from "../../../evals/collect/collect-options.ts";
import { exact } from "../../../evals/scorers/exact.ts";
import { always } from "../../../policies/always.ts";
import type { Router } from "../../../src/contracts/index.ts";
import { createRouter } from "../../../src/router/create/create-router.ts";
import { anthropic } from "../../../src/router/providers/anthropic.ts";
import { openai } from "../../../src/router/providers/openai.ts";
import { type BatchServer, type ItemReply, serveBatches } from "../../support/batch-server.ts";
import { collectFolder, numbered, price, readLines, writeLines } from "../../support/evals/collecting.ts";

async function serve(
  replyTo: (prompt: string, model: string) => ItemReply,
  options = {},
): Promise<BatchServer> {
  const server = await serveBatches(replyTo, options);
  onTestFinished(() => server.close());
  return server;
}

const numberIn = (prompt: string): string => prompt.split(" ")[1] ?? "";

const providers: Record<string, (url: string) => Router> = {
  openai: (url) => {
    const model = openai("o", { apiKey: "sk-secret", baseUrl: `${url}/v1`, price, maxOutputTokens: 5 });
    return createRouter({ models: { m: model }, policy: always("m") });
  },
  anthropic: (url) => {
    const model = anthropic("a", { apiKey: "sk-secret", baseUrl: url, price, maxOutputTokens: 5 });
    return createRouter({ models: { m: model }, policy: always("m") });
  },
};
function routerOf(provider: string, { url }: BatchServer): Router {
  const router = providers[provider]?.(url);
  if (router === undefined) throw new Error(`no provider ${provider}`);
  return router;
}

function both(server: BatchServer): Router {
  const [o, a] = ["openai", "anthropic"].map((name) => routerOf(name, server).models["m"]);
  if (o === undefined || a === undefined) throw new Error("no model");
  return createRouter({ models: { o, a }, policy: always("o") });
}
const submitting: Record<string, string> = {
  openai: "POST /v1/batches",
  anthropic: "POST /v1/messages/batches",
};
const looking: Record<string, string> = {
  openai: "GET /v1/batches/",
  anthropic: "GET /v1/messages/batches/",
};

const reading: Record<string, string> = {
  openai: "GET /v1/files/",
  anthropic: "GET /v1/messages/batches/msgbatch_1/results",
};

describe.each(["openai", "anthropic"])("a batch of %s", (provider) => {
  function setUp(server: BatchServer, count: number, more: Partial<CollectOptions> = {}) {
    const { path } = collectFolder();
    const options: CollectOptions = {
      dataset: writeLines(path("dataset.jsonl"), numbered(count)),
      router: routerOf(provider, server),
      scorer: exact(),
      out: path("out.jsonl"),
      batch: true,
      batchPollMs: 5,
      random: () => 0,
      ...more,
    };
    const name = Object.values(options.router.models)[0]?.name ?? "";
    return { options, name, journal: `${options.out}.partial.jsonl` };
  }

  it("is submitted once, awaited and scored; it costs half and says what a live call costs", async () => {
    const server = await serve((prompt) => numberIn(prompt));
    const { options, name } = setUp(server, 4);
    let looks = 0;
    const collection = await collect({
      ...options,
      onProgress: ({ batches }) => {
        if (batches === undefined) return;
        looks += 1;
        expect(batches[0]).toMatchObject({ model: name, items: 4 });
        if (looks === 3) server.release();
      },
    });
    expect(server.submitted.map(({ prompts }) => prompts)).toEqual([
      ["number 0", "number 1", "number 2", "number 3"],
    ]);
    expect(collection).toMatchObject({ complete: true, records: 4 });
    expect(collection.paidUsd).toBeCloseTo(4 * 0.00001, 12);
    expect(readLines(options.out)[2]?.outcomes[name]).toEqual({
      quality: 1,
      answer: "2",
      finishReason: "stop",
      servedModel: expect.any(String),
      costUsd: 0.00002,
      paidUsd: 0.00001,
      inputTokens: 10,
      outputTokens: 5,
    });
  });

  it("that was interrupted while it was awaited is awaited again by its id, and not submitted again", async () => {
    const server = await serve((prompt) => numberIn(prompt));
    const { options, journal } = setUp(server, 3);
    const controller = new AbortController();
    const first = await collect({
      ...options,
      signal: controller.signal,
      onProgress: ({ batches }) => batches && controller.abort(),
    });
    expect(first).toMatchObject({ stopped: "interrupted", missing: 3 });
    expect(readFileSync(journal, "utf8")).toContain(`"batch":"${server.submitted[0]?.id}"`);
    server.release();
    expect(await collect(options)).toMatchObject({ complete: true, records: 3 });
    expect(server.submitted).toHaveLength(1);
    expect(existsSync(journal)).toBe(false);
  });

  it("of which the answer to its submission was lost is found again", async () => {
    const server = await serve((prompt) => numberIn(prompt));
    server.release();
    server.failNext(submitting[provider] as string, "lost");
    const { options } = setUp(server, 3);
    expect(await collect(options)).toMatchObject({ complete: true, records: 3 });
    expect(server.submitted).toHaveLength(1);
  });

  it("whose submission a kill has cut off is found again, or submitted where it never arrived", async () => {
    const server = await serve((prompt) => numberIn(prompt));
    server.release();
    const { options, journal } = setUp(server, 3);
    let begun = "";
    await collect({
      ...options,
      onProgress: ({ done }) => {
        if (done === 0 && begun === "" && existsSync(journal)) begun = readFileSync(journal, "utf8");
        else if (done === 3) begun = readFileSync(journal, "utf8");
      },
    });
    const lines = begun.split("\n").filter((line) => line !== "");
    const upTo = (type: string) => lines.slice(0, lines.findIndex((line) => line.includes(type)) + 1);
    const arrived = `${upTo("batch-begun").join("\n")}\n`;
    writeFileSync(journal, arrived);
    expect(await collect(options)).toMatchObject({ complete: true, records: 3 });
    expect(server.submitted).toHaveLength(1);
    // One of which the provider knows nothing: another name, a size that no batch has.
    const never = arrived
      .replace(/"items":\[/, '"items":[{"id":"x","repeat":0},')
      .replaceAll(/"key":"\w+"/g, '"key":"abc"');
    writeFileSync(journal, never);
    expect(await collect(options)).toMatchObject({ complete: true, records: 3 });
    expect(server.submitted).toHaveLength(2);
  });

  it("is tried again where the provider refuses it for now", async () => {
    const server = await serve((prompt) => numberIn(prompt));
    server.release();
    server.failNext(submitting[provider] as string, "refused", 2);
    server.failNext(looking[provider] as string, "refused", 2);
    const { options } = setUp(server, 2);
    expect(await collect(options)).toMatchObject({ complete: true, records: 2 });
    expect(server.submitted).toHaveLength(1);
  });

  it("gives what has expired or was cancelled to the next run, and what was refused quality 0", async () => {
    let late = true;
    const overflow =
      provider === "openai"
        ? { status: 400, code: "context_length_exceeded" }
        : { status: 400, code: "invalid_request_error" };
    const server = await serve((prompt) => {
      if (prompt === "number 1") return overflow;
      if (late && prompt === "number 2") return "expired";
      if (late && prompt === "number 3") return "cancelled";
      return numberIn(prompt);
    });
    server.release();
    const { options, name } = setUp(server, 4);
    const first = await collect(options);
    expect(first).toMatchObject({
      complete: false,
      records: 2,
      missing: 2,
      errors: { "context-overflow": 1, timeout: 1, incomplete: 1 },
    });
    expect(readLines(options.out).map(({ outcomes }) => outcomes[name]?.quality)).toEqual([1, 0]);
    late = false;
    expect(await collect(options)).toMatchObject({ complete: true, records: 4 });
    expect(server.submitted.map(({ prompts }) => prompts.length)).toEqual([4, 2]);
  });

  it("holds no more than maxCostUsd allows at half the price", async () => {
    const server = await serve((prompt) => numberIn(prompt));
    server.release();
    const { options } = setUp(server, 40, { maxCostUsd: 0.0004 });
    const collection = await collect(options);
    expect(collection.stopped).toBe("max-cost");
    const items = server.submitted.reduce((sum, { prompts }) => sum + prompts.length, 0);
    expect(items * 0.00001).toBeLessThanOrEqual(0.0004);
    // Batches turn out cheaper than they can be, so that more of them follow the first.
    expect(server.submitted.length).toBeGreaterThan(1);
    expect(collection.records).toBe(items);
  });

  it("whose results a wrong key cannot read is kept for the run that has the right one", async () => {
    const server = await serve(numberIn);
    server.release();
    const { options } = setUp(server, 3);
    server.failNext(reading[provider] as string, "denied", 1);
    await expect(collect(options)).rejects.toThrow(/failed \(authentication, status 401/);
    expect(await collect(options)).toMatchObject({ complete: true, records: 3 });
    expect(server.submitted).toHaveLength(1);
  });

  it("shows no prompt and no key when it fails", async () => {
    const server = await serve((prompt) => numberIn(prompt));
    const { options } = setUp(server, 2, { retries: 0 });
    server.failNext(submitting[provider] as string, "refused", 1);
    const error = await collect(options).catch((thrown: unknown) => thrown);
    expect(String(error)).toMatch(/failed \(overloaded, status 503/);
    expect(JSON.stringify(error)).not.toMatch(/number|sk-secret/);
  });
});

describe("batches", () => {
  it("that the provider refuses as a whole end the run, with the code and without the text", async () => {
    const server = await serve((prompt) => numberIn(prompt), { refuseBatches: true });
    server.release();
    const { path } = collectFolder();
    const run = collect({
      dataset: writeLines(path("dataset.jsonl"), numbered(2)),
      router: routerOf("openai", server),
      scorer: exact(),
      out: path("out.jsonl"),
      batch: true,
      batchPollMs: 5,
    });
    await expect(run).rejects.toThrow(
      /^openai:o failed \(invalid-request\): the provider refused the whole batch \(invalid_json_line\)$/,
    );
  });

  it("of two providers share what may be spent", async () => {
    const server = await serve(numberIn);
    server.release();
    const { path } = collectFolder();
    const collection = await collect({
      dataset: writeLines(path("dataset.jsonl"), numbered(30)),
      router: both(server),
      scorer: exact(),
      out: path("out.jsonl"),
      batch: true,
      batchPollMs: 5,
      maxCostUsd: 0.0004,
    });
    expect(collection).toMatchObject({ stopped: "max-cost", unscored: 0 });
    const items = server.submitted.reduce((sum, { prompts }) => sum + prompts.length, 0);
    expect(items * 0.00001).toBeLessThanOrEqual(0.0004);
    expect(items * 0.00001).toBeGreaterThan(0.0003);
    expect(collection.paidUsd).toBeCloseTo(items * 0.00001, 12);
  });

  it("of two providers run side by side", async () => {
    const server = await serve((prompt, model) => (model === "o" ? numberIn(prompt) : "wrong"));
    server.release();
    const { path } = collectFolder();
    const collection = await collect({
      dataset: writeLines(path("dataset.jsonl"), numbered(3)),
      router: both(server),
      scorer: exact(),
      out: path("out.jsonl"),
      batch: true,
      batchPollMs: 5,
      repeats: 2,
    });
    expect(collection.models.map(({ quality, outcomes }) => [quality, outcomes])).toEqual([
      [1, 3],
      [0, 3],
    ]);
    expect(server.submitted.map(({ prompts }) => prompts.length)).toEqual([6, 6]);
  });
});
