import { describe, expect, it } from "vitest";
import { type OutcomeRecord, refit, trainClassifier } from "../../../evals/index.ts";
import { wasTrainedOn } from "../../../evals/train/was-trained-on.ts";
import { topicRecords } from "../../support/topic-records.ts";

const settings = { resamples: 50 };
const pair = { small: "small", large: "large", ...settings };

describe("refit", () => {
  it("learns from what the file remembers and from new records, and its hash covers both", async () => {
    const { file } = await trainClassifier(topicRecords(100), pair);
    const added = topicRecords(60, { seed: 2, prefix: "n" });
    const { file: refitted, report } = await refit(file, added, settings);
    expect(report.records).toBe(160);
    expect(report.prompts).toBe(160);
    expect(refitted.data.records).toBe(160);
    expect(refitted.data.sha256).not.toBe(file.data.sha256);
    expect(refitted.examples.count).toBe(160);
    const other = await refit(file, topicRecords(60, { seed: 3, prefix: "n" }), settings);
    expect(other.file.data.sha256).not.toBe(refitted.data.sha256);
  });

  it("comes close to a training on all records at once", async () => {
    const [old, added] = [topicRecords(150), topicRecords(150, { seed: 2, prefix: "n" })];
    const { file } = await trainClassifier(old, pair);
    const apgrOf = (report: { candidates: readonly { name: string; apgr: { value: number } }[] }) =>
      report.candidates.find(({ name }) => name === "mean")?.apgr.value ?? Number.NaN;
    const again = apgrOf((await refit(file, added, settings)).report);
    const whole = apgrOf((await trainClassifier([...old, ...added], pair)).report);
    expect(Math.abs(again - whole)).toBeLessThan(0.05);
  });

  it("keeps the same prompt of old and new records in one fold", async () => {
    const records = topicRecords(60);
    const { file } = await trainClassifier(records, pair);
    const { report } = await refit(file, records, settings);
    expect(report).toMatchObject({ records: 120, prompts: 60 });
  });

  it("has the keys of both, so that neither may be tuned with", async () => {
    const [old, added] = [topicRecords(60), topicRecords(50, { seed: 2, prefix: "n" })];
    const { file } = await trainClassifier(old, pair);
    const { file: refitted } = await refit(file, [...added, ...old.slice(0, 10)], settings);
    expect(refitted.keys).toMatchObject({ purpose: "fit", records: 120, prompts: 110 });
    const isKnown = wasTrainedOn(refitted);
    expect([...old, ...added].every(isKnown)).toBe(true);
    expect(topicRecords(50, { seed: 3 }).some(isKnown)).toBe(false);
  });

  it("refuses a file that was changed", async () => {
    const { file } = await trainClassifier(topicRecords(60), pair);
    await expect(refit({ ...file, seed: 9 }, topicRecords(10), settings)).rejects.toThrow(
      /changed after training/,
    );
  });

  it("refuses misspelt settings, and new records without the models of the file", async () => {
    const { file } = await trainClassifier(topicRecords(60), pair);
    await expect(refit(file, topicRecords(10), { seeds: 3 } as object)).rejects.toThrow(
      /refit\.seeds must be absent/,
    );
    const others = topicRecords(10).map(({ outcomes: { middle }, ...record }) => ({
      ...record,
      outcomes: { middle } as OutcomeRecord["outcomes"],
    }));
    await expect(refit(file, others)).rejects.toThrow(
      /model must be one that the records have outcomes of: middle, got "(small|large)"/,
    );
  });
});
