import { appendFile, mkdtemp, rename, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type FollowedFile, followFile } from "../../../cli/watch/follow-file.ts";

let folder: string;
let followed: FollowedFile | undefined;
let lines: string[];
let tooLong: number;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "switchpoint-follow-"));
  lines = [];
  tooLong = 0;
});
afterEach(async () => {
  await followed?.close();
  await rm(folder, { recursive: true });
});

async function follow(text: string, mostBytes = 1_000_000): Promise<{ path: string; file: FollowedFile }> {
  const path = join(folder, "log.jsonl");
  await writeFile(path, text);
  const file = await followFile(path, {
    mostBytes,
    onLine: (line) => lines.push(line),
    onTooLong: () => {
      tooLong += 1;
    },
  });
  followed = file;
  await file.read();
  return { path, file };
}

describe("a file that is followed", () => {
  it("gives each line once, also one that was written in two parts", async () => {
    const { path, file } = await follow("one\n\ntw");
    expect(lines).toEqual(["one"]);
    await appendFile(path, "o\nthrée");
    await file.read();
    await file.read();
    expect(lines).toEqual(["one", "two"]);
    await appendFile(path, "\n");
    await file.read();
    expect(lines).toEqual(["one", "two", "thrée"]);
  });

  it("is read from a part of its end on, whose cut line is left out", async () => {
    const { file } = await follow("first line\nsecond line\nthird line\n", 15);
    expect(lines).toEqual(["third line"]);
    expect(file.skippedBytes).toBe(19);
  });

  it("is read to its end when it is rotated, and the new one from its start, with no file in between", async () => {
    const { path, file } = await follow("one\n");
    await appendFile(path, "two\n");
    await rename(path, `${path}.1`);
    await file.read();
    await appendFile(`${path}.1`, "three\n");
    await writeFile(path, "four\n");
    await file.read();
    expect(lines).toEqual(["one", "two", "three", "four"]);
    await appendFile(path, "five\n");
    await file.read();
    expect(lines.at(-1)).toBe("five");
  });

  it("is read again from its begin when it was cut short, also if it has grown longer since", async () => {
    const { path, file } = await follow("one\ntwo\nhalf");
    await truncate(path);
    await file.read();
    await appendFile(path, "three\n");
    await file.read();
    expect(lines).toEqual(["one", "two", "three"]);
    await writeFile(path, `${"other ".repeat(50)}\nfour\n`);
    await file.read();
    expect(lines.slice(3)).toEqual(["other ".repeat(50), "four"]);
  });

  it("leaves out a line of more than 16 MB, and holds no more of it", async () => {
    const { path, file } = await follow("one\n");
    for (let part = 0; part < 18; part += 1) await appendFile(path, "x".repeat(1_048_576));
    await file.read();
    expect(tooLong).toBe(1);
    await appendFile(path, "\ntwo\n");
    await file.read();
    expect(lines).toEqual(["one", "two"]);
  });
});
