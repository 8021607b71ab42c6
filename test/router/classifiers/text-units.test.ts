import { afterEach, expect, it, vi } from "vitest";

afterEach(() => {
  vi.unstubAllGlobals();
  vi.resetModules();
});

const text = "Grüße, 世界 😀 \ud800 and more";

async function withAndWithoutBuffer<T>(copy: () => Promise<T>): Promise<readonly [T, T]> {
  vi.resetModules();
  const usual = await copy();
  vi.stubGlobal("Buffer", undefined);
  vi.resetModules();
  return [usual, await copy()];
}

const unitsOf = (part: string): readonly number[] => part.split("").map((unit) => unit.charCodeAt(0));

it("a text is copied in the same way where there is no Buffer, as in Workers", async () => {
  const copies = await withAndWithoutBuffer(async () => {
    const { loadUnits, units } = await import("../../../src/router/classifiers/text-units.ts");
    const end = loadUnits(text, loadUnits("begin", 0));
    return [...units.subarray(0, end)];
  });
  for (const copy of copies) expect(copy).toEqual(unitsOf(`begin${text}`));
});

it.each([3_999, 4_000, 4_001, 9_000])(
  "of an ask of %i units, the beginning and the end are loaded",
  async (length) => {
    const ask = text.repeat(Math.ceil(length / text.length)).slice(0, length);
    const copies = await withAndWithoutBuffer(async () => {
      const { loadAsk, units } = await import("../../../src/router/classifiers/text-units.ts");
      return [...units.subarray(0, loadAsk(ask))];
    });
    const read = length <= 4_000 ? ask : ask.slice(0, 3_000) + ask.slice(-1_000);
    for (const copy of copies) expect(copy).toEqual(unitsOf(read));
  },
);
