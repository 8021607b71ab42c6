import { expect, test } from "vitest";
import { trainClassifier } from "../../../../evals/index.ts";
import type { Classification } from "../../../../src/contracts/index.ts";
import { explainTrained, type TrainedClassifier, trained } from "../../../../src/router/classifiers/index.ts";
import { factsOf } from "../../../../src/testing/index.ts";
import { openHop } from "../../../support/hops/open-hop.ts";
import { topicRecords } from "../../../support/topic-records.ts";

const fileOf = async (candidate: string): Promise<TrainedClassifier> =>
  (await trainClassifier(topicRecords(200), { small: "small", large: "large", candidate, resamples: 20 }))
    .file;
const mean = await fileOf("mean");
const hard = factsOf({ ask: "tell me about the lemma and the hotel, please" });

test("an explanation agrees with the classification, and names words by position", () => {
  const { complexity, score, parts, spans } = explainTrained(JSON.parse(JSON.stringify(mean)), hard);
  const given = trained(mean, { signals: true }).classify(hard, openHop()) as Classification;
  expect([complexity, score]).toEqual([given.complexity, given.signals?.["score"]]);
  expect(parts.map(({ part }) => part).sort()).toEqual(["default", "landmarks", "length", "logistic"]);
  expect(parts.reduce((sum, { contribution }) => sum + contribution, 0)).toBeCloseTo(score, 9);
  const byText = new Map(
    spans.map(({ start, end, contribution }) => [hard.ask.slice(start, end), contribution]),
  );
  expect(byText.get("lemma")).toBeGreaterThan(0);
  expect(byText.get("hotel")).toBeLessThan(0);
  expect(JSON.stringify({ parts, spans })).not.toContain("lemma");
  const strengths = spans.map(({ contribution }) => Math.abs(contribution));
  expect(strengths).toEqual([...strengths].sort((a, b) => b - a));
});

test("the spans and structure of a linear score add up to it, except for a constant", async () => {
  const ridge = await fileOf("ridge");
  const rest = (ask: string): number => {
    const { score, spans, structure } = explainTrained(ridge, factsOf({ ask }));
    return [...spans, ...structure].reduce((left, { contribution }) => left - contribution, score);
  };
  expect(rest("the hotel and the beach")).toBeCloseTo(rest("proof of lemma 7"), 6);
});

test("a score without linear parts is explained only by its parts; a wrong file is refused", async () => {
  const { parts, spans, structure } = explainTrained(await fileOf("length"), hard);
  expect(parts.map(({ part }) => part)).toEqual(["length"]);
  expect([spans, structure]).toEqual([[], []]);
  expect(() => explainTrained({ ...mean, seed: 9 }, hard)).toThrow(/trained.file.version must be the hash/);
});
