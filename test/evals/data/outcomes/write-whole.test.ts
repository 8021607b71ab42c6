import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { writeWhole } from "../../../../evals/data/outcomes/write-whole.ts";

const folder = mkdtempSync(join(tmpdir(), "switchpoint-whole-"));
afterAll(() => rmSync(folder, { recursive: true }));

it("leaves nothing behind where the parts throw before the file is open", async () => {
  const parts = {
    [Symbol.iterator]: (): Iterator<string> => {
      throw new Error("as told");
    },
  };
  const attempts = Array.from({ length: 200 }, (_, index) =>
    writeWhole(join(folder, index % 2 === 0 ? "a.jsonl" : "a.jsonl.gz"), parts),
  );
  const settled = await Promise.allSettled(attempts);
  expect(settled.every(({ status }) => status === "rejected")).toBe(true);
  expect(readdirSync(folder)).toEqual([]);
});

it("tells a folder that is not there, and writes the whole where it is", async () => {
  const missing = writeWhole(join(folder, "none", "a.jsonl"), ["x"]);
  await expect(missing).rejects.toThrow(/out must be a file that can be written \(ENOENT\)/);
  await writeWhole(join(folder, "b.jsonl"), ["one\n", "two\n"]);
  expect(readFileSync(join(folder, "b.jsonl"), "utf8")).toBe("one\ntwo\n");
  expect(readdirSync(folder)).toEqual(["b.jsonl"]);
});
