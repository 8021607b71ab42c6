import { execFileSync } from "node:child_process";
import { appendFileSync, mkdtempSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { auditedRecords, createPromise } from "../../../src/loop/index.ts";
import { audited } from "../../support/audited.ts";

const newFile = () => join(mkdtempSync(join(tmpdir(), "records-")), "audit.jsonl");

describe("the records of an audit's file", () => {
  it("are what its promise was told: one that begins with them knows what it knew before a restart", async () => {
    const before = createPromise({ maxLoss: 0.02, window: 100 });
    const { router, audit, file } = audited({ audit: { onRecord: [before.add] } });
    const quiet = audited();
    expect(await auditedRecords(quiet.file)).toEqual([]);
    await quiet.router.close();
    for (let at = 0; at < 40; at += 1)
      await router.route({
        messages: [{ role: "user", content: `question ${at}` }],
        session: `s${at}`,
        tenant: "acme",
        category: "math",
        ...(at % 4 === 0 && { model: "small" }),
      });
    await audit.flush();
    await router.close();
    expect(before.standing().state).toBe("broken");
    const after = createPromise({ maxLoss: 0.02, window: 100 });
    for (const record of await auditedRecords(file)) after.add(record);
    expect(after.report()).toEqual(before.report());
  });

  it("are the last ones, without lines that are not records", async () => {
    const file = newFile();
    const line = (id: number, audit: object, more: object = {}) =>
      JSON.stringify({
        id: `d${id}`,
        at: "2026-01-01T00:00:00Z",
        metadata: { audit: { decisionId: `d${id}`, ...audit } },
        ...more,
      });
    const good = { loss: 0.5, probability: 0.1, because: "policy" };
    writeFileSync(
      file,
      [
        "not JSON",
        "null",
        "{}",
        line(1, { ...good, loss: 2 }),
        line(2, { ...good, probability: 0 }),
        line(3, { ...good, because: "__proto__" }),
        line(4, good, { session: 4 }),
        ...Array.from({ length: 50 }, (_, at) =>
          line(100 + at, good, { at: at === 49 ? "never" : undefined }),
        ),
      ].join("\n"),
    );
    appendFileSync(file, '\n{"id":"cut');
    const records = await auditedRecords(file, 7);
    expect(records.map(({ decisionId }) => decisionId)).toEqual(
      [143, 144, 145, 146, 147, 148, 149].map((id) => `d${id}`),
    );
    expect(records.at(-1)?.at).toBeUndefined();
    expect(await auditedRecords(file, 1_000)).toHaveLength(50);
  });

  it("are not waited for where a pipe, or a device, has the name of the file", async () => {
    const pipe = join(mkdtempSync(join(tmpdir(), "records-")), "pipe");
    execFileSync("mkfifo", [pipe]);
    for (const file of [pipe, "/dev/zero", "/dev/tty"])
      await expect(auditedRecords(file)).rejects.toMatchObject({
        code: "invalid-option",
        option: "auditedRecords.file",
      });
  });

  it("are the last of a file that is longer than what is read, and of one with a line without end", async () => {
    const file = newFile();
    const record = (id: number) =>
      `${JSON.stringify({ metadata: { audit: { decisionId: `d${id}`, loss: 0, probability: 1, because: "policy" } } })}\n`;
    writeFileSync(file, record(1));
    // A hole: what is read of it takes no place on the disk.
    truncateSync(file, 300 * 1024 * 1024);
    appendFileSync(file, `\n${record(2)}${record(3)}`);
    const records = await auditedRecords(file);
    expect(records.map(({ decisionId }) => decisionId)).toEqual(["d2", "d3"]);
  });

  it("refuse what is not a file, or a number that is none", async () => {
    for (const [file, most] of [
      [tmpdir(), 1],
      ["", 1],
      ["x", 0],
      ["x", 1.5],
    ] as const)
      await expect(auditedRecords(file, most)).rejects.toMatchObject({ code: "invalid-option" });
  });
});
