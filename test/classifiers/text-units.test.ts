import { afterEach, expect, it, vi } from "vitest";

afterEach(() => {
  vi.unstubAllGlobals();
  vi.resetModules();
});

it("a text is copied in the same way where there is no Buffer, as in Workers", async () => {
  const text = "Grüße, 世界 😀 \ud800 and more";
  const copy = async () => {
    vi.resetModules();
    const { loadUnits, units } = await import("../../src/classifiers/text-units.ts");
    loadUnits(text, 2, text.length);
    return [...units.subarray(0, text.length - 2)];
  };
  const usual = await copy();
  expect(usual).toEqual([...text.slice(2)].flatMap((one) => one.split("").map((unit) => unit.charCodeAt(0))));
  vi.stubGlobal("Buffer", undefined);
  expect(await copy()).toEqual(usual);
});
