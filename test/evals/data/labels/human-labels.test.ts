import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { HumanLabel } from "../../../../evals/data/labels/human-label.ts";
import { joinHumanLabels } from "../../../../evals/data/labels/join-human-labels.ts";
import { raterAgreement } from "../../../../evals/data/labels/rater-agreement.ts";
import { readHumanLabels } from "../../../../evals/data/labels/read-human-labels.ts";
import type { OutcomeRecord } from "../../../../evals/data/outcomes/outcome-record.ts";
import { humanLabels } from "../../../../evals/scorers/human-labels.ts";
import { scoreWith } from "../../../../evals/scorers/score-with.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "labels-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, name.endsWith(".gz") ? gzipSync(text) : text);
  return path;
}

const csv = `id,model,label,rater,at,note
1,qwen,good,ann,2026-01-01,"fine, really"
1,qwen,ok,bob,2026-01-01,
1,gpt,Good,ann,,
2,qwen,bad,ann,2026-01-01,
2,qwen,GOOD,ann,2026-02-01,changed my mind
`;
const fromCsv: HumanLabel[] = [
  { id: "1", model: "qwen", quality: 1, rater: "ann", at: "2026-01-01" },
  { id: "1", model: "qwen", quality: 0.5, rater: "bob", at: "2026-01-01" },
  { id: "1", model: "gpt", quality: 1, rater: "ann" },
  { id: "2", model: "qwen", quality: 1, rater: "ann", at: "2026-02-01" },
];

describe("readHumanLabels", () => {
  it("reads CSV with a header, plain and packed", async () => {
    expect(await readHumanLabels(file("labels.csv", csv))).toEqual(fromCsv);
    expect(await readHumanLabels(file("labels.csv.gz", `\ufeff${csv.replaceAll("\n", "\r\n")}`))).toEqual(
      fromCsv,
    );
  });

  it("reads JSON Lines", async () => {
    const path = file(
      "labels.jsonl",
      '{"id": "1", "quality": 0.25}\n\n{"id": "1", "quality": 1, "more": true}\n',
    );
    expect(await readHumanLabels(path)).toEqual([
      { id: "1", quality: 0.25 },
      { id: "1", quality: 1 },
    ]);
  });

  it("takes another scale and labels of your own", async () => {
    const stars = file("stars.csv", "id,quality\n1,1\n2,3\n3,5\n");
    expect(
      (await readHumanLabels(stars, { scale: { min: 1, max: 5 } })).map(({ quality }) => quality),
    ).toEqual([0, 0.5, 1]);
    const own = file("own.csv", "id,label\n1,Ship it\n2,No way\n");
    const labels = { "ship it": 1, "no way": 0.1 };
    expect((await readHumanLabels(own, { labels })).map(({ quality }) => quality)).toEqual([1, 0.1]);
  });

  it.each([
    ["a.csv", "id,quality\n1,1\n2,secret\n", ":3: quality must be a number in [0, 1] (option scale)"],
    ["b.csv", "id,quality\n1,1.5\n", ":2: quality must be a number in [0, 1] (option scale)"],
    ["c.csv", "id,label\n1,secret\n", ":2: label must be one of good, pass,"],
    ["d.csv", "id,label\n1,\n", ":2: quality or label must be given"],
    ["e.csv", "label\ngood\n", ":1: id is not a column of the header: is it separated by commas?"],
    ["o.csv", "id;label\n1;secret\n", ":1: id is not a column of the header"],
    ["p.csv", "id,label\n,secret\n", ":2: id must be a non-empty string"],
    ["f.csv", "id,label,at\n1,good,secret\n", ":2: at must be a date in ISO 8601"],
    ["g.csv", 'id,label\n1,"secret\n', ":2: row has a quote that is not closed"],
    ["h.csv", "id,label\n1,good,secret\n", ":2: row has another number of cells than the header"],
    ["i.csv", "id,label\n", ": file holds no labels"],
    ["j.csv", "id,label,rater\n1,good,ann\n1,bad,ann\n", "j.csv:2 already: give both"],
    ["k.jsonl", '{"id": 1, "quality": 1}\n', ":1: id must be a string"],
    ["n.jsonl", '{"id": "1", "quality": " "}\n', ":1: quality must be a number in [0, 1] (option scale)"],
    ["l.jsonl", "[]\n", ":1: line must be a JSON object"],
    ["m.jsonl", "secret\n", ":1: line is not JSON"],
  ])("names file, line and field, and none of the text (%s)", async (name, text, message) => {
    const path = file(name, text);
    const error = await readHumanLabels(path).catch((reason: unknown) => reason);
    expect(String(error)).toContain(message.startsWith(":") ? `${path}${message}` : message);
    expect(String(error)).not.toContain("secret");
  });

  it("says that a file is missing or damaged, and refuses options that make no sense", async () => {
    await expect(readHumanLabels(join(folder, "none.csv"))).rejects.toThrow("file does not exist");
    const damaged = join(folder, "damaged.csv.gz");
    writeFileSync(damaged, gzipSync(csv).subarray(0, -10));
    await expect(readHumanLabels(damaged)).rejects.toThrow("file ends too early: is it complete?");
    await expect(readHumanLabels("x.csv", { scale: { min: 5, max: 5 } })).rejects.toThrow("scale.max");
    await expect(readHumanLabels("x.csv", { labels: { good: 2 } })).rejects.toThrow("labels.good");
  });
});

