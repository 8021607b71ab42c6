import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { trainClassifier } from "../../../evals/index.ts";
import * as classifiers from "../../../src/router/classifiers/index.ts";
import { type ClassifierSetup, classifierConformance, fakeModel } from "../../../src/testing/index.ts";
import { openHop } from "../../support/hops/open-hop.ts";
import { topicRecords } from "../../support/topic-records.ts";
import { embedWords, recordsOf, wordEmbedder } from "../../support/word-embedder.ts";

const { calibrated, complexity, embedding, ensemble, length, modelRating, near, trainEmbedding } =
  classifiers;

const hop = openHop();
const judging = modelRating({ model: fakeModel({ answer: '{"rating": 7}' }) });
const trained = (head: "neighbours" | "logistic") =>
  trainEmbedding({ ...wordEmbedder, records: recordsOf(60), small: "small", large: "large", head });
const embeddings = [
  embedding({ embed: embedWords, trained: await trained("neighbours"), windowMs: 0 }),
  embedding({ embed: embedWords, trained: await trained("logistic"), windowMs: 0, maxCached: 0 }),
];

const ofOwn = async (candidate: string) =>
  (
    await trainClassifier(topicRecords(80, { categories: true }), {
      small: "small",
      large: "large",
      candidate,
      resamples: 20,
    })
  ).file;

/** Samples of each classifier by file name, one for each form. */
const samples: Readonly<Record<string, readonly ClassifierSetup[]>> = {
  calibrated: [
    { classifier: calibrated(complexity(), { a: { kind: "platt", slope: 2, intercept: 0.5 } }) },
    { classifier: calibrated(judging, { a: { kind: "identity" } }), hop },
  ],
  complexity: [{ classifier: complexity() }, { classifier: complexity({ signals: true }) }],
  embedding: embeddings.map((classifier) => ({ classifier, hop })),
  ensemble: [
    { classifier: ensemble([{ classifier: length() }, { classifier: complexity(), weight: 3 }]) },
    { classifier: ensemble([{ classifier: length() }, { classifier: judging }]), hop },
  ],
  "model-rating": [{ classifier: judging, hop }],
  length: [{ classifier: length() }],
  near: [
    { classifier: near({ first: length(), second: judging, around: 0.5, margin: 0.5 }), hop },
    { classifier: near({ first: length(), second: judging, around: 0.5, margin: 0.5 }) },
  ],
  trained: [
    { classifier: classifiers.trained(await ofOwn("blend"), { signals: true }) },
    { classifier: classifiers.trained(await ofOwn("mean+table")) },
    { classifier: classifiers.trained(await ofOwn("length")) },
  ],
};

describe.each(Object.entries(samples))("%s", (_, forms) => {
  for (const [form, setup] of forms.entries()) {
    for (const { name, run } of classifierConformance(setup)) test(`${name} (form ${form + 1})`, run);
  }
});

test("every classifier is in the suite", () => {
  const folder = join(import.meta.dirname, "../../../src/router/classifiers");
  const files = readdirSync(folder).filter(
    (file) => file.endsWith(".ts") && /\): Classifier \{/.test(readFileSync(join(folder, file), "utf8")),
  );
  expect(files.map((file) => file.replace(/\.ts$/, "")).sort()).toEqual(Object.keys(samples).sort());
});
