import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { EventBlocks, type StreamLimits } from "../../../src/plugin/http/event-blocks.ts";
import { SseReader } from "../../../src/plugin/http/sse-reader.ts";
import { numRuns, runs } from "../../support/runs.ts";

const limits: StreamLimits = { maxEventBytes: 100, maxBytes: 1_000 };
const encode = (text: string) => new TextEncoder().encode(text);

/** A body that delivers these pieces; `cancelled` counts how often it was closed before its end. */
function bodyOf(pieces: Iterable<Uint8Array>) {
  const iterator = pieces[Symbol.iterator]();
  const seen = { cancelled: 0 };
  const stream = new ReadableStream<Uint8Array>({
    pull(controller) {
      const { done, value } = iterator.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    cancel() {
      seen.cancelled += 1;
    },
  });
  return { stream, seen };
}

async function blocksOf(
  pieces: Iterable<string | Uint8Array>,
  bounds: StreamLimits = limits,
): Promise<string[]> {
  const bytes = [...pieces].map((piece) => (typeof piece === "string" ? encode(piece) : piece));
  const blocks: string[] = [];
  for await (const block of new EventBlocks(bodyOf(bytes).stream, "m", bounds))
    blocks.push(new TextDecoder().decode(block));
  return blocks;
}

const wide: StreamLimits = { maxEventBytes: 1e9, maxBytes: 1e9 };
const lineEnd = fc.constantFrom("\n", "\r", "\r\n");
const event = fc
  .tuple(
    fc.array(
      fc.string({ unit: "grapheme", maxLength: 12 }).map((text) => text.replace(/[\r\n]/g, "")),
      { minLength: 1, maxLength: 3 },
    ),
    lineEnd,
  )
  .map(([values, end]) => ({
    data: values.join("\n"),
    text: `${values.map((value) => `data: ${value}${end}`).join("")}${end}`,
  }));

describe("a stream of events", () => {
  it("comes in whole events, however it was cut into pieces", async () => {
    const property = fc.asyncProperty(
      fc.array(event, { maxLength: 8 }),
      fc.array(fc.nat(40), { maxLength: 40 }),
      async (events, cuts) => {
        const bytes = encode(events.map(({ text }) => text).join(""));
        const pieces: Uint8Array[] = [];
        let at = 0;
        for (const cut of cuts) {
          pieces.push(bytes.subarray(at, at + cut));
          at += cut;
        }
        pieces.push(bytes.subarray(at));
        const read: string[] = [];
        const { stream } = bodyOf(pieces.filter((one) => one.length > 0));
        for await (const block of new EventBlocks(stream, "m", wide))
          read.push(...new SseReader().push(block));
        expect(read).toEqual(events.map(({ data }) => data));
      },
    );
    await fc.assert(property, numRuns(5_000));
  });

  it("delivers an event with the piece that ends it, and a large one as one block", async () => {
    expect(await blocksOf(["data: a\n\n", "data: b\n", "\ndata: ", "c\n\n"])).toEqual([
      "data: a\n\n",
      "data: b\n\n",
      "data: c\n\n",
    ]);
    expect(await blocksOf(["data: a\r\n\r", "\n"])).toEqual(["data: a\n\n"]);
    const letters = Array.from({ length: runs(20_000, 200_000) }, () => "x");
    const [block, ...others] = await blocksOf(["data: ", ...letters, "\n\n"], wide);
    expect(block).toHaveLength(letters.length + 8);
    expect(others).toEqual([]);
  });

  it("delivers what is left at the end of the body", async () => {
    expect(await blocksOf(["data: a\n\ndata: b"])).toEqual(["data: a\n\n", "data: b"]);
  });

  it("may not hold an event beyond the limit, in one piece or in many", async () => {
    const fits = `data: ${"x".repeat(92)}\n\n`;
    expect(await blocksOf([fits, fits.slice(0, 50), fits.slice(50), fits + fits])).toHaveLength(3);
    const large = `data: ${"x".repeat(100)}\n\n`;
    const lines = "data: a\n".repeat(60);
    const named = `event: ${"x".repeat(100)}\ndata: a\n\n`;
    for (const pieces of [[large], [fits + large], [large + fits], [...large], [lines], [...named]])
      await expect(blocksOf(pieces)).rejects.toMatchObject({
        code: "provider",
        kind: "incomplete",
        model: "m",
        retryable: false,
        message: expect.stringContaining("more than 100 bytes"),
      });
  });

  it("may not be longer than the limit, and is closed at once", async () => {
    function* endless() {
      for (;;) yield encode("data: a\n\n");
    }
    const { stream, seen } = bodyOf(endless());
    const read = async () => {
      for await (const _ of new EventBlocks(stream, "m", limits));
    };
    await expect(read()).rejects.toMatchObject({ message: expect.stringContaining("more than 1000 bytes") });
    expect(seen.cancelled).toBe(1);
  });

  it("passes on no comments and no unknown fields, which an SDK would keep", async () => {
    expect(await blocksOf([": ping\n\n", "\n\n", ":\r\n\r\n", "x\n\n", "retry: 5\n\n", "{}\n\n"])).toEqual(
      [],
    );
    expect(await blocksOf([": ping\ndata: a\n\n", "event: b\n\n", "data: c\n\n"])).toEqual([
      "data: a\n\n",
      "data: c\n\n",
    ]);
    expect(await blocksOf(["\ufeffevent: b\nid: 1\ndata: c\ndata: d\n\ndata: e\n\n"])).toEqual([
      "event: b\ndata: c\ndata: d\n\ndata: e\n\n",
    ]);
  });

  it("of lines comes in whole lines, each within the limit", async () => {
    const lines = { ...limits, lines: true };
    expect(await blocksOf(['{"a"', ":1}\n{}\n{", "}\n\n: x\n", "rest"], lines)).toEqual([
      '{"a":1}\n{}\n',
      "{}\n\n: x\n",
      "rest",
    ]);
    const fits = `${"x".repeat(99)}\n`;
    expect((await blocksOf([fits + fits, fits], lines)).join("")).toBe(fits.repeat(3));
    for (const pieces of [[`x${fits}`], [..."x".repeat(101)], [`${fits}x${fits}`]])
      await expect(blocksOf(pieces, lines)).rejects.toMatchObject({ kind: "incomplete" });
  });

  it("is closed when its reader leaves", async () => {
    const { stream, seen } = bodyOf([encode("data: a\n\n"), encode("data: b\n\n"), encode("data: c\n\n")]);
    for await (const _ of new EventBlocks(stream, "m", limits)) break;
    expect(seen.cancelled).toBe(1);
  });
});
