// One process: measures a decision at three lengths, with baselines in the same run. Prints JSON. With
// SWITCHPOINT_CLAWROUTER=<path of its router/index.js> ClawRouter's scorer is a baseline, too.
import { createHash } from "node:crypto";
import { pathToFileURL } from "node:url";
import { createRouter } from "switchpoint";
import { complexity, length, trained } from "switchpoint/classifiers";
import { trainClassifier } from "switchpoint/evals";
import { threshold } from "switchpoint/policies";
import { factsOf, fakeModel } from "switchpoint/testing";
import { measure, measureSync } from "./measure.mjs";
import { promptsOf } from "./prompts.mjs";

const price = { usdPerMillionInputTokens: 1, usdPerMillionOutputTokens: 4 };
const model = (name) =>
  fakeModel({ model: name, price, contextWindow: 1_000_000, capabilities: { tools: true } });
const options = {
  models: { small: model("small"), large: model("large") },
  policy: threshold({ small: "small", large: "large", at: 0.7 }),
};
const router = createRouter(options);
const byLength = createRouter({ ...options, classifier: length() });
const records = promptsOf(600, 400).map((prompt, index) => ({
  id: String(index),
  prompt,
  outcomes: { small: { quality: index % 3 === 0 ? 0 : 1 }, large: { quality: 1 } },
}));
const { file } = await trainClassifier(records, { small: "small", large: "large", resamples: 10 });
const byOwn = createRouter({ ...options, classifier: trained(file) });
const clawRouter = await clawRouterOf(process.env.SWITCHPOINT_CLAWROUTER);
const rows = [];

for (const [characters, runs] of [
  [200, 40_000],
  [2_000, 20_000],
  [50_000, 10_000],
]) {
  const prompts = promptsOf(characters, 32);
  const bodies = prompts.map((content) => JSON.stringify({ messages: [{ role: "user", content }] }));
  const at = (list) => (index) => list[index % 32];
  const [prompt, body] = [at(prompts), at(bodies)];
  const add = (name, measured) => rows.push({ name, characters, ...measured });
  add("empty async function", await measure(async () => {}, { runs }));
  add(
    "JSON.parse of the request",
    measureSync((index) => JSON.parse(body(index)), { runs }),
  );
  add(
    "sha256 of the prompt",
    measureSync((index) => createHash("sha256").update(prompt(index)).digest("hex"), { runs }),
  );
  if (clawRouter !== undefined)
    add(
      "ClawRouter's route()",
      measureSync((index) => clawRouter(prompt(index)), { runs: runs / 10 }),
    );
  add("decide(), length()", await measure((index) => byLength.decide(prompt(index)), { runs }));
  add("decide(), complexity()", await measure((index) => router.decide(prompt(index)), { runs }));
  add("decide(), trained() on 400 records", await measure((index) => byOwn.decide(prompt(index)), { runs }));
  add("route(), in-memory model", await measure((index) => router.route(prompt(index)), { runs: runs / 2 }));
  const chat = (index) => ({ messages: [{ role: "user", content: prompt(index) }] });
  const { signal } = new AbortController();
  const direct = options.models.small;
  add(
    "that model alone",
    await measure((index) => direct.generate(chat(index), { signal }), { runs: runs / 2 }),
  );
  // The fake model records its requests.
  for (const one of Object.values(options.models)) one.requests.length = 0;
}

// At most 4,000 characters of a prompt are read. Beyond them a classification costs the same for any
// length; a decision adds only the search for harness elements, at the speed of memory.
const classifier = complexity();
for (const characters of [4_000, 400_000, 10_000_000]) {
  const facts = promptsOf(characters, 2).map((ask) => factsOf({ ask }));
  const measured = measureSync((index) => classifier.classify(facts[index % 2]), { runs: 10_000 });
  rows.push({ name: "classify, at and beyond the cap", characters, ...measured });
}
for (const characters of [4_000, 400_000, 2_000_000]) {
  const prompts = promptsOf(characters, 2);
  const measured = await measure((index) => router.decide(prompts[index % 2]), { runs: 10_000 });
  rows.push({ name: "decide(), at and beyond the cap", characters, ...measured });
}

const many = Array.from({ length: 10_000 }, (_, index) => ({
  role: index % 2 === 0 ? "user" : "assistant",
  content: `Message number ${index} of a long conversation, which says a little.`,
}));
rows.push({
  name: "decide(), 10,000 messages, per message",
  characters: 0,
  ...perMessage(await measure(() => router.decide({ messages: many }), { runs: 200 })),
});
function perMessage({ p50, p99, cpu }) {
  return { p50: p50 / 10_000, p99: p99 / 10_000, cpu: cpu / 10_000 };
}

console.log(JSON.stringify(rows));

/** Returns ClawRouter's decision about a prompt, from a copy that is no part of this project. */
async function clawRouterOf(path) {
  if (!path) return undefined;
  const { DEFAULT_ROUTING_CONFIG: config, route } = await import(pathToFileURL(path).href);
  const options = { config, modelPricing: new Map() };
  return (prompt) => route(prompt, undefined, 1_000, options);
}
