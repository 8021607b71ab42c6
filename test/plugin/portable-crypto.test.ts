import { createHash, createHmac } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { base64Length, fromBase64, toBase64 } from "../../src/plugin/base64.ts";
import { portableCrypto } from "../../src/plugin/portable-crypto.ts";
import { numRuns } from "../support/runs.ts";

const text = fc.string({ unit: "binary", maxLength: 300 });
const digests = ["hex", "base64", "base64url"] as const;

/** Calls without `Buffer`, as where there is no Node. */
function withoutBuffer<T>(call: () => T): T {
  const { Buffer: usual } = globalThis;
  vi.stubGlobal("Buffer", undefined);
  try {
    return call();
  } finally {
    vi.stubGlobal("Buffer", usual);
    vi.unstubAllGlobals();
  }
}

describe("the substitute for node:crypto", () => {
  it("hashes as Node does, in each encoding and in several pieces", () => {
    fc.assert(
      fc.property(text, text, fc.constantFrom("utf8", "utf16le"), (a, b, encoding) => {
        for (const digest of digests) {
          const hash = portableCrypto().createHash("sha256").update(a, encoding).update(b);
          expect(withoutBuffer(() => hash.digest(digest))).toBe(
            createHash("sha256").update(a, encoding).update(b).digest(digest),
          );
        }
      }),
      numRuns(1_000),
    );
  });

  it("signs as Node does, with a key of text or bytes", () => {
    fc.assert(
      fc.property(text, fc.oneof(text, fc.uint8Array({ maxLength: 100 })), (data, key) => {
        const expected = createHmac("sha256", key).update(data).digest("hex");
        expect(portableCrypto().createHmac("sha256", key).update(data).digest("hex")).toBe(expected);
      }),
      numRuns(1_000),
    );
  });

  it("makes different ids and keys", () => {
    expect(portableCrypto().randomUUID()).not.toBe(portableCrypto().randomUUID());
    expect(portableCrypto().randomUUID()).toMatch(/^[0-9a-f-]{36}$/);
    expect(portableCrypto().randomBytes(32)).toHaveLength(32);
  });
});

describe("base64 without Node", () => {
  it("is the same as with it", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 20_000 }), (bytes) => {
        const encoded = Buffer.from(bytes).toString("base64");
        expect(withoutBuffer(() => toBase64(bytes))).toBe(encoded);
        expect([...withoutBuffer(() => fromBase64(encoded))]).toEqual([...bytes]);
        expect(base64Length(encoded)).toBe(bytes.length);
      }),
      numRuns(200),
    );
  });

  it("skips what is not base64, as Node does", () => {
    for (const damaged of ["", "a", "YQ", "YWJj\n", "Y W J j", "YWI-_w", "YWJjZ"])
      expect([...withoutBuffer(() => fromBase64(damaged))]).toEqual([...Buffer.from(damaged, "base64")]);
  });
});
