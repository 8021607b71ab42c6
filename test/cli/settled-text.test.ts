import { rmSync, writeFileSync } from "node:fs";
import { expect, onTestFinished, test } from "vitest";
import { settledText } from "../../cli/settled-text.ts";
import { temporaryFolder } from "../support/cli-config.ts";

test("a list that is written in place is read whole; one that keeps changing or goes is refused", async () => {
  const folder = temporaryFolder();
  onTestFinished(() => folder.remove());
  const file = folder.file("keys.jsonl", "");
  // An editor has emptied the file and writes it line by line.
  const texts = ["one\n", "one\ntwo\n", "one\ntwo\nthree\n"];
  const write = async () => {
    const next = texts.shift();
    if (next !== undefined) writeFileSync(file, next);
  };
  expect(await settledText("--keys", file, write)).toBe("one\ntwo\nthree\n");
  let writes = 0;
  const change = async () => writeFileSync(file, String(++writes));
  await expect(settledText("--keys", file, change)).rejects.toThrow("stays the same");
  expect(writes).toBeLessThan(100);
  await expect(settledText("--keys", file, async () => rmSync(file))).rejects.toThrow("ENOENT");
});
