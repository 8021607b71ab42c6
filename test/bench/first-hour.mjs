// node test/bench/first-hour.mjs
// What a newcomer does, timed: from an empty folder to a routed answer, to a certificate. Prints a Markdown table of
// commands, seconds and the end of their output. Packs this checkout, installs it by npm in a folder of its own, and lets
// two simulated models behind a local endpoint stand in for gpt-5.4-mini and gpt-5.5. Needs the npm registry (or its
// cache) for `openai`. Takes about two minutes.
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const root = resolve(import.meta.dirname, "../..");
const [records, fresh] = [1_200, 400];

/** A number in [0, 1) that depends on the text alone. */
const chance = (text) => createHash("sha256").update(text).digest().readUInt32BE(0) / 2 ** 32;

const words =
  "amber basket candle dragon engine falcon garden hammer island jacket kettle ladder magnet needle orange parrot quartz ribbon saddle temple umbrella violet window yarrow zephyr anchor bridge copper desert emerald feather glacier harbour insect jungle kernel lantern meadow nectar oyster".split(
    " ",
  );
const promptOf = (index) => {
  const [a, b] = [words[index % 40], words[Math.floor(index / 40) % 40]];
  return index % 4 === 0
    ? `Prove or refute, step by step and with every assumption stated: each finite ${a} lattice over a ${b} ring has a fixed point. End with yes or no.`
    : `Is ${a} a longer word than ${b}? Yes or no.`;
};
const isHard = (prompt) => prompt.startsWith("Prove");
const expectedOf = (prompt) => (chance(`truth ${prompt}`) < 0.5 ? "yes" : "no");
/** How often each model is right: what the certificate has to find out. */
const rightShare = { "gpt-5.4-mini": { easy: 0.97, hard: 0.55 }, "gpt-5.5": { easy: 0.98, hard: 0.95 } };

const server = createServer(async (request, response) => {
  let text = "";
  for await (const part of request.setEncoding("utf8")) text += part;
  if (request.method === "GET") return response.end(JSON.stringify({ object: "list", data: [] }));
  // Only chat completions, as many a gateway.
  if (request.url !== "/v1/chat/completions") return response.writeHead(404).end();
  const { model, messages } = JSON.parse(text);
  const prompt = messages.at(-1).content;
  const isRight = chance(`${model} ${prompt}`) < rightShare[model][isHard(prompt) ? "hard" : "easy"];
  const wrong = expectedOf(prompt) === "yes" ? "no" : "yes";
  const outputTokens = isHard(prompt) ? 400 : 5;
  response.setHeader("content-type", "application/json").end(
    JSON.stringify({
      id: "chatcmpl-1",
      object: "chat.completion",
      created: 1,
      model,
      choices: [
        {
          index: 0,
          finish_reason: "stop",
          logprobs: null,
          message: { role: "assistant", refusal: null, content: isRight ? expectedOf(prompt) : wrong },
        },
      ],
      usage: { prompt_tokens: 40, completion_tokens: outputTokens, total_tokens: 40 + outputTokens },
    }),
  );
});
await new Promise((done) => server.listen(0, "127.0.0.1", done));

const folder = await mkdtemp(join(tmpdir(), "first-hour-"));
const rows = [];
const clean = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/API_KEY|BASE_URL|VLLM|SWITCHPOINT|^npm_/i.test(name)),
);
const keyed = {
  ...clean,
  OPENAI_API_KEY: "simulated",
  OPENAI_BASE_URL: `http://127.0.0.1:${server.address().port}/v1`,
};

/** Runs a command as a shell would; notes its seconds and what `show` says of its output. */
async function step(shown, [command, ...parts], show, { cwd = folder, env = keyed } = {}) {
  const begin = performance.now();
  const { stdout } = await run(command, parts, { cwd, env, maxBuffer: 64e6 });
  const seconds = (performance.now() - begin) / 1_000;
  rows.push([shown, seconds, await show(stdout)]);
}

const file = (name, text) => writeFile(join(folder, name), text);
const lineWith = (pattern) => (stdout) =>
  stdout
    .split("\n")
    .find((line) => pattern.test(line))
    ?.trim() ?? "";
const lastLine = (stdout) => stdout.trim().split("\n").at(-1) ?? "";

async function sizes() {
  const home = join(folder, "node_modules");
  const tree = JSON.parse(await readFile(join(home, ".package-lock.json"), "utf8")).packages;
  const bytes = async (path) => {
    let sum = 0;
    for (const entry of await readdir(path, { recursive: true, withFileTypes: true }))
      if (entry.isFile()) sum += (await stat(join(entry.parentPath, entry.name))).size;
    return sum;
  };
  const names = Object.keys(tree);
  const mb = (count) => (count / 1e6).toFixed(1);
  let own = 0;
  for (const name of names.filter((path) => path !== "node_modules/openai"))
    own += await bytes(join(folder, name));
  const sdk = await bytes(join(home, "openai"));
  return `${names.length} packages; ${mb(own)} MB, and openai ${mb(sdk)} MB`;
}

