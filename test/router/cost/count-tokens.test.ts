import { get_encoding, type Tiktoken } from "tiktoken";
import { describe, expect, test } from "vitest";
import { createTokenCounter, encodingOf } from "../../../src/router/cost/count-tokens.ts";
import type { Encoder, Encoding } from "../../../src/router/cost/create-encoder.ts";
import { corpus } from "../../support/corpora.ts";

/** Reading an encoding takes half a second. */
const encoders = new Map<Encoding, Tiktoken>();
function encoderOf(encoding: Encoding): Tiktoken {
  const encoder = encoders.get(encoding) ?? get_encoding(encoding);
  encoders.set(encoding, encoder);
  return encoder;
}

/** The real tokeniser, with a record of the texts it encodes. */
function recording(): {
  encoded: string[];
  loads: Encoding[];
  loadEncoder: (encoding: Encoding) => Promise<Encoder>;
} {
  const encoded: string[] = [];
  const loads: Encoding[] = [];
  const loadEncoder = async (encoding: Encoding): Promise<Encoder> => {
    loads.push(encoding);
    const real = encoderOf(encoding);
    return {
      encode_ordinary(text) {
        encoded.push(text);
        return real.encode_ordinary(text);
      },
    };
  };
  return { encoded, loads, loadEncoder };
}

const whole = encoderOf("o200k_base");

