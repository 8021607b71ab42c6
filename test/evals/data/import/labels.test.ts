import { afterAll, describe, expect, it } from "vitest";
import { importFolder, linesFrom } from "../../../support/evals/import-folder.ts";

const folder = importFolder();
afterAll(() => folder.remove());

const record = (id: string, outcomes: Readonly<Record<string, number>>, more: object = {}) => ({
  id,
  prompt: `p${id}`,
  outcomes: Object.fromEntries(Object.entries(outcomes).map(([model, quality]) => [model, { quality }])),
  ...more,
});
const recorded = (...records: readonly object[]) => folder.file("outcomes.jsonl", linesFrom(records));

describe("labels of people", () => {
  it("take the place of the recorded quality, and say how far people agree", async () => {
    const outcomes = recorded(
      record("1", { "o:a": 1, "o:b": 1 }, { tenant: "t" }),
      record("2", { "o:a": 0.5, "o:b": 0 }),
    );
    const files = {
      "ann.csv": "\ufeffid , model,label,rater\r\n1, o:a ,Good,ann\r\n1,o:b,bad,ann\r\n7,o:b,bad,ann\r\n",
      "bob.jsonl": linesFrom([{ id: "1", model: "o:a", label: "ok", rater: "bob" }]),
    };
    const { records, report } = await folder.read(files, { from: "labels", outcomes });
    expect(records).toEqual([
      {
        id: "1",
        prompt: "p1",
        tenant: "t",
        outcomes: {
          "o:a": { quality: 0.75, recordedQuality: 1 },
          "o:b": { quality: 0, recordedQuality: 1 },
        },
      },
    ]);
    expect(report).toMatchObject({
      kind: "outcomes",
      records: 1,
      models: { "o:a": 1, "o:b": 1 },
      leftOut: {
        "outcomes without a label": 2,
        "labelled answers that are in no record, or in one of several models without naming it": 1,
      },
      agreement: {
        raters: { labels: 4, answers: 3, answersWithSeveral: 1, raters: 2, agreement: 0 },
        recorded: { outcomes: 2, meanDifference: 0.625 },
      },
    });
  });

  it("may keep what nobody has labelled, and come on a scale or in words of one's own", async () => {
    const outcomes = recorded(record("1", { a: 0 }), record("2", { a: 0.3 }));
    const kept = await folder.read(
      { "stars.csv": "id,quality\n1,4\n" },
      { from: "labels", outcomes, unlabelled: "keep", scale: { min: 1, max: 5 } },
    );
    expect(kept.records.map((one) => one.outcomes.a.quality)).toEqual([0.75, 0.3]);
    expect(kept.report.leftOut).toEqual({});
    const words = await folder.read(
      { "words.csv": "id,label\n1,Ship it\n" },
      { from: "labels", outcomes, labels: { "ship it": 0.9 } },
    );
    expect(words.records.map((one) => one.outcomes.a.quality)).toEqual([0.9]);
  });

  it("of one person for one answer in two files are refused unless it is known which is later", async () => {
    const outcomes = recorded(record("1", { a: 0 }));
    const rows = (at: string, label: string) => `id,label,rater,at\n1,${label},ann,${at}\n`;
    const read = (one: string, two: string, label = "bad") =>
      folder.read(
        { "one.csv": rows(one, "good"), "two.csv": rows(two, label) },
        { from: "labels", outcomes },
      );
    await expect(read("", "")).rejects.toThrow(/two\.csv:2: rater has labelled .*one\.csv:2 already/);
    expect((await read("2026-02-01", "2026-01-01")).report.agreement?.raters.labels).toBe(1);
    // The same label once more says nothing new, whichever is later.
    expect((await read("", "", "good")).report.agreement?.raters.labels).toBe(1);
  });

  it.each([
    ["are wrong", "id,label\n1,maybe\n", [record("1", { a: 0 })], /labels\.csv:2: label must be one of good/],
    [
      "fit nothing",
      "id,label\n9,good\n",
      [record("1", { a: 0 })],
      /labels\.csv: file holds no records \(left out: 1 outcomes without a label/,
    ],
    [
      "have outcomes that are wrong",
      "id,label\n1,good\n",
      [record("1", { a: 2 })],
      /outcomes\.jsonl:1: outcomes\["a"\]\.quality/,
    ],
    [
      "have an id twice",
      "id,label\n1,good\n",
      [record("1", { a: 0 }), record("1", { a: 0 })],
      /outcomes\.jsonl:2: id is the same as in line 1/,
    ],
  ])("that %s are refused", async (_, text, records, message) => {
    const read = folder.read({ "labels.csv": text }, { from: "labels", outcomes: recorded(...records) });
    await expect(read).rejects.toThrow(message);
  });

  it("need outcomes, and options that make sense", async () => {
    const read = (options: object) => folder.read({ "labels.csv": "id\n" }, { from: "labels", ...options });
    await expect(read({})).rejects.toThrow(/outcomes must be a file of outcomes/);
    await expect(read({ outcomes: "o", unlabelled: "drop" })).rejects.toThrow(
      /unlabelled must be leave-out or keep/,
    );
    await expect(read({ outcomes: "o", labels: { good: 2 } })).rejects.toThrow(/labels\.good/);
  });
});
