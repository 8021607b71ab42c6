import fc from "fast-check";
import { expect, test } from "vitest";
import { readSignedBytes, signedBytes } from "../../src/plugin/signed.ts";
import { runs } from "../support/runs.ts";

test("a signature for clients that take it for bytes names its writer, in either alphabet of base64", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), fc.string({ unit: "grapheme" }), (signature, writer) => {
      const text = signedBytes(signature, writer);
      expect(Buffer.from(text, "base64").toString("base64")).toBe(text);
      const other = text.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
      for (const one of [text, other]) expect(readSignedBytes(one)).toEqual({ signature, writer });
    }),
    { numRuns: runs(200, 20_000) },
  );
  for (const foreign of [undefined, "", "CiMBjz1rX25K", "c3dpdGNocG9pbnQu", "switchpoint.a.b", 5])
    expect(readSignedBytes(foreign)).toBeUndefined();
});
