import { createHmac } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import { InvalidOptionError } from "../../src/contracts/index.ts";
import { checkSalt, drawsOfUnits, saltFingerprint } from "../../src/loop/units/unit-draw.ts";
import { portableCrypto } from "../../src/plugin/portable-crypto.ts";
import { numRuns } from "../support/runs.ts";

const salt = "0123456789abcdef";

test("the number of a unit is the keyed hash of rollout, kind and name: 48 bits to show, 53 others to draw by", () => {
  const message = JSON.stringify(["unit", "r", "session", JSON.stringify([null, "s1"])]);
  const digest = createHmac("sha256", salt).update(message).digest();
  const bits = BigInt(`0x${digest.subarray(6, 13).toString("hex")}`);
  // 27 of the first 28 bits and 26 of the next 28.
  const draw = Number(((bits >> 29n) << 26n) | ((bits & 0xfffffffn) >> 2n)) / 2 ** 53;
  expect(drawsOfUnits("r", "session", salt)([null, "s1"])).toEqual({
    unitHash: digest.toString("hex").slice(0, 12),
    draw,
  });
  expect(portableCrypto().createHmac("sha256", salt).update(message).digest("hex")).toBe(
    digest.toString("hex"),
  );
});

test("bytes and text of one salt give one number; rollouts, kinds, tenants and salts give others", () => {
  const drawn = (rollout: string, kind: string, key: string | Uint8Array, unit: readonly (string | null)[]) =>
    drawsOfUnits(rollout, kind, key)(unit).draw;
  const one = drawn("r", "session", salt, ["t", "1"]);
  expect(drawn("r", "session", new TextEncoder().encode(salt), ["t", "1"])).toBe(one);
  const others = [
    drawn("q", "session", salt, ["t", "1"]),
    drawn("r", "tenant", salt, ["t", "1"]),
    drawn("r", "session", `${salt}0`, ["t", "1"]),
    drawn("r", "session", salt, ["u", "1"]),
    drawn("r", "session", salt, [null, "1"]),
    drawn("r", "session", salt, ["t1", ""]),
    drawn("r", "session", salt, ["t\ud800", "1"]),
    drawn("r", "session", salt, ["t\ud801", "1"]),
  ];
  expect(new Set([one, ...others]).size).toBe(9);
});

test("numbers are in [0, 1), evenly spread, remembered or not", () => {
  const drawOf = drawsOfUnits("r", "session", salt);
  const counts = new Array<number>(10).fill(0);
  const units = 20_000;
  for (let unit = 0; unit < units; unit += 1) {
    const { draw } = drawOf([null, String(unit)]);
    counts[Math.floor(draw * 10)] = (counts[Math.floor(draw * 10)] ?? 0) + 1;
  }
  // 27.88 is the 99.9 % point of chi-squared with 9 degrees of freedom; the numbers are always the same.
  const chi = counts.reduce((sum, count) => sum + (count - units / 10) ** 2 / (units / 10), 0);
  expect(counts).toHaveLength(10);
  expect(chi).toBeLessThan(27.88);
  // Long forgotten, and never remembered.
  expect(drawOf([null, "0"])).toEqual(drawsOfUnits("r", "session", salt)([null, "0"]));
  const long = "x".repeat(1_000);
  expect(drawOf([long])).not.toBe(drawOf([long]));
  expect(drawOf([long])).toEqual(drawOf([long]));
});

test("no two texts of a name are taken for each other", () => {
  const drawOf = drawsOfUnits("r", "session", salt);
  const name = fc.array(fc.option(fc.string({ maxLength: 4 })), { maxLength: 3 });
  fc.assert(
    fc.property(name, name, (a, b) => {
      const isSame = JSON.stringify(a) === JSON.stringify(b);
      expect(drawOf(a).unitHash === drawOf(b).unitHash).toBe(isSame);
    }),
    numRuns(1_000),
  );
});

test.each([undefined, "", "too short", 1234567890123456, {}, new Uint8Array(15), new Uint16Array(16)])(
  "the salt %j is refused, and not shown",
  (given) => {
    const check = () => checkSalt("x.salt", given);
    expect(check).toThrow(InvalidOptionError);
    expect(check).toThrow(/x\.salt must be a secret of at least 16/);
    if (typeof given === "string" && given !== "") expect(check).not.toThrow(new RegExp(given));
    expect(() => saltFingerprint("r", given as string)).toThrow(InvalidOptionError);
  },
);

test("bytes of a salt are copied, and its fingerprint differs for another salt or rollout", () => {
  const bytes = new TextEncoder().encode(salt);
  const kept = checkSalt("salt", bytes);
  bytes.fill(0);
  expect(saltFingerprint("r", kept)).toBe(saltFingerprint("r", salt));
  expect(saltFingerprint("r", salt)).toMatch(/^[0-9a-f]{12}$/);
  expect(saltFingerprint("r", `${salt}x`)).not.toBe(saltFingerprint("r", salt));
  expect(saltFingerprint("q", salt)).not.toBe(saltFingerprint("r", salt));
  expect(drawsOfUnits("r", "session", salt)([null, "1"]).unitHash).not.toBe(saltFingerprint("r", salt));
});
