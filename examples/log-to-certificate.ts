/**
 * From a decision log to a threshold with a certificate: log a day's prompts, let both models answer them, tune, and run
 * the router with what was found. Needs OPENAI_API_KEY. The first command of `evals/README.md` does the same by hand.
 */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createRouter, decisionLog } from "switchpoint";
import { complexity } from "switchpoint/classifiers";
import { collect, describeCertificate, numeric, readOutcomes, tuneThreshold } from "switchpoint/evals";
import { always, threshold } from "switchpoint/policies";
import { openai } from "switchpoint/providers/openai";

const folder = await mkdtemp(join(tmpdir(), "certificate-"));
const at = (name: string) => join(folder, name);
const models = { small: openai("gpt-5.4-mini"), large: openai("gpt-5.5") };
const classifier = complexity();

// 1. Today: everything goes to the large model, and is logged with its prompt.
const onEvent = decisionLog({ file: at("decisions.jsonl"), prompts: true });
const today = createRouter({ models, policy: always("large"), onEvent });
for (let n = 0; n < 240; n += 1) {
  const sum = `What is ${n} + ${n + 3}?`;
  const steps = "Prove each step, state every assumption, and derive the closed form first.";
  await today.route(n % 4 === 0 ? `${steps} What is the sum of the integers from 1 to ${n}?` : sum);
}
await today.close();

// 2. A dataset: the prompts, and what a right answer is (here it can be computed; else people or a judge say it).
const logged = (await readFile(at("decisions.jsonl"), "utf8")).trim().split("\n");
const dataset = logged.map((line, n) => {
  const { id, prompt } = JSON.parse(line) as { id: string; prompt: string };
  return JSON.stringify({ id, prompt, expected: String(n % 4 === 0 ? (n * (n + 1)) / 2 : 2 * n + 3) });
});
await writeFile(at("dataset.jsonl"), dataset.join("\n"));

// 3. Outcomes: both models answer, a scorer compares. It carries on where it was killed.
const out = at("outcomes.jsonl");
const pair = createRouter({ models, policy: always("large") });
const { complete } = await collect({
  dataset: at("dataset.jsonl"),
  router: pair,
  scorer: numeric(),
  out,
  concurrency: 16,
});
console.log(complete); // true

// 4. The cheapest threshold that loses at most 5 points, with 95 % confidence; too few records are refused.
const [small, large] = [models.small.name, models.large.name];
const tuning = await tuneThreshold(readOutcomes(out), {
  small,
  large,
  classifier,
  target: { maxLoss: 0.05 },
  // Prompts of one template count as one unit, unless you know, as here, that they do not depend on each other.
  independentPrompts: true,
});
console.log(describeCertificate(tuning.certificate, large).includes("95 % confidence")); // true

// 5. From now on: decisions of this router are certified, as long as models, policy, classifier and date are these.
const router = createRouter({
  models,
  classifier,
  policy: threshold({ small: "small", large: "large", at: tuning.threshold ?? 0 }),
  tuning,
});
const { model, certified } = await router.decide("What is 20 + 22?");
console.log(model, certified); // small true
await rm(folder, { recursive: true });
