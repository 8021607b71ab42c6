import { appendFileSync } from "node:fs";
import { afterAll, describe, expect, it } from "vitest";
import { importRecords } from "../../../../evals/index.ts";
import { importFolder, linesFrom } from "../../../support/evals/import-folder.ts";
import { collect } from "../../../support/evals/records.ts";

const folder = importFolder();
afterAll(() => folder.remove());

const record = (id: string) => ({
  id,
  prompt: `p${id}`,
  metadata: { audit: { decisionId: id, answered: "o:small" } },
  outcomes: { "o:small": { quality: 0.5 }, "o:large": { quality: 0.75 } },
});

describe("records of an audit", () => {
  it("take feedback from a file in place of the scorer's verdicts, and count what is in none of them", async () => {
    const feedback = folder.file(
      "feedback.jsonl",
      linesFrom([
        { decisionId: "a", quality: 1, source: "user" },
        { decisionId: "a", quality: 0, source: "user" },
        { decisionId: "gone", quality: 1, source: "user" },
        { decisionId: "b", quality: 0, source: "judge" },
      ]),
    );
    const files = { "audit.jsonl": linesFrom([record("a")]), "other.jsonl": linesFrom([record("b")]) };
    const { records, report } = await folder.read(files, { from: "audit", feedback, source: "user" });
    expect(records).toEqual([
      {
        ...record("a"),
        outcomes: {
          "o:small": { quality: 1, recordedQuality: 0.5 },
          "o:large": { quality: 1, recordedQuality: 0.75 },
        },
      },
      record("b"),
    ]);
    expect(report).toMatchObject({
      kind: "outcomes",
      records: 2,
      leftOut: {
        "feedbacks without their decision": 1,
        "further feedbacks on a decision, of which the first counts": 1,
        "feedbacks of other sources": 1,
      },
    });
  });

  it("are all whole lines of a file whose last one was cut by a kill, which is counted; damage elsewhere is refused", async () => {
    const feedback = folder.file("feedback.jsonl", linesFrom([{ decisionId: "a", quality: 1 }]));
    const whole = linesFrom([record("a"), record("b")]);
    const third = JSON.stringify({ ...record("c"), prompt: "é" });
    const bytes = new TextEncoder().encode(third);
    const inE = bytes.indexOf(0xc3) + 1;
    for (const [cut, left] of [
      [bytes.subarray(0, 1), 1],
      [bytes.subarray(0, inE), 1],
      [bytes.subarray(0, -1), 1],
      [bytes, 0],
      [new Uint8Array(), 0],
    ] as const) {
      const path = folder.file("cut.jsonl", whole);
      appendFileSync(path, cut);
      const imported = importRecords({ inputs: [path], from: "audit", feedback });
      const records = await collect(imported);
      const { report } = imported;
      expect(records).toHaveLength(left === 0 && cut.length > 0 ? 3 : 2);
      expect(report.leftOut).toEqual(
        left === 1 ? { "last lines that are cut, as a killed process leaves one": 1 } : {},
      );
    }
    for (const [text, line] of [
      [`${linesFrom([record("a")])}{"id":"cut\n${linesFrom([record("b")])}`, 2],
      [`${whole}{"id":"cut\n`, 3],
    ] as const)
      await expect(folder.read({ "audit.jsonl": text }, { from: "audit", feedback })).rejects.toMatchObject({
        code: "outcome-format",
        line,
      });
  });

  it("are refused without feedback, and where an id comes twice", async () => {
    const files = { "audit.jsonl": linesFrom([record("a")]), "again.jsonl": linesFrom([record("a")]) };
    await expect(folder.read(files, { from: "audit" })).rejects.toMatchObject({
      code: "invalid-option",
      option: "feedback",
    });
    const feedback = folder.file("feedback.jsonl", linesFrom([{ decisionId: "a", quality: 1 }]));
    await expect(folder.read(files, { from: "audit", feedback })).rejects.toMatchObject({
      code: "outcome-format",
      field: "id",
      message: expect.stringContaining("line 1 of"),
    });
  });
});
