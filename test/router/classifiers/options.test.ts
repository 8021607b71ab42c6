import { describe, test } from "vitest";
import { trainClassifier } from "../../../evals/index.ts";
import { complexity, complexityOptions } from "../../../src/router/classifiers/complexity.ts";
import {
  openaiEmbeddings,
  openaiEmbeddingsOptions,
} from "../../../src/router/classifiers/embedding/openai-embeddings.ts";
import {
  trainEmbedding,
  trainEmbeddingOptions,
} from "../../../src/router/classifiers/embedding/train-embedding.ts";
import { embedding, embeddingOptions } from "../../../src/router/classifiers/embedding.ts";
import { ensemble, ensembleMember, ensembleOptions } from "../../../src/router/classifiers/ensemble.ts";
import { length } from "../../../src/router/classifiers/length.ts";
import { modelRating, modelRatingOptions } from "../../../src/router/classifiers/model-rating.ts";
import { near, nearOptions } from "../../../src/router/classifiers/near.ts";
import { onnxClassifier } from "../../../src/router/classifiers/onnx/index.ts";
import { onnxClassifierOptions } from "../../../src/router/classifiers/onnx/onnx-options.ts";
import { trained, trainedOptions } from "../../../src/router/classifiers/trained.ts";
import { fakeModel, optionConformance } from "../../../src/testing/index.ts";
import { topicRecords } from "../../support/topic-records.ts";
import { embedWords, recordsOf } from "../../support/word-embedder.ts";

const classifier = length();
const both = { small: "small", large: "large" };
const training = { ...both, embed: embedWords, records: recordsOf(20) };
const embedded = await trainEmbedding(training);
const { file } = await trainClassifier(topicRecords(60), { ...both, candidate: "mean", resamples: 20 });

const suites = {
  complexity: optionConformance({
    owner: "complexity",
    table: complexityOptions,
    valid: {},
    use: complexity,
  }),
  embedding: optionConformance({
    owner: "embedding",
    table: embeddingOptions,
    valid: { embed: embedWords, trained: embedded },
    use: embedding,
  }),
  ensemble: optionConformance({
    owner: "ensemble",
    table: ensembleOptions,
    valid: {},
    use: (options) => ensemble([{ classifier }], options),
  }),
  "ensemble.members": optionConformance({
    owner: "ensemble.members[0]",
    table: ensembleMember,
    valid: { classifier },
    use: (member) => ensemble([member]),
  }),
  modelRating: optionConformance({
    owner: "modelRating",
    table: modelRatingOptions,
    valid: { model: fakeModel() },
    use: modelRating,
  }),
  near: optionConformance({
    owner: "near",
    table: nearOptions,
    valid: { first: classifier, second: classifier, around: 0.5 },
    use: near,
  }),
  onnxClassifier: optionConformance({
    owner: "onnxClassifier",
    table: onnxClassifierOptions,
    valid: { model: new Uint8Array(8), tokenizer: () => [1] },
    use: (options) => onnxClassifier(options).close(),
  }),
  openaiEmbeddings: optionConformance({
    owner: "openaiEmbeddings",
    table: openaiEmbeddingsOptions,
    valid: { model: "e5" },
    use: openaiEmbeddings,
  }),
  trainEmbedding: optionConformance({
    owner: "trainEmbedding",
    table: trainEmbeddingOptions,
    valid: training,
    use: trainEmbedding,
  }),
  trained: optionConformance({
    owner: "trained",
    table: trainedOptions,
    valid: {},
    use: (options) => trained(file, options),
  }),
};

describe.each(Object.entries(suites))("options of %s", (_, cases) => {
  test.each(cases)("$name", ({ run }) => run());
});
