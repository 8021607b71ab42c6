import { expect, it } from "vitest";
import type { AnswerToKeep, ResponseCache } from "../../src/contracts/ports/index.ts";
import type { CacheOptions } from "../../src/router/cache/index.ts";
import { completionOf } from "../../src/testing/index.ts";

/** Suite of the port: what every cache of answers must do. */
export function responseCacheConformance(
  create: (options?: CacheOptions) => { cache: ResponseCache; pass(ms: number): void },
) {
  const answer = (text: string, changes: Partial<AnswerToKeep> = {}): AnswerToKeep => ({
    completion: completionOf(text),
    model: "small",
    tenant: undefined,
    attemptId: "d/1",
    dropped: undefined,
    usage: { inputTokens: 1, outputTokens: 2 },
    costUsd: 0.5,
    ...changes,
  });

  it("returns what was put under a key, with its origin, and nothing for another key", () => {
    const { cache, pass } = create();
    cache.put("k", answer("one"));
    pass(10);
    expect(cache.get("k")).toEqual({
      completion: completionOf("one"),
      model: "small",
      from: {
        attemptId: "d/1",
        ageMs: 10,
        savedUsage: { inputTokens: 1, outputTokens: 2 },
        savedCostUsd: 0.5,
      },
    });
    expect(cache.get("K")).toBeUndefined();
    expect(cache.get("__proto__")).toBeUndefined();
  });

  it("keeps the latest answer, and forgets all of them on clear", () => {
    const { cache } = create();
    cache.put("k", answer("one"));
    cache.put("k", answer("two"));
    expect(cache.get("k")?.completion.choices[0]?.message.content).toBe("two");
    cache.clear();
    expect(cache.get("k")).toBeUndefined();
  });

  it("gives and takes copies", () => {
    const { cache } = create();
    const given = answer("one");
    cache.put("k", given);
    given.completion.choices.pop();
    cache.get("k")?.completion.choices.pop();
    Object.assign(cache.get("k")?.from.savedUsage ?? {}, { inputTokens: 99 });
    expect(cache.get("k")).toMatchObject({
      completion: completionOf("one"),
      from: { savedUsage: { inputTokens: 1 } },
    });
  });

  it("leaves out what is not known of usage and cost", () => {
    const { cache } = create();
    cache.put("k", answer("one", { usage: undefined, costUsd: undefined }));
    expect(cache.get("k")?.from).toEqual({ attemptId: "d/1", ageMs: 0 });
  });

  it("returns nothing once the time is over, also if it was asked in between", () => {
    const { cache, pass } = create({ ttlMs: 100 });
    cache.put("k", answer("one"));
    pass(99);
    expect(cache.get("k")).toBeDefined();
    pass(1);
    expect(cache.get("k")).toBeUndefined();
  });

  it("does not keep what is not whole, too large, or was made without its temperature", () => {
    const { cache } = create({ maxBytes: 160_000 });
    cache.put("cut", answer("", { completion: completionOf({ content: "a", finishReason: "length" }) }));
    cache.put("large", answer("a".repeat(10_000)));
    cache.put("wide", answer("ā".repeat(5_000)));
    cache.put("narrow", answer("a".repeat(5_000)));
    cache.put("hot", answer("a", { dropped: ["temperature"] }));
    cache.put("dropped", answer("a", { dropped: ["seed"] }));
    const kept = ["cut", "large", "wide", "narrow", "hot", "dropped"].filter(
      (key) => cache.get(key) !== undefined,
    );
    expect(kept).toEqual(["narrow", "dropped"]);
  });

  it("stays within its number and size", () => {
    const { cache } = create({ maxAnswers: 3, maxBytes: 1_000_000 });
    for (let at = 0; at < 10; at += 1) cache.put(`${at}`, answer("a"));
    expect(
      Array.from({ length: 10 }, (_, at) => cache.get(`${at}`)).filter((one) => one !== undefined),
    ).toHaveLength(3);
  });
}
