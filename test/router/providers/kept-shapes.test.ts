import { expect, test } from "vitest";
import type { CompletionChunk } from "../../../src/contracts/index.ts";
import { ChunkParser } from "../../../src/router/providers/internal/chunk-parser.ts";
import { ChunkWriter } from "../../../src/serve/http/chunk-writer.ts";
import { memoryInUse } from "../../support/memory-in-use.ts";

const chunk = (content: string, id = "a") =>
  JSON.stringify({ id, choices: [{ index: 0, delta: { content } }], usage: null });

test("what reads a stream keeps nothing of the piece that a chunk came in", () => {
  const before = memoryInUse();
  const parsers = Array.from({ length: 8 }, () => {
    // A comment of megabytes may stand before the chunk.
    const piece = Buffer.from(`:${" ".repeat(2_000_000)}\n${chunk("a")}`).toString();
    const parser = new ChunkParser();
    parser.parse(piece.slice(piece.indexOf("\n") + 1));
    return parser;
  });
  expect(memoryInUse() - before).toBeLessThan(4_000_000);
  for (const parser of parsers) expect(parser.parse(chunk("b"))).toEqual(JSON.parse(chunk("b")));
  expect(parsers.every((parser) => parser.isLikeBefore)).toBe(true);
});

test("what writes a stream keeps no fields of megabytes", () => {
  const long = (text: string): CompletionChunk => JSON.parse(chunk(text, "x".repeat(1_000_000)));
  const before = memoryInUse();
  const writers = Array.from({ length: 8 }, () => {
    const writer = new ChunkWriter();
    expect(writer.write(long("a")) === JSON.stringify(long("a"))).toBe(true);
    return writer;
  });
  expect(memoryInUse() - before).toBeLessThan(4_000_000);
  for (const writer of writers) {
    expect(writer.write(JSON.parse(chunk("b")))).toBe(chunk("b"));
    expect(writer.write(long("c")) === JSON.stringify(long("c"))).toBe(true);
  }
});
