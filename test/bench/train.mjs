// One process: training on 10,000 records of two models, cross-validation included, in seconds of CPU. Prints JSON.
import { seededRandom, trainClassifier } from "switchpoint/evals";
import { promptsOf } from "./prompts.mjs";

const count = 10_000;
const random = seededRandom(1);
const records = promptsOf(600, count).map((prompt, index) => ({
  id: String(index),
  prompt,
  outcomes: {
    small: { quality: random() < 0.6 ? 1 : 0 },
    large: { quality: random() < 0.8 ? 1 : 0 },
  },
}));

const before = process.cpuUsage();
await trainClassifier(records, { small: "small", large: "large" });
const { user, system } = process.cpuUsage(before);
console.log(
  JSON.stringify([
    { name: "trainClassifier(), 1,000 resamples", budget: 10, seconds: (user + system) / 1e6 },
  ]),
);
