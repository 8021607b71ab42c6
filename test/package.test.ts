import { execFile } from "node:child_process";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, it } from "vitest";

const run = promisify(execFile);
const root = resolve(import.meta.dirname, "..");
const tsc = join(root, "node_modules/typescript/bin/tsc");
let folder = "";

/** What a user's first file looks like, over every subpath. */
const program = `
import { createRouter, decisionLog, isRouterError, route, configure, type Policy } from "switchpoint";
import { notRefused } from "switchpoint/checks";
import { complexity, length } from "switchpoint/classifiers";
import { only } from "switchpoint/constraints";
import { readOutcomes, replay } from "switchpoint/evals";
import { firstOf, threshold } from "switchpoint/policies";
import { anthropic } from "switchpoint/providers/anthropic";
import { azure } from "switchpoint/providers/azure";
import { google } from "switchpoint/providers/google";
import { openai } from "switchpoint/providers/openai";
import { openaiCompatible } from "switchpoint/providers/openai-compatible";
import { fakeModel } from "switchpoint/testing";

const models = { small: fakeModel({ model: "s", answer: "from small" }), large: fakeModel({ model: "l" }) };
const mine: Policy = { name: "mine", select: () => undefined };
const policy = firstOf(mine, threshold({ small: "small", large: "large", at: 1 }));
const router = createRouter({ models, policy, classifier: complexity() });
const result = await router.route("Hello");
configure({ models, policy: firstOf(policy), classifier: length(), constraints: [only("small")] });
const text: string = (await route("Hello")).text;
// @ts-expect-error a wrong id does not compile
void router.decide({ messages: [], model: "smal" }).catch(() => {});
const missing = await anthropic("claude-haiku-4-5", { apiKey: "k" })
  .generate({ messages: [{ role: "user", content: "x" }] }, { signal: new AbortController().signal })
  .catch((error: unknown) => (isRouterError(error, "missing-dependency") ? error.message : String(error)));
console.log(JSON.stringify({ text: result.text, again: text, missing }));
void [notRefused, decisionLog, azure, google, openai, openaiCompatible, readOutcomes, replay];
`;

const settings = {
  compilerOptions: {
    target: "ES2022",
    module: "NodeNext",
    strict: true,
    exactOptionalPropertyTypes: true,
    skipLibCheck: false,
    types: ["node"],
  },
  files: ["main.ts"],
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "switchpoint-package-"));
  await run("npm", ["run", "build", "--silent"], { cwd: root });
  await run("npm", ["pack", "--ignore-scripts", "--pack-destination", folder], { cwd: root });
  const [tarball] = (await readdir(folder)).filter((name) => name.endsWith(".tgz"));
  await writeFile(join(folder, "package.json"), '{ "name": "user", "private": true, "type": "module" }');
  const types = "@types/node@20";
  const flags = ["--no-save", "--no-audit", "--no-fund", "--prefer-offline", "--omit=optional"];
  await run("npm", ["install", ...flags, `./${tarball}`, types], { cwd: folder });
  await writeFile(join(folder, "main.ts"), program);
  await writeFile(join(folder, "tsconfig.json"), JSON.stringify(settings));
}, 240_000);

afterAll(() => rm(folder, { recursive: true, force: true }));

it("is installed without the optional SDKs", async () => {
  const installed = await readdir(join(folder, "node_modules"));
  expect(installed).toContain("openai");
  expect(installed).not.toContain("@anthropic-ai");
  expect(installed).not.toContain("@google");
});

it("type-checks and runs in an empty project, and says which SDK is missing", async () => {
  await run(process.execPath, [tsc, "-p", folder]);
  const { stdout } = await run(process.execPath, ["main.js"], { cwd: folder });
  expect(JSON.parse(stdout)).toEqual({
    text: "from small",
    again: "from small",
    missing: expect.stringContaining("npm install @anthropic-ai/sdk"),
  });
}, 60_000);

it("brings a command line that works", async () => {
  const { stdout } = await run(process.execPath, [
    join(folder, "node_modules/.bin/switchpoint"),
    "--version",
  ]);
  expect(stdout.trim()).toMatch(/^\d+\.\d+\.\d+$/);
}, 60_000);

it("holds no test, no source map, no data and no development script", async () => {
  const files = await readdir(join(folder, "node_modules/switchpoint"), { recursive: true });
  expect(files.filter((name) => /(^|\/)test\/|\.map$|\.jsonl|\.mjs$|\.ts$(?<!\.d\.ts$)/.test(name))).toEqual(
    [],
  );
  expect(files).toEqual(expect.arrayContaining(["LICENSE", "README.md", "CHANGELOG.md", "package.json"]));
});
