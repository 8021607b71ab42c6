import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
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
    handle.write = (async (bytes: Uint8Array, offset: number, length: number) => {
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
      expect(text()).toBe("line one\nline two\nline three\n");
      expect(states).toEqual(["the file cannot be written (ENOSPC)", "the file can be written again"]);
    },
  );

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
