import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SseLimitError, SseReader } from "../../../src/plugin/http/sse-reader.ts";
import { runs } from "../../support/runs.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

/** Reads a stream that arrives in pieces. */
function read(...pieces: (string | Uint8Array)[]): string[] {
  const reader = new SseReader();
  const events = pieces.flatMap((piece) => reader.push(typeof piece === "string" ? bytes(piece) : piece));
  return [...events, ...reader.end()];
}

describe("an event stream", () => {
  it.each([
    ["line feeds", "data: a\n\ndata: b\n\n", ["a", "b"]],
    ["carriage returns", "data: a\r\rdata: b\r\r", ["a", "b"]],
    ["both", "data: a\r\n\r\ndata: b\r\n\r\n", ["a", "b"]],
    ["a mixture", "data: a\n\r\ndata: b\r\n\rdata: c\r\ndata: d\n\n", ["a", "b", "c\nd"]],
    ["no space after the colon", "data:a\n\n", ["a"]],
    ["two spaces after the colon", "data:  a\n\n", [" a"]],
    ["data without a colon", "data\n\n", [""]],
    ["several lines", "data: a\ndata:\ndata: b\n\n", ["a\n\nb"]],
    ["other fields", "event: x\nid: 1\nretry: 10\nsource: y\ndata: a\ndatas: b\n\n", ["a"]],
    ["comments and pings", ": still here\n\n:\n\ndata: a\n\n\n\n", ["a"]],
    ["a byte order mark", "\ufeffdata: a\n\n", ["a"]],
    ["a byte order mark in the middle, which is a part of a name", "data: a\n\n\ufeffdata: b\n\n", ["a"]],
    ["no end", "data: a\n\ndata: b", ["a", "b"]],
    ["one line end at the end", "data: a\n", ["a"]],
    ["nothing", "", []],
  ])("may have %s", (_, text, events) => {
    expect(read(text)).toEqual(events);
    expect(read(...text)).toEqual(events);
    expect(read(...[...bytes(text)].map((byte) => Uint8Array.of(byte)))).toEqual(events);
  });

  it("means the same however it is cut into pieces", () => {
    const line = fc.oneof(
      fc.constantFrom("data: ", "data:", ": note", "event: x", "", "data: é🗼", "datum: 1", "data"),
      fc.string({ unit: "grapheme", maxLength: 6 }).map((text) => `data: ${text.replace(/[\r\n]/g, "")}`),
    );
    const stream = fc
      .array(fc.tuple(line, fc.constantFrom("\n", "\r", "\r\n")), { maxLength: 12 })
      .map((lines) => lines.flat().join(""));
    fc.assert(
      fc.property(stream, fc.array(fc.nat(200), { maxLength: 8 }), (text, cuts) => {
        const whole = bytes(text);
        const at = [...new Set(cuts.map((cut) => cut % (whole.length + 1)))].sort((a, b) => a - b);
        const pieces = [0, ...at].map((start, index) => whole.subarray(start, at[index] ?? whole.length));
        expect(read(...pieces)).toEqual(read(whole));
        // The rule in its plain form.
        const lines = text.split(/\r\n|\r|\n/);
        const expected: string[] = [];
        let data: string[] = [];
        for (const one of [...lines, ""]) {
          if (one === "") {
            if (data.length > 0) expected.push(data.join("\n"));
            data = [];
          } else if (one === "data") data.push("");
          else if (one.startsWith("data:")) data.push(one.slice(one[5] === " " ? 6 : 5));
        }
        expect(read(whole)).toEqual(expected);
      }),
      { numRuns: runs(300, 10_000) },
    );
  });

  it.each([
    ["a line without end", (reader: SseReader) => reader.push(new Uint8Array(600).fill(0x61))],
    ["an event of many lines", (reader: SseReader) => reader.push(bytes("data: 123456\n".repeat(80)))],
    ["a long line", (reader: SseReader) => reader.push(bytes(`data: ${"x".repeat(1_100)}\n\n`))],
  ])("has bounds for %s", (_, more) => {
    const reader = new SseReader({ maxEventBytes: 1_000, maxBytes: 1_000_000 });
    expect(() => {
      for (let at = 0; at < 3; at += 1) more(reader);
    }).toThrow(SseLimitError);
  });

  it("has a bound for all of it, and keeps nothing of comments", () => {
    const reader = new SseReader({ maxEventBytes: 1_000, maxBytes: 100_000 });
    const push = () => reader.push(bytes(": a comment that says nothing\n\n"));
    for (let at = 0; at < 3_000; at += 1) expect(push()).toEqual([]);
    expect(() => {
      for (let at = 0; at < 3_000; at += 1) push();
    }).toThrow("more than 100000 bytes");
  });
});
