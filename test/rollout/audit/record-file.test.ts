import { execFileSync } from "node:child_process";
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import * as files from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createRecordFile } from "../../../src/rollout/audit/record-file.ts";

function make(open: typeof files.open = files.open) {
  const file = join(mkdtempSync(join(tmpdir(), "records-")), "audit.jsonl");
  const states: string[] = [];
  const records = createRecordFile({
    file,
    files: { open },
    onFirst: () => undefined,
    onState: (_, reason) => states.push(reason),
  });
  return { file, states, records, text: () => readFileSync(file, "utf8") };
}

/** Opens files whose disk is full in the middle of the write of this number. */
function fullAt(write: number): typeof files.open {
  let writes = 0;
  return async (...args) => {
    const handle = await files.open(...args);
    const whole = handle.write.bind(handle);
    handle.write = (async (bytes: Uint8Array, offset: number, length: number, position?: number) => {
      if (position !== undefined) return whole(bytes, offset, length, position);
      writes += 1;
      if (writes !== write) return whole(bytes, offset, length);
      await whole(bytes, offset, length - 3);
      throw Object.assign(new Error("no space left"), { code: "ENOSPC" });
    }) as never;
    return handle;
  };
}

describe("a file of records", () => {
  it.each([1, 2, 3])(
    "holds each line once, also if the disk is full in the middle of write %i",
    async (write) => {
      const { records, states, text } = make(fullAt(write));
      await records.open();
      for (const line of ["line one", "line two", "line three"]) records.add(line);
      await records.flush().catch(() => undefined);
      await records.flush();
      await records.close();
      // A line that is cut off stays behind as a blank one.
      expect(text().replaceAll(/^ +\n/gm, "")).toBe("line one\nline two\nline three\n");
      expect(states).toEqual(["the file cannot be written (ENOSPC)", "the file can be written again"]);
    },
  );

  it("blanks what a killed process has left, and leaves a whole record that lacks its end", async () => {
    for (const [before, after] of [
      ['{"id":1}\n{"id":2,"pro', '{"id":1}\n            \n{"id":3}\n'],
      ['{"id":1}\n{"id":2}', '{"id":1}\n{"id":2}\n{"id":3}\n'],
      ["{", ' \n{"id":3}\n'],
      ["", '{"id":3}\n'],
    ] as const) {
      const { records, file, text } = make();
      writeFileSync(file, before);
      records.add('{"id":3}');
      await records.flush();
      expect(text()).toBe(after);
      await records.close();
    }
  });

  it("loses none of its lines to a process that is killed in its own write at any moment", async () => {
    for (const cut of ['{"id":1,"prompt":"é', "{", '{"id":1}']) {
      // Between the look at the end of the file and the own write.
      const { records, file, text } = make(async (...args) => {
        const handle = await files.open(...args);
        const whole = handle.write.bind(handle);
        if (args[1] === "a+")
          handle.write = (async (bytes: Uint8Array, offset: number, length: number) => {
            if (bytes.includes(50)) appendFileSync(file, cut);
            return whole(bytes, offset, length);
          }) as never;
        return handle;
      });
      for (const id of [0, 2, 3]) records.add(`{"id":${id}}`);
      await records.flush();
      const lines = text()
        .split("\n")
        .filter((line) => line.trim() !== "");
      expect(lines.map((line) => (JSON.parse(line) as { id: number }).id)).toEqual([0, 2, 3]);
      await records.close();
    }
  });

  it("refuses a pipe, which would hold it up for good", async () => {
    const file = join(mkdtempSync(join(tmpdir(), "records-")), "pipe");
    execFileSync("mkfifo", [file]);
    const records = createRecordFile({ file, files, onFirst: () => undefined, onState: () => undefined });
    await expect(records.open()).rejects.toMatchObject({ code: "a pipe" });
    await records.close();
  });

  it("is created again if it was deleted", async () => {
    const { records, file, text } = make();
    records.add("before");
    await records.flush();
    rmSync(file);
    records.add("after");
    await records.flush();
    expect(existsSync(file)).toBe(true);
    expect(text()).toBe("after\n");
    await records.close();
  });
});
