// node first-route.mjs [module]: one process that imports the package (or the module at that path), makes a router and sends
// two requests to a model in memory. Prints JSON: milliseconds, and of CPU, of each step.
import { pathToFileURL } from "node:url";

const given = process.argv[2];
const price = { usdPerMillionInputTokens: 1, usdPerMillionOutputTokens: 4 };
const choice = { index: 0, finish_reason: "stop", logprobs: null };
const usage = { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 };
const message = { role: "assistant", content: "Hello.", refusal: null };
const model = (name) => ({
  name: `own:${name}`,
  provider: "own",
  model: name,
  labels: {},
  price,
  generate: async () => ({
    id: "1",
    created: 1,
    object: "chat.completion",
    model: name,
    choices: [{ ...choice, message }],
    usage,
  }),
  async *stream() {},
});
/** Sends what a classifier calls hard to the large model. */
const policy = {
  name: "own",
  select: ({ classification }) => ({
    model: (classification?.complexity ?? 1) >= 0.7 ? "large" : "small",
    reason: "own",
  }),
};

const steps = {};
async function step(name, work) {
  const [cpu, start] = [process.cpuUsage(), performance.now()];
  const result = await work();
  const ms = performance.now() - start;
  const { user, system } = process.cpuUsage(cpu);
  steps[name] = { ms, cpuMs: (user + system) / 1_000 };
  return result;
}
const { createRouter } = await step(
  "import",
  () => import(given === undefined ? "switchpoint" : pathToFileURL(given).href),
);
const models = { small: model("small"), large: model("large") };
const router = await step("createRouter", () => createRouter({ models, policy }));
await step("first route", () => router.route("Say hello."));
await step("second route", () => router.route("Say hello again."));
console.log(JSON.stringify(steps));
