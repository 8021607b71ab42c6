import { readFileSync } from "node:fs";
import { afterEach, expect, it } from "vitest";
import { always } from "../../policies/index.ts";
import { createRouter } from "../../src/index.ts";
import { oldNode } from "../../src/plugin/old-node.ts";
import { fakeModel } from "../../src/testing/index.ts";

const own = process.versions;
afterEach(() => as(own));

function as(versions: Partial<NodeJS.ProcessVersions>): void {
  Object.defineProperty(process, "versions", { value: versions, configurable: true, enumerable: true });
}

it.each([
  ["16.20.2", true],
  ["18.20.8", true],
  ["20.11.1", true],
  ["20.12.0", false],
  ["22.1.0", false],
  ["not a version", false],
])("finds Node %s too old for 20.12: %s", (node, isOld) => {
  as({ node });
  expect(oldNode(20, 12)).toBe(
    isOld ? `needs Node 20.19 or newer, and this is Node ${node}: install a newer one` : undefined,
  );
});

it("says what package.json says", () => {
  const { engines } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
  expect(engines.node).toBe(">=20.19");
});

it("does not judge runtimes that only say what they are like", () => {
  as({ node: "18.0.0", bun: "1.0.0" });
  expect(oldNode(20, 0)).toBeUndefined();
  as({ node: "18.18.0", deno: "1.40.0" } as Partial<NodeJS.ProcessVersions>);
  expect(oldNode(20, 0)).toBeUndefined();
});

it("is what a router is refused for on an old Node, and not a request", () => {
  as({ node: "18.20.8" });
  expect(() => createRouter({ models: { a: fakeModel({ model: "a" }) }, policy: always("a") })).toThrow(
    expect.objectContaining({
      code: "missing-configuration",
      message: "switchpoint needs Node 20.19 or newer, and this is Node 18.20.8: install a newer one",
    }),
  );
});
