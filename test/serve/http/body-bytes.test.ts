import fc from "fast-check";
import { expect, test } from "vitest";
import { bodyBytes } from "../../../src/serve/http/body-bytes.ts";
import { memoryInUse } from "../../support/memory-in-use.ts";

function gathered(parts: readonly Uint8Array[]): string {
  const body = bodyBytes();
  for (const part of parts) body.add(part);
  return body.text();
}

test("a text comes together however it was cut, also within a character", () => {
  const cuts = fc.array(fc.integer({ min: 0, max: 20_000 }), { maxLength: 40 });
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 60 }), fc.nat(100), cuts, (piece, times, at) => {
      const text = piece.replace(/^\ufeff/, "").repeat(times);
      const bytes = new TextEncoder().encode(text);
      const places = [0, ...at.filter((one) => one < bytes.length).sort((a, b) => a - b), bytes.length];
      const parts = places.slice(1).map((end, index) => bytes.subarray(places[index], end));
      expect(gathered(parts)).toBe(new TextDecoder().decode(bytes));
      const short = new TextEncoder().encode(text.slice(0, 2_000));
      expect(gathered(Array.from(short, (byte) => Uint8Array.of(byte)))).toBe(gathered([short]));
    }),
    { numRuns: 20 },
  );
});

test("what is not UTF-8 is refused, as a whole and where it breaks off", () => {
  expect(() => gathered([Uint8Array.of(0x7b), Uint8Array.of(0xff)])).toThrow("not UTF-8");
  expect(() => gathered([Uint8Array.of(0xe2, 0x82)])).toThrow("not UTF-8");
  expect(gathered([])).toBe("");
});

test("a body of single bytes takes no more memory than its bytes", () => {
  const before = memoryInUse();
  const body = bodyBytes();
  const wire = new Uint8Array(65_536).fill(0x20);
  const count = 300_000;
  for (let at = 0; at < count; at += 1) body.add(wire.subarray(at % 65_536, (at % 65_536) + 1));
  // Single objects would be 30 MB.
  expect(memoryInUse() - before).toBeLessThan(8_000_000);
  expect(body.length).toBe(count);
  expect(body.text()).toBe(" ".repeat(count));
});

test("many bodies that stop after a few bytes take little memory each", () => {
  const before = memoryInUse();
  const bodies = Array.from({ length: 500 }, () => {
    const body = bodyBytes();
    for (const character of "{ }") body.add(new TextEncoder().encode(character));
    return body;
  });
  expect(memoryInUse() - before).toBeLessThan(500 * 8_192);
  expect(bodies.map((body) => body.text())).toEqual(bodies.map(() => "{ }"));
});
