import fc from "fast-check";
import { expect, test } from "vitest";
import { readSigned, readSignedBytes, signed, signedBytes } from "../../src/plugin/signed.ts";
import { rows } from "../../src/router/cost/catalogue.generated.ts";
import { readLines } from "../../src/router/cost/catalogue-rows.ts";

/** Every name that the catalogue knows, with a region and an endpoint as platforms write them. */
const names = [...readLines(rows)].flatMap(([provider, models]) =>
  models.flatMap(({ model }) => [
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

test("a signature for clients that take it for bytes keeps them, too, in either alphabet of base64", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), fc.string({ unit: "grapheme" }), (signature, writer) => {
      const text = signedBytes(signature, writer);
      expect(Buffer.from(text, "base64").toString("base64")).toBe(text);
      const other = text.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
      for (const one of [text, other]) expect(readSignedBytes(one)).toEqual({ signature, writer });
    }),
  );
  for (const foreign of [undefined, "", "CiMBjz1rX25K", "c3dpdGNocG9pbnQu", "switchpoint.a.b", 5])
    expect(readSignedBytes(foreign)).toBeUndefined();
});
