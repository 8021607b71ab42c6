import fc from "fast-check";
import { expect, test } from "vitest";
import { ChunkParser } from "../../../../src/router/providers/internal/chunk-parser.ts";
import { anyChunk } from "../../../support/chunk-samples.ts";
import { runs } from "../../../support/runs.ts";

const chunk = (content: unknown, more = "") =>
  `{"id":"a","choices":[{"index":0,"delta":{"content":${JSON.stringify(content)}}${more}}],"usage":null}`;

/** Parses a stream both ways; returns which chunks were copies. */
function parsed(datas: readonly string[]): boolean[] {
  const parser = new ChunkParser();
  return datas.map((data) => {
    const read = parser.parse(data);
    expect(read).toEqual(JSON.parse(data));
    // The order of the fields, too.
    expect(JSON.stringify(read)).toBe(JSON.stringify(JSON.parse(data)));
    return parser.isLikeBefore;
  });
}

test("chunks that differ by their text alone are not parsed again, whatever the text", () => {
  const texts = [
    "Paris",
    "",
    "a text of more than a few characters",
    'a "quote"',
    "line\nbreak",
    "é\u2028😀",
  ];
  expect(parsed(texts.map((text) => chunk(text)))).toEqual([false, true, true, true, true, true]);
  expect(parsed(texts.map((text) => JSON.stringify(JSON.parse(chunk(text)), null, 1)))).toContain(true);
});

test("what else differs is parsed", () => {
  const other = chunk("x", ',"finish_reason":null');
  expect(parsed([chunk("a"), chunk("b"), other, other, chunk(null), chunk("c")])).toEqual([
    false,
    true,
    false,
    true,
    false,
    false,
  ]);
});

test("what ends an answer, or belongs to another one, is parsed each time", () => {
  const stop = chunk("x", ',"finish_reason":"stop"');
  const second = chunk("x").replace('"index":0', '"index":1');
  expect(parsed([stop, stop, second, second])).toEqual([false, false, false, false]);
});

test("a text that closes its quotation mark is no text", () => {
  const [before = "", after = ""] = chunk("TEXT").split("TEXT");
  const sent = [chunk("a"), `${before}b","role":"tool${after}`, `${before}x","content":"c${after}`];
  expect(parsed(sent)).toEqual([false, false, false]);
});

test("the text is the one that counts where its name stands twice", () => {
  const twice = (first: string, last: string) =>
    `{"choices":[{"delta":{"content":"${first}","content":"${last}"}}]}`;
  expect(parsed([twice("a", "b"), twice("c", "b"), twice("a", "d")])).toEqual([false, false, false]);
  const outside = (text: string) => `{"content":"${text}","choices":[{"delta":{"content":"a"}}]}`;
  expect(parsed([outside("a"), outside("b"), outside("c")])).toEqual([false, false, false]);
});

test("text that is not JSON throws, also where its ends are those of the chunk before", () => {
  const parser = new ChunkParser();
  parser.parse(chunk("a"));
  const [before = "", after = ""] = chunk("TEXT").split("TEXT");
  for (const text of ['"', "\\", "\n", "\\u12", '",'])
    expect(() => parser.parse(`${before}${text}${after}`)).toThrow(SyntaxError);
  expect(() => parser.parse(`${before}${after.slice(1)}`)).toThrow(SyntaxError);
  expect(parser.parse(chunk("b"))).toEqual(JSON.parse(chunk("b")));
});

test("a reader that changes a chunk changes no other one", () => {
  const parser = new ChunkParser();
  for (const text of ["a", "b", "c"]) {
    const read = parser.parse(chunk(text)) as { choices: { delta: { content?: string } }[]; id?: string };
    expect(read).toEqual(JSON.parse(chunk(text)));
    delete read.id;
    Object.assign(read.choices[0] ?? {}, { index: 7 }, { delta: { written_by: "me" } });
  }
});

test("any stream is read as JSON.parse reads it", () => {
  fc.assert(
    fc.property(fc.array(anyChunk, { maxLength: 12 }), fc.constantFrom(0, 1), (chunks, indent) => {
      parsed(chunks.map((one) => JSON.stringify(one, null, indent).replaceAll("\n", "")));
    }),
    { numRuns: runs(200, 20_000) },
  );
});
