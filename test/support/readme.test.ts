import { describe, expect, test } from "vitest";
import { sourceOf } from "./package-sources.ts";
import { readmeBlocks } from "./readme-blocks.ts";
import { runReadme } from "./run-readme.ts";

const fence = "```";
const block = (code: string) => ({ place: "README.md:10", code, runs: true });

test("blocks are found with their line and marks", () => {
  const markdown = [
    "# Title",
    `${fence}ts`,
    "one();",
    `${fence}`,
    `${fence}sh`,
    "ls",
    fence,
    `${fence}ts no-run`,
    fence,
  ];
  expect(readmeBlocks("README.md", markdown.join("\n"))).toEqual([
    { place: "README.md:3", code: "one();", runs: true },
    { place: "README.md:9", code: "", runs: false },
  ]);
  expect(() => readmeBlocks("README.md", `${fence}ts\none();`)).toThrow(
    "README.md:2: the block is not closed",
  );
});

test("imports of the package resolve to its sources", () => {
  expect(sourceOf("switchpoint")).toMatch(/\/src\/index\.ts$/);
  expect(sourceOf("switchpoint/policies")).toMatch(/\/policies\/index\.ts$/);
  expect(sourceOf("switchpoint/providers/openai")).toMatch(/\/src\/router\/providers\/openai\.ts$/);
  expect(sourceOf("zod")).toBeUndefined();
});

describe("running a block", () => {
  test("pairs output with comments", async () => {
    const code = `
      import { always } from "switchpoint/policies";
      import { strict as assert } from "node:assert";
      const { name }: { name: string } = always("small");
      assert.equal(name, "always");
      for (const digit of [1, 2]) console.log(digit); // 1 2
      console.log(await Promise.resolve({ name })); // { name: 'always' }
      console.log("not compared");
      console.log(name); // something else`;
    expect(await runReadme(block(code))).toEqual([
      { line: "console.log(digit)", expected: "1 2", printed: "1 2" },
      {
        line: "console.log(await Promise.resolve({ name }))",
        expected: "{ name: 'always' }",
        printed: "{ name: 'always' }",
      },
      { line: "console.log(name)", expected: "something else", printed: "always" },
    ]);
  });

  test("hands out what the block exports", async () => {
    const exported: Record<string, unknown> = {};
    await runReadme(block("export const one = 1;\nexport default (two: number) => one + two;"), exported);
    expect(exported).toMatchObject({ one: 1, default: expect.any(Function) });
  });

  test("says where it failed", async () => {
    await expect(runReadme(block('throw new Error("broken");'))).rejects.toThrow("README.md:10: broken");
  });
});
