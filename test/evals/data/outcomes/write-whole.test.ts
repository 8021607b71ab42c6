import { execFileSync } from "node:child_process";
import {
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { readFile } from "node:fs/promises";
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

it("writes to a pipe, as to a device, and puts no file in its place", async () => {
  const pipe = join(folder, "pipe");
  execFileSync("mkfifo", [pipe]);
  const [read] = await Promise.all([readFile(pipe, "utf8"), writeWhole(pipe, ["one\n", "two\n"])]);
  expect(read).toBe("one\ntwo\n");
  expect(lstatSync(pipe).isFIFO()).toBe(true);
});

it("replaces the file that a link leads to, and leaves the link", async () => {
  const link = join(folder, "link.jsonl");
  writeFileSync(join(folder, "far.jsonl"), "old");
  symlinkSync(join(folder, "far.jsonl"), link);
  await writeWhole(link, ["new"]);
  expect(lstatSync(link).isSymbolicLink()).toBe(true);
  expect(readFileSync(join(folder, "far.jsonl"), "utf8")).toBe("new");
});
