import { createHmac } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { hmacUnder } from "../../src/plugin/hmac.ts";
import { hashKeyId, hiddenValue, promptHash } from "../../src/router/log/keyed-hash.ts";

const real = (key: string | Uint8Array, text: string) => createHmac("sha256", key).update(text).digest("hex");

describe("hmacUnder", () => {
  it("is the HMAC of node:crypto, for keys and texts of any length and any characters", () => {
    const text = fc.oneof(
      fc.string({ unit: "binary", maxLength: 100 }),
      fc.constantFrom(
        "",
        "\ud800",
        "é".repeat(4_096),
        "x".repeat(4_096),
        "x".repeat(4_097),
        "€".repeat(9_000),
      ),
    );
    const key = fc.oneof(fc.string({ unit: "binary", maxLength: 200 }), fc.uint8Array({ maxLength: 130 }));
    fc.assert(
      fc.property(key, fc.array(text, { minLength: 1, maxLength: 4 }), (one, texts) => {
        const hmac = hmacUnder(one);
        for (const each of texts) expect(hmac(each)).toBe(real(one, each));
      }),
      { numRuns: 40 },
    );
  });
});

describe("hiddenValue", () => {
  it("is the same for a million tenants as for one, and keeps keys and fields apart", () => {
    const [first, second] = ["k", "another"];
    const expected = (key: string, field: string, value: string) =>
      `hmac:${hashKeyId(key)}:${real(key, `${field}\0${value}`).slice(0, 32)}`;
    for (let n = 0; n < 10_000; n += 1) hiddenValue(first, "tenant", `tenant ${n}`);
    for (let n = 0; n < 20; n += 1) hashKeyId(`key ${n}`);
    for (const value of ["tenant 1", "tenant 9999", "x".repeat(10_000), "__proto__"])
      for (const field of ["tenant", "session"])
        for (const key of [first, second, first])
          expect(hiddenValue(key, field, value)).toBe(expected(key, field, value));
    expect(promptHash(first, "Hello")).toBe(real(first, "Hello").slice(0, 32));
  });
});
