import { execFileSync } from "node:child_process";
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import * as files from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createRecordFile } from "../../../src/loop/audit/record-file.ts";

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
      ['{"id":1}\n{"id":2,"pro\n{"id', '{"id":1}\n            \n    \n{"id":3}\n'],
      ["text\n{a\n{", 'text\n  \n \n{"id":3}\n'],
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

  it("writes a line again that stands behind a cut one which it can neither blank nor end", async () => {
    const { records, file, states, text } = make(async (...args) => {
      if (args[1] === "r+") throw Object.assign(new Error("appending only"), { code: "EPERM" });
      const handle = await files.open(...args);
      const whole = handle.write.bind(handle);
      let isCut = false;
      handle.write = (async (bytes: Uint8Array, offset: number, length: number) => {
        if (bytes.includes(50) && !isCut && !states.length) appendFileSync(file, '{"id":1,"pro');
        isCut = true;
        return whole(bytes, offset, length);
      }) as never;
      return handle;
    });
    records.add('{"id":2}');
    await records.flush().catch(() => undefined);
    await records.flush();
    expect(text()).toBe('{"id":1,"pro{"id":2}\n{"id":2}\n');
    expect(states).toEqual(["the file cannot be written (a cut line)", "the file can be written again"]);
    await records.close();
  });

  it.each([1, 2, 3])(
    "leaves a line alone that others write into a file which is emptied before look %i",
    async (look) => {
      let looks = 0;
      const { records, file, text } = make(async (...args) => {
        const handle = await files.open(...args);
        const read = handle.read.bind(handle);
        let isWritten = false;
        const write = handle.write.bind(handle);
        handle.write = (async (bytes: Uint8Array, offset: number, length: number) => {
          isWritten = true;
          return write(bytes, offset, length);
        }) as never;
        handle.read = (async (bytes: Uint8Array, offset: number, length: number, position: number) => {
          if (isWritten) looks += 1;
          if (isWritten && looks === look) writeFileSync(file, '{"id":5,"pro');
          return read(bytes, offset, length, position);
        }) as never;
        return handle;
      });
      writeFileSync(file, `{"id":1,"prompt":"${"long ".repeat(20)}`);
      records.add('{"id":2}');
      await records.flush();
      expect(looks).toBeGreaterThanOrEqual(look);
      expect(text()).toBe('{"id":5,"pro');
      await records.close();
    },
  );

  it.each([
    ['{"id":1}\n{"id":2,"pro\n{"id', '{"id":1}'],
    ['{"id":1}\n{"id":2,"pro{"id":3}\n', '{"id":1}'],
    ['{"id":1}\n   \n\n', '{"id":1}'],
    ["{\n", undefined],
    ["\n", undefined],
  ])("goes on with the last record that can be read of %j", async (before, expected) => {
    const file = join(mkdtempSync(join(tmpdir(), "records-")), "audit.jsonl");
    writeFileSync(file, before);
    const found: (string | undefined)[] = [];
    const records = createRecordFile({ file, files, onFirst: (line) => found.push(line), onState: () => {} });
    await records.open();
    expect(found).toEqual([expected]);
    await records.close();
  });
});
