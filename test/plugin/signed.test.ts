import fc from "fast-check";
import { expect, test } from "vitest";
import { readSigned, signed } from "../../src/plugin/signed.ts";
import { rows } from "../../src/router/cost/catalogue.generated.ts";

/** Every name that the catalogue knows, with a region and an endpoint as platforms write them. */
const names = Object.entries(JSON.parse(rows) as Record<string, readonly [string][]>).flatMap(
  ([provider, models]) =>
    models.flatMap(([model]) => [
      `${provider}:${model}`,
      `bedrock:eu.${provider}.${model}-v1:0`,
      `vertex:publishers/${provider}/models/${model}@001`,
    ]),
);

test("a signature keeps its writer, whatever the catalogue calls it", () => {
  expect(names.length).toBeGreaterThan(600);
  for (const writer of names)
    expect(readSigned(signed("sig.with.dots==", writer))).toEqual({ writer, signature: "sig.with.dots==" });
});

test("a signature keeps any writer, and any text", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), fc.string(), (writer, signature) => {
      expect(readSigned(signed(signature, writer))).toEqual({ writer, signature });
    }),
  );
});

test("what is not marked, or is marked badly, names no writer", () => {
  for (const text of [undefined, 5, "", "abc", "switchpoint.", "switchpoint.openai", "switchpoint.%zz.x"])
    expect(readSigned(text)).toBeUndefined();
});
