import fc from "fast-check";
import { expect, test } from "vitest";
import type { CompletionChunk } from "../../../src/contracts/index.ts";
import { ChunkWriter } from "../../../src/serve/http/chunk-writer.ts";
import { anyChunk } from "../../support/chunk-samples.ts";
import { runs } from "../../support/runs.ts";

const asChunk = (value: unknown) => value as CompletionChunk;
const chunk = (content: string, more: object = {}) =>
  asChunk({
    id: "a",
    choices: [{ index: 0, delta: { content }, finish_reason: null }],
    usage: null,
    ...more,
  });

test("any stream is written as JSON.stringify writes it, with or without its usage", () => {
  const all = fc.array(anyChunk, { maxLength: 12 });
  fc.assert(
    fc.property(all, fc.boolean(), (chunks, withUsage) => {
      const writer = new ChunkWriter(withUsage ? undefined : "usage");
      for (const one of chunks) {
        const { usage: _, ...rest } = one;
        expect(writer.write(asChunk(one))).toBe(JSON.stringify(withUsage ? one : rest));
      }
    }),
    { numRuns: runs(200, 20_000) },
  );
});

test("a chunk with other values, other fields or a form of its own is written as it is", () => {
  class Own {
    readonly id = "a";
    readonly choices = chunk("x").choices;
    readonly usage = null;
    toJSON(): string {
      return "own";
    }
  }
  const writer = new ChunkWriter();
  const odd = [
    chunk("a"),
    chunk('b\n"\u2028\ud800'),
    chunk("c", { id: "b" }),
    chunk("d", { id: undefined }),
    chunk("e", { usage: { total_tokens: 1 } }),
    chunk("f", { more: 1 }),
    asChunk(new Own()),
    asChunk({ id: "a", choices: [] }),
    asChunk({ id: "a", choices: [{ index: 0, delta: null }] }),
    asChunk({ id: "a", choices: [{ index: 0, delta: { content: null }, finish_reason: null }], usage: null }),
    asChunk({ usage: null, id: "a", choices: chunk("g").choices }),
    chunk("h"),
  ];
  for (const one of odd) expect(writer.write(one)).toBe(JSON.stringify(one));
});

test("a chunk that its owner changes later does not change what is written", () => {
  const writer = new ChunkWriter();
  const first = chunk("a");
  writer.write(first);
  Object.assign(first.choices[0]?.delta ?? {}, { role: "tool" });
  expect(writer.write(chunk("b"))).toBe(JSON.stringify(chunk("b")));
  expect(writer.write(first)).toBe(JSON.stringify(first));
});