try {
  await run("npm", ["run", "build", "--silent"], { cwd: root });
  await run("npm", ["pack", "--ignore-scripts", "--silent", "--pack-destination", folder], { cwd: root });
  const [tarball] = (await readdir(folder)).filter((name) => name.endsWith(".tgz"));
  await file("package.json", '{ "name": "newcomer", "private": true, "type": "module" }');

  const install = ["npm", "install", "--no-audit", "--no-fund", `./${tarball}`];
  await step("npm install switchpoint", install, sizes, { env: clean });
  await step("npx switchpoint demo", ["npx", "switchpoint", "demo"], lineWith(/^ *saving/), { env: clean });

  await file(
    "ask.js",
    `import { createRouter } from "switchpoint";
import { threshold } from "switchpoint/policies";
import { openai } from "switchpoint/providers/openai";

const models = { small: openai("gpt-5.4-mini"), large: openai("gpt-5.5") };
export const router = createRouter({ models, policy: threshold({ small: "small", large: "large", largeShare: 0.3 }) });
export default router;
`,
  );
  await file(
    "main.js",
    `import { router } from "./ask.js";
for (const prompt of ["Is amber a longer word than basket? Yes or no.", "Prove that the square root of 2 is irrational."]) {
  const { text, decision, costUsd } = await router.route(prompt);
  console.log(decision.model, text, costUsd);
}
`,
  );
  const routed = (stdout) => stdout.trim().split("\n").join("; ");
  await step("node main.js", ["node", "main.js"], routed);

  // All 1,600 pairs of words in a mixed order, so that fresh prompts are others of the same kind.
  const mixed = Array.from({ length: records + fresh }, (_, index) => index).sort(
    (a, b) => chance(`order ${a}`) - chance(`order ${b}`),
  );
  const lines = (from, to) =>
    mixed
      .slice(from, to)
      .map((index) =>
        JSON.stringify({ id: `r${index}`, prompt: promptOf(index), expected: expectedOf(promptOf(index)) }),
      )
      .join("\n");
  await file("prompts.jsonl", lines(0, records));
  await file("new-prompts.jsonl", lines(records, records + fresh));

  const evals = (shown, show) => {
    const parts = shown.split(" ").slice(1);
    return step(`npx ${shown}`, ["npx", "switchpoint", ...parts], show);
  };
  const pair = "--small openai:gpt-5.4-mini --large openai:gpt-5.5";
  const collect = "--config ask.js --scorer normalised --concurrency 16";
  await evals(
    `switchpoint eval collect --dataset prompts.jsonl ${collect} --out outcomes.jsonl`,
    () => `${records} prompts, 2 models`,
  );
  await evals(
    `switchpoint eval train --outcomes outcomes.jsonl --part fit ${pair} --out classifier.json`,
    lastLine,
  );
  const tune = `switchpoint eval tune --outcomes outcomes.jsonl --classifier classifier.json ${pair} --max-loss 0.05 --out tuning.json`;
  await evals(tune, async () => {
    const { threshold, certificate } = JSON.parse(await readFile(join(folder, "tuning.json"), "utf8"));
    const { value, low, high } = certificate.saving;
    const percent = (share) => `${(100 * share).toFixed(0)} %`;
    return `threshold ${threshold}: loses at most ${certificate.maxLoss} with ${percent(certificate.confidence)} confidence, cost falls by ${percent(value)} [${percent(low)}, ${percent(high)}], ${certificate.records} records`;
  });
  await evals(
    `switchpoint eval collect --dataset new-prompts.jsonl ${collect} --out fresh.jsonl`,
    () => `${fresh} prompts, 2 models`,
  );
  await evals(
    "switchpoint eval report --outcomes fresh.jsonl --classifier classifier.json --tuning tuning.json --requests-per-month 1000000 --out report.html",
    async () => {
      const { size } = await stat(join(folder, "report.html"));
      return `report.html, ${Math.round(size / 1_000)} kB`;
    },
  );
  await evals(
    "switchpoint eval check --outcomes fresh.jsonl --tuning tuning.json --classifier classifier.json",
    lastLine,
  );

  await file(
    "certified.js",
    `import { createRouter } from "switchpoint";
import { trained } from "switchpoint/classifiers";
import { readClassifier, readTuning } from "switchpoint/evals";
import { threshold } from "switchpoint/policies";
import { router } from "./ask.js";

const tuning = await readTuning("tuning.json");
const classifier = trained(await readClassifier("classifier.json"));
const policy = threshold({ small: "small", large: "large", at: tuning.threshold });
const certified = createRouter({ models: router.models, classifier, policy, tuning });
const { text, decision } = await certified.route("Is amber a longer word than basket? Yes or no.");
console.log(decision.model, text, "certified:", decision.certified, decision.uncertified ?? "");
`,
  );
  await step("node certified.js", ["node", "certified.js"], lastLine);

  console.log("| command | seconds | what it says |\n|---|---|---|");
  for (const [shown, seconds, said] of rows)
    console.log(`| \`${shown}\` | ${seconds.toFixed(1)} | ${said.replaceAll("|", "\\|")} |`);
  const total = rows.reduce((sum, [, seconds]) => sum + seconds, 0);
  console.log(`| together | ${total.toFixed(1)} | Node ${process.version} |`);
} finally {
  server.close();
  await rm(folder, { recursive: true, force: true });
}