describe("counting tokens", () => {
  test("equals the whole text's tokens when it is short, in every script", async () => {
    const count = createTokenCounter();
    for (const kind of ["english", "code", "cjk", "emoji", "mixed"] as const) {
      const text = corpus(kind, 700, 3).slice(0, 1_000);
      expect(await count(text)).toEqual({ tokens: whole.encode_ordinary(text).length, complete: true });
    }
    expect(await count("")).toEqual({ tokens: 0, complete: true });
  });

  test("of long prose gives the whole text's count, since slices end before a space", async () => {
    const text = corpus("english", 30_000, 1);
    expect((await createTokenCounter()(text)).tokens).toBe(whole.encode_ordinary(text).length);
  });

  test("of other long texts is off by at most two tokens per slice", async () => {
    const count = createTokenCounter();
    for (const kind of ["code", "cjk", "emoji", "mixed"] as const) {
      // Shorter for emoji: a whole run of them takes quadratic time.
      const text = corpus(kind, kind === "emoji" ? 5_000 : 30_000, 2);
      const { tokens } = await count(text);
      const exact = whole.encode_ordinary(text).length;
      expect(Math.abs(tokens - exact), kind).toBeLessThanOrEqual(2 * Math.ceil(text.length / 960));
    }
  });

  test("reads special tokens as plain text", async () => {
    const { tokens } = await createTokenCounter()("<|endoftext|>");
    expect(tokens).toBeGreaterThan(1);
  });

  test("cuts a run of one character into slices, so that time is linear", async () => {
    const { encoded, loadEncoder } = recording();
    const text = "a".repeat(200_000);
    const { tokens } = await createTokenCounter({ loadEncoder })(text);
    expect(encoded).toHaveLength(Math.ceil(200_000 / 1_024));
    expect(Math.max(...encoded.map(({ length }) => length))).toBe(1_024);
    expect(encoded.join("")).toBe(text);
    // 8 of them are one token
    expect(tokens).toBe(25_000);
  });

  test("never splits a surrogate pair nor loses a unit", async () => {
    const { encoded, loadEncoder } = recording();
    const text = `x${"🚀".repeat(3_000)} ${"y".repeat(1_500)}`;
    await createTokenCounter({ loadEncoder })(text);
    expect(encoded.join("")).toBe(text);
    for (const slice of encoded) {
      expect(slice.length).toBeLessThanOrEqual(1_024);
      expect(Buffer.from(slice).toString()).toBe(slice);
    }
  });

  test("stops at the cap and estimates the rest at the measured ratio", async () => {
    const { encoded, loadEncoder } = recording();
    const text = corpus("english", 60_000, 5);
    const { tokens, complete } = await createTokenCounter({ loadEncoder, maxCharacters: 20_000 })(text);
    expect(complete).toBe(false);
    expect(encoded.join("")).toBe(text.slice(0, 20_000));
    const exact = whole.encode_ordinary(text).length;
    expect(Math.abs(tokens / exact - 1)).toBeLessThan(0.05);
  });

  test("does not cut a surrogate pair at the cap either", async () => {
    const { encoded, loadEncoder } = recording();
    await createTokenCounter({ loadEncoder, maxCharacters: 2_001 })("🚀".repeat(2_000));
    expect(encoded.join("")).toBe("🚀".repeat(1_000));
  });

  test("lets the event loop run between batches", async () => {
    const { encoded, loadEncoder } = recording();
    const seen: number[] = [];
    const watch = setInterval(() => seen.push(encoded.length), 0);
    await createTokenCounter({ loadEncoder })(corpus("code", 100_000, 1));
    clearInterval(watch);
    expect(seen.some((slices) => slices > 0 && slices < encoded.length)).toBe(true);
  });

  test("stops when it is aborted, with the signal's reason", async () => {
    const { encoded, loadEncoder } = recording();
    const controller = new AbortController();
    const reason = new Error("no longer needed");
    const aborting = async (encoding: Encoding): Promise<Encoder> => {
      const encoder = await loadEncoder(encoding);
      return {
        encode_ordinary(text) {
          if (encoded.length === 10) controller.abort(reason);
          return encoder.encode_ordinary(text);
        },
      };
    };
    const count = createTokenCounter({ loadEncoder: aborting });
    await expect(count("a".repeat(500_000), { signal: controller.signal })).rejects.toBe(reason);
    // the current batch is finished, no other begins
    expect(encoded).toHaveLength(16);
    await expect(count("a", { signal: controller.signal })).rejects.toBe(reason);
  });

  test("caches a bounded number of counts", async () => {
    const { encoded, loadEncoder } = recording();
    const count = createTokenCounter({ loadEncoder, maxCached: 2 });
    const first = await count("one");
    expect(await count("one")).toBe(first);
    expect(encoded).toEqual(["one"]);
    await count("two");
    await count("three");
    await count("one");
    expect(encoded).toEqual(["one", "two", "three", "one"]);
  });

  test("counts by the model's encoding, and does not mix their counts", async () => {
    const { loads, loadEncoder } = recording();
    const count = createTokenCounter({ loadEncoder });
    const text = "机器学习模型";
    const old = await count(text, { model: "gpt-4-turbo" });
    const current = await count(text, { model: "gpt-5" });
    expect(loads).toEqual(["cl100k_base", "o200k_base"]);
    expect(old.tokens).toBe(encoderOf("cl100k_base").encode_ordinary(text).length);
    expect(current.tokens).toBe(whole.encode_ordinary(text).length);
    expect(current.tokens).toBeLessThan(old.tokens);
  });

  test("refuses limits out of range", () => {
    expect(() => createTokenCounter({ maxCharacters: 10 })).toThrow(
      /maxCharacters must be an integer of at least/,
    );
    expect(() => createTokenCounter({ maxCached: 0 })).toThrow(/maxCached/);
  });
});

test.each([
  ["gpt-4", "cl100k_base"],
  ["gpt-4-0613", "cl100k_base"],
  ["gpt-3.5-turbo", "cl100k_base"],
  ["gpt-35-turbo", "cl100k_base"],
  ["ft:gpt-4-0613:team", "cl100k_base"],
  ["text-embedding-3-small", "cl100k_base"],
  ["gpt-4o", "o200k_base"],
  ["gpt-4.1-mini", "o200k_base"],
  ["gpt-5.5", "o200k_base"],
  ["gpt-6-sol", "o200k_base"],
  ["o3", "o200k_base"],
  ["claude-opus-5-5", "o200k_base"],
  ["", "o200k_base"],
])("%s is counted with %s", (model, encoding) => {
  expect(encodingOf(model)).toBe(encoding);
});
