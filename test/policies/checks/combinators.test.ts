import { describe, expect, it } from "vitest";
import { allOf, anyOf, notRefused } from "../../../policies/checks/index.ts";
import type { Check } from "../../../src/contracts/index.ts";
import { verdictOn } from "../../support/verdict.ts";

/** Checks that answer synchronously or later, and a list of the checks that were called. */
function checksOf(...verdicts: readonly (boolean | "later true" | "later false")[]) {
  const asked: string[] = [];
  const checks = verdicts.map((verdict, index): Check => {
    const name = `c${index}`;
    const accepts = (): boolean | Promise<boolean> => {
      asked.push(name);
      return typeof verdict === "boolean" ? verdict : Promise.resolve(verdict === "later true");
    };
    return { name, accepts };
  });
  return { checks, asked };
}

describe.each([
  { combine: allOf, name: "allOf", decisive: false },
  { combine: anyOf, name: "anyOf", decisive: true },
])("$name", ({ combine, name, decisive }) => {
  it("is synchronous where its checks are", () => {
    expect(verdictOn(combine(...checksOf(!decisive, !decisive).checks), "x")).toBe(!decisive);
    expect(verdictOn(combine(...checksOf(!decisive, decisive).checks), "x")).toBe(decisive);
  });

  it("asks in order and stops once the verdict is clear", async () => {
    const { checks, asked } = checksOf(
      !decisive,
      `later ${!decisive}` as "later true",
      decisive,
      `later ${decisive}` as "later true",
    );
    expect(await verdictOn(combine(...checks), "x")).toBe(decisive);
    expect(asked).toEqual(["c0", "c1", "c2"]);
  });

  it("waits for checks that answer later", async () => {
    const later = `later ${!decisive}` as "later true";
    expect(await verdictOn(combine(...checksOf(later, later).checks), "x")).toBe(!decisive);
  });

  it("fails where a check fails", async () => {
    const broken: Check = { name: "broken", accepts: () => Promise.reject(new Error("no")) };
    const { checks } = checksOf(decisive);
    await expect(verdictOn(combine(broken, ...checks), "x")).rejects.toThrow("no");
  });

  it("has a name with its checks, and reads what they read", () => {
    const { checks } = checksOf(true, false);
    expect(combine(...checks).name).toBe(`${name}(c0, c1)`);
    expect(combine(...checks).reads).toBeUndefined();
    expect(combine(notRefused()).reads).toBe("text");
  });

  it("requires at least one check", () => {
    expect(() => combine()).toThrow(`${name} must be given at least one check`);
    expect(() => combine({ name: "x" } as never)).toThrow(`${name}[0]`);
  });
});
