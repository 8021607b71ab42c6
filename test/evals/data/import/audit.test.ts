import { afterAll, describe, expect, it } from "vitest";
import { importFolder, linesFrom } from "../../../support/evals/import-folder.ts";

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
