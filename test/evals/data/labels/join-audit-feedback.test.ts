import { describe, expect, it } from "vitest";
import { joinAuditFeedback, type OutcomeRecord } from "../../../../evals/index.ts";

const record = (id: string, answered: string): OutcomeRecord => ({
  id,
  prompt: "x",
  metadata: { audit: { decisionId: id, answered } },
  outcomes: { small: { quality: 0.5 }, large: { quality: 0.75 } },
});

describe("feedback on audited requests", () => {
  it("replaces the quality of the answer that people saw; the other keeps its distance within [0, 1]", () => {
    const { records, ...counts } = joinAuditFeedback(
      [record("a", "small"), record("b", "large"), record("c", "small"), record("d", "gone")],
      [
        { decisionId: "a", quality: 0.25 },
        { decisionId: "a", quality: 1 },
        { decisionId: "b", quality: 0 },
        { decisionId: "d", quality: 1 },
        { decisionId: "__proto__", quality: 1 },
      ],
    );
    const qualities = records.map(({ outcomes }) => [outcomes["small"]?.quality, outcomes["large"]?.quality]);
    expect(qualities).toEqual([
      [0.25, 0.5],
      [0, 0],
      [0.5, 0.75],
      [0.5, 0.75],
    ]);
    expect(records[0]?.outcomes["large"]).toMatchObject({ recordedQuality: 0.75 });
    expect(counts).toEqual({ joined: 2, repeated: 1, unknown: 1 });
  });
});