describe("humanLabels", () => {
  it("gives the mean over the raters of an answer", async () => {
    const scorer = humanLabels(fromCsv);
    expect(await scoreWith(scorer, { output: "", id: "1", model: "qwen" })).toEqual({
      name: "humanLabels",
      score: 0.75,
      metadata: { labels: 2, spread: 0.5 },
    });
    for (const unknown of [{ id: "1", model: "other" }, { id: "9" }, {}])
      expect((await scoreWith(scorer, { output: "", ...unknown })).score).toBeNull();
  });

  it("takes a label without a model for every model", async () => {
    const scorer = humanLabels([{ id: "1", quality: 0.25 }]);
    expect((await scoreWith(scorer, { output: "", id: "1", model: "qwen" })).score).toBe(0.25);
    expect(() => humanLabels([])).toThrow("humanLabels.labels");
  });
});

describe("raterAgreement", () => {
  it("says how far people agree", () => {
    expect(raterAgreement(fromCsv)).toEqual({
      labels: 4,
      answers: 3,
      answersWithSeveral: 1,
      raters: 2,
      // One pair, 1 and 0.5: observed = expected.
      alpha: 0,
      kappa: 0,
      agreement: 0,
    });
    const three = ["ann", "bob", "cid"].flatMap((rater) => [
      { id: "1", quality: 1, rater },
      { id: "2", quality: rater === "cid" ? 1 : 0, rater },
    ]);
    // Pairs that are the same: 3 of 3 and 1 of 3. Nominal would be 0.2: D_o = (2 · 2 / 2) / 6, D_e = 16 / 30.
    expect(raterAgreement(three)).toMatchObject({ raters: 3, agreement: 2 / 3 });
    expect(raterAgreement(three).alpha).toBeCloseTo(1 - 1 / 3 / (16 / 30), 12);
    expect(raterAgreement(three)).not.toHaveProperty("kappa");
    expect(raterAgreement([{ id: "1", quality: 1 }])).toEqual({
      labels: 1,
      answers: 1,
      answersWithSeveral: 0,
      raters: 0,
    });
  });
});

describe("joinHumanLabels", () => {
  const records: OutcomeRecord[] = [
    { id: "1", prompt: "a", outcomes: { qwen: { quality: 1, costUsd: 0.1 }, gpt: { quality: 1 } } },
    { id: "2", prompt: "b", outcomes: { qwen: { quality: 0.5 }, gpt: { quality: 0 } } },
    { id: "3", prompt: "c", outcomes: { qwen: { quality: 0.5 } } },
  ];

  it("puts people's quality in place of the recorded one, and leaves out what nobody has labelled", () => {
    const joined = joinHumanLabels(records, [...fromCsv, { id: "9", quality: 1 }]);
    expect(joined.records).toEqual([
      {
        id: "1",
        prompt: "a",
        outcomes: { qwen: { quality: 0.75, recordedQuality: 1, costUsd: 0.1 }, gpt: { quality: 1 } },
      },
      { id: "2", prompt: "b", outcomes: { qwen: { quality: 1, recordedQuality: 0.5 } } },
    ]);
    expect(joined).toMatchObject({ labelled: 3, unlabelled: 2, unmatched: 1, raters: { labels: 5 } });
    // (1 - 0.75) + (1 - 1) + (0.5 - 1), of three.
    expect(joined.recorded.meanDifference).toBeCloseTo(-0.25 / 3, 12);
    expect(joined.recorded.outcomes).toBe(3);
  });

  it("keeps them where it is told to", () => {
    const joined = joinHumanLabels(records, fromCsv, { unlabelled: "keep" });
    expect(joined.records.map(({ outcomes }) => Object.keys(outcomes))).toEqual([
      ["qwen", "gpt"],
      ["qwen", "gpt"],
      ["qwen"],
    ]);
    expect(joined.unlabelled).toBe(2);
  });

  it("takes a label without a model only where a record has one answer", () => {
    const joined = joinHumanLabels(records, [
      { id: "1", quality: 0 },
      { id: "3", quality: 0 },
    ]);
    expect(joined.records.map(({ id }) => id)).toEqual(["3"]);
    expect(joined.unmatched).toBe(1);
  });
});
