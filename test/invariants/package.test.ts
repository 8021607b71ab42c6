import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { SourceMap } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { wordOf } from "../support/evals/word-of.ts";
import { linksOf } from "../support/page.ts";
import { isChecked } from "../support/runs.ts";

const run = promisify(execFile);
const root = resolve(import.meta.dirname, "../..");
const tsc = join(root, "node_modules/typescript/bin/tsc");
let folder = "";
/** It installs the package and what it needs, which `npm test` does not. */
const it = test.skipIf(!isChecked("package"));
const command = () => join(folder, "node_modules/.bin/switchpoint");

/** A user's first file, with every subpath. */
const program = `
import { createRouter, decisionLog, isRouterError, route, configure, type Policy } from "switchpoint";
import { firstOf, notRefused, only, threshold } from "switchpoint/policies";
import { complexity, length } from "switchpoint/classifiers";
import { apgr, exact, offPolicy, readOutcomes, replay } from "switchpoint/evals";
import { type ModelFacts, readOptions } from "switchpoint/plugin";
import { anthropic } from "switchpoint/providers/anthropic";
import { azure, entraId } from "switchpoint/providers/azure";
import { bedrock } from "switchpoint/providers/bedrock";
import { google } from "switchpoint/providers/google";
import { openai } from "switchpoint/providers/openai";
import { openaiCompatible } from "switchpoint/providers/openai-compatible";
import { sagemaker } from "switchpoint/providers/sagemaker";
import { vertex } from "switchpoint/providers/vertex";
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
const credentials = { accessKeyId: "a", secretAccessKey: "b" };
const platforms = [
  azure("m", { endpoint: "http://127.0.0.1:9", apiVersion: "v", apiKey: entraId() }),
  vertex("m", { project: "p", location: "l" }),
  bedrock("m", { region: "eu-central-1", credentials }),
  sagemaker("m", { region: "eu-central-1", credentials }),
];
const absent = await Promise.all(
  platforms.map((model) =>
    model
      .generate({ messages: [{ role: "user", content: "x" }] }, { signal: new AbortController().signal })
      .catch((error: unknown) => (isRouterError(error, "missing-dependency") ? error.dependency : String(error))),
  ),
);
console.log(JSON.stringify({ text: result.text, again: text, missing, absent }));
const facts: ModelFacts = models.small;
void [facts, readOptions, notRefused, decisionLog, azure, google, openai, openaiCompatible, readOutcomes, replay];
void [apgr, offPolicy, exact];
`;

/** Requests and answers in types of the SDK, of both versions, where \`undefined\` and absent are one. */
const chatProgram = `
import type OpenAI6 from "openai-6";
import type OpenAI7 from "openai-7";
import { createRouter, route } from "switchpoint";
import { always } from "switchpoint/policies";
import { fakeModel } from "switchpoint/testing";

declare const request6: OpenAI6.Chat.ChatCompletionCreateParamsNonStreaming;
declare const request7: OpenAI7.Chat.ChatCompletionCreateParamsNonStreaming;
void [route(request6), route(request7)];

const router = createRouter({ models: { small: fakeModel() }, policy: always("small") });
const { completion } = await router.route({
  messages: [{ role: "user", content: [{ type: "text", text: "Hello" }], name: undefined }],
  tools: [{ type: "function", function: { name: "f", parameters: { type: "object" } } }],
  response_format: { type: "json_object" },
  stop: ["\\n"],
  session: "u1",
});
const answers: [OpenAI6.Chat.ChatCompletion, OpenAI7.Chat.ChatCompletion] = [completion, completion];
for await (const chunk of router.stream("Hello")) {
  const chunks: [OpenAI6.Chat.ChatCompletionChunk, OpenAI7.Chat.ChatCompletionChunk] = [chunk, chunk];
  void [answers, chunks];
}
// @ts-expect-error misspelt
void router.route({ messages: [], temperatur: 1 });
`;

const typesOf = (name: string) => [join(root, "node_modules", name, "index.d.mts")];

const settings = {
  compilerOptions: {
    target: "ES2022",
    module: "NodeNext",
    strict: true,
    exactOptionalPropertyTypes: true,
    skipLibCheck: false,
    // Those of browsers would be checked as well. The other program below has them.
    lib: ["ES2022"],
    types: ["node"],
  },
  files: ["main.ts"],
};

const chatSettings = {
  extends: "./tsconfig.json",
  compilerOptions: {
    exactOptionalPropertyTypes: false,
    lib: ["ES2022", "DOM", "DOM.Iterable"],
    // The SDK's own declarations are its own affair, and take long.
    skipLibCheck: true,
    noEmit: true,
    paths: { "openai-6": typesOf("openai"), "openai-7": typesOf("openai-7") },
  },
  files: ["chat.ts"],
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "switchpoint-package-"));
  await run("npm", ["run", "build:once", "--silent"], { cwd: root });
  await run("npm", ["pack", "--ignore-scripts", "--pack-destination", folder], { cwd: root });
  const [tarball] = (await readdir(folder)).filter((name) => name.endsWith(".tgz"));
  await writeFile(join(folder, "package.json"), '{ "name": "user", "private": true, "type": "module" }');
  const types = "@types/node@20";
  const flags = ["--no-save", "--no-audit", "--no-fund", "--prefer-offline", "--omit=optional"];
  await run("npm", ["install", ...flags, `./${tarball}`, types], { cwd: folder });
  await writeFile(join(folder, "main.ts"), program);
  await writeFile(join(folder, "tsconfig.json"), JSON.stringify(settings));
  await writeFile(join(folder, "chat.ts"), chatProgram);
  await writeFile(join(folder, "tsconfig.chat.json"), JSON.stringify(chatSettings));
}, 600_000);

/** True if the file is what a pattern of `exports` stands for: `./providers/*`. */
function isDoor(file: string, head: string, tail: string): boolean {
  return file.startsWith(head) && file.endsWith(tail) && !file.slice(head.length).includes("/");
}

afterAll(() => rm(folder, { recursive: true, force: true }));

it("brings few packages and megabytes, the OpenAI SDK and no other", async () => {
  const home = join(folder, "node_modules");
  const tree = JSON.parse(await readFile(join(home, ".package-lock.json"), "utf8")).packages as Readonly<
    Record<string, { readonly hasInstallScript?: boolean }>
  >;
  // The types of Node are the tests' own.
  const packages = Object.keys(tree).filter((path) => !/@types\/node|undici-types/.test(path));
  expect(packages).toContain("node_modules/openai");
  expect(packages.filter((path) => /@anthropic-ai|@google/.test(path))).toEqual([]);
  expect(packages.length).toBeLessThanOrEqual(15);
  expect(packages.filter((path) => tree[path]?.hasInstallScript === true)).toEqual([]);
  let bytes = 0;
  for (const path of packages.filter((name) => name !== "node_modules/openai"))
    for (const file of await readdir(join(folder, path), { recursive: true, withFileTypes: true }))
      if (file.isFile()) bytes += (await stat(join(file.parentPath, file.name))).size;
  expect(bytes).toBeLessThan(25_000_000);
});

it("names each package that is bundled into it, with its licence", async () => {
  const home = join(folder, "node_modules/switchpoint/dist");
  const notices = await readFile(join(home, "THIRD-PARTY-NOTICES"), "utf8");
  const named = new Set([...notices.matchAll(/^(\S+) \d+\.\d+\.\d+\S* \(\S.*\)$/gm)].map(([, name]) => name));
  const { devDependencies } = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
  const chunks = (await readdir(join(home, "chunks/packages"), { recursive: true })).map((name) =>
    name.replace(/\.js$/, ""),
  );
  const bundled = Object.keys(devDependencies).filter((name) => chunks.includes(name.replace("@", "")));
  expect(bundled).toEqual(expect.arrayContaining(["zod", "commander", "yaml", "@observablehq/plot"]));
  expect([...named]).toEqual(expect.arrayContaining(bundled));
  expect(notices).toContain("MIT License");
});

/** Files of the package that importing a door reads, with their bytes, and modules of other packages. */
async function readBy(...doors: readonly string[]) {
  const home = join(folder, "node_modules/switchpoint/dist");
  const reached = new Set(doors);
  const bytes = new Map<string, number>();
  const foreign: string[] = [];
  for (const file of reached) {
    const text = await readFile(join(home, file), "utf8");
    bytes.set(file, text.length);
    for (const [, target = ""] of text.matchAll(
      /(?:^|[;}])\s*(?:import|export)\b[^;"'()]*?["']([^"']+)["']/gm,
    )) {
      if (target.startsWith(".")) reached.add(join(dirname(file), target));
      else foreign.push(`${file} imports ${target}`);
    }
  }
  const chunks = [...reached].flatMap((file) => /^chunks\/(.+)\.js$/.exec(file)?.[1] ?? []);
  return { bytes, foreign, chunks: chunks.sort() };
}

const providerDoors = async () =>
  (await readdir(join(folder, "node_modules/switchpoint/dist/src/router/providers")))
    .filter((name) => name.endsWith(".js"))
    .map((name) => `src/router/providers/${name}`);

it("loads no bundled package when it is imported", async () => {
  const { chunks } = await readBy("src/index.js", "policies/index.js", "src/router/classifiers/index.js");
  expect(chunks.filter((name) => name.startsWith("packages"))).toEqual([]);
  expect(chunks).toContain("core");
});

it("reads neither the weights nor what a request needs, which the first one loads", async () => {
  const { bytes, chunks } = await readBy("src/index.js", "policies/index.js", ...(await providerDoors()));
  for (const late of ["requests", "complexity", "classifiers", "loop", "serve"])
    expect(chunks).not.toContain(late);
  // Time and memory of an import are in proportion to it: 1,055,000 before those were loaded late. Doors import it alone.
  expect(bytes.get("chunks/core.js")).toBeLessThan(330_000);
  const files = await readdir(join(folder, "node_modules/switchpoint/dist/chunks"));
  expect(files).toEqual(expect.arrayContaining(["requests.js", "complexity.js", "classifiers.js"]));
});

it("reads of a wing no other than it needs: not the weights, the server of Node, or the page", async () => {
  expect((await readBy("src/router/pools/index.js")).chunks).toEqual(["core", "helpers", "pools"]);
  const serve = await readBy("src/serve/index.js");
  expect(serve.chunks).toEqual(["core", "helpers", "serve", "states"]);
  // 1,619,000 when all wings were one chunk.
  expect([...serve.bytes.values()].reduce((sum, one) => sum + one)).toBeLessThan(530_000);
  expect((await readBy("src/serve/clients/index.js")).chunks).toEqual([
    "clients",
    "core",
    "helpers",
    "providers",
    "serve",
    "states",
  ]);
  const { chunks } = await readBy("src/loop/index.js");
  for (const other of ["serve", "providers", "complexity"]) expect(chunks).not.toContain(other);
});

it("imports nothing of Node and no SDK in what an application imports", async () => {
  const { foreign, chunks } = await readBy(
    "src/index.js",
    "policies/index.js",
    "src/router/classifiers/index.js",
    "src/router/pools/index.js",
    "src/fleet/index.js",
    "src/loop/index.js",
    "src/serve/index.js",
    "src/serve/clients/index.js",
    "src/plugin/index.js",
    ...(await providerDoors()),
  );
  expect(foreign).toEqual([]);
  expect(chunks).toEqual(expect.arrayContaining(["core", "policies"]));
});

it("is bundled and runs where nothing of Node is, with one SDK of three installed", async () => {
  const { build } = await import("vite");
  const app = await readFile(join(root, "test/runtimes/app.mjs"), "utf8");
  await writeFile(join(folder, "app.mjs"), app);
  await build({
    root: folder,
    configFile: false,
    logLevel: "error",
    ssr: { target: "webworker", noExternal: true },
    build: { ssr: "app.mjs", outDir: "bundle", target: "esnext", copyPublicDir: false },
  });
  const [main = ""] = (await readdir(join(folder, "bundle"))).filter((name) => /^app\.m?js$/.test(name));
  // `Buffer` stays, which the `fetch` of Node itself uses.
  await writeFile(
    join(folder, "bare.js"),
    `const { log } = console;
     for (const name of ["process", "setImmediate", "clearImmediate"]) globalThis[name] = undefined;
     const { run } = await import("./bundle/${main}");
     log(JSON.stringify(await run()));`,
  );
  const { stdout } = await run(process.execPath, ["bare.js"], { cwd: folder });
  expect(JSON.parse(stdout)).toMatchObject({
    text: "from small",
    streamed: "from small",
    near: "from tight",
    served: "from small, 401",
    openai: "from openai",
    anthropic: expect.stringMatching(/^missing-dependency: .*npm install @anthropic-ai\/sdk$/),
    google: expect.stringMatching(/^missing-dependency: .*npm install @google\/genai$/),
  });
}, 120_000);

it("type-checks and runs in an empty project, and names the missing SDK", async () => {
  await run(process.execPath, [tsc, "-p", folder]);
  const { stdout } = await run(process.execPath, ["main.js"], { cwd: folder });
  expect(JSON.parse(stdout)).toEqual({
    text: "from small",
    again: "from small",
    missing: expect.stringContaining("npm install @anthropic-ai/sdk"),
    absent: ["@azure/identity", "google-auth-library", "@smithy/signature-v4", "@smithy/signature-v4"],
  });
}, 300_000);

it("is imported and decides without any SDK, and says what to install when one is needed", async () => {
  const sdk = join(folder, "node_modules/openai");
  await rename(sdk, `${sdk}-away`);
  try {
    await writeFile(
      join(folder, "without.js"),
      `import { createRouter } from "switchpoint";
       import { threshold } from "switchpoint/policies";
       import { openai } from "switchpoint/providers/openai";
       const options = { apiKey: "k", client: "sdk" };
       const models = { small: openai("gpt-5.4-mini", options), large: openai("gpt-5.5", options) };
       const router = createRouter({ models, policy: threshold({ small: "small", large: "large", at: 0.7 }) });
       const decided = (await router.decide("Hello")).model;
       const error = await router.route("Hello").catch((thrown) => thrown);
       console.log(JSON.stringify([decided, error.code, error.message]));`,
    );
    const { stdout } = await run(process.execPath, ["without.js"], { cwd: folder });
    const message = "openai:gpt-5.4-mini needs the package openai: npm install openai";
    expect(JSON.parse(stdout)).toEqual(["small", "missing-dependency", message]);
  } finally {
    await rename(`${sdk}-away`, sdk);
  }
}, 60_000);

it("takes requests typed by the SDK, 6 or 7, and its answers are of either type", async () => {
  await run(process.execPath, [tsc, "-p", join(folder, "tsconfig.chat.json")]);
}, 300_000);

it("shows declarations that import no package: none is needed to compile", async () => {
  const home = join(folder, "node_modules/switchpoint");
  const { exports } = JSON.parse(await readFile(join(home, "package.json"), "utf8")) as {
    readonly exports: Readonly<Record<string, string | null>>;
  };
  const files = (await readdir(home, { recursive: true })).map((name) => `./${name}`);
  const doors = Object.values(exports).flatMap((target) => {
    const [head = "", tail = ""] = (target ?? "").replace(/\.js$/, ".d.ts").split("*");
    return files.filter((name) => (tail === "" ? name === head : isDoor(name, head, tail)));
  });
  expect(doors).toEqual(
    expect.arrayContaining(["./dist/src/index.d.ts", "./dist/src/router/providers/anthropic.d.ts"]),
  );

  const reached = new Set(doors.filter((name) => name.endsWith(".d.ts")));
  const packages: string[] = [];
  for (const file of reached) {
    const text = await readFile(join(home, file), "utf8");
    for (const [, target = ""] of text.matchAll(
      /(?<!["'])(?:\bfrom|\bimport|\bimport\(|\btypes=)\s*["']([^"'\n]+)["']/g,
    )) {
      if (target.startsWith("."))
        reached.add(`./${join(dirname(file), target.replace(/\.[jt]s$/, ".d.ts"))}`);
      else packages.push(`${file} imports ${target}`);
    }
  }
  // A class of LangChain can only be declared by its own base class: that door alone needs the package.
  const others = packages.filter((line) => !/clients\/langchain\/\S+ imports @langchain\/core\//.test(line));
  expect(others).toEqual([]);
  expect(reached).toContain("./dist/src/contracts/chat/request.d.ts");
});

it("prints a readable error if it is not caught", async () => {
  await writeFile(join(folder, "uncaught.js"), 'import { route } from "switchpoint"; await route("Hello");');
  const env = { PATH: process.env["PATH"] };
  const failed = run(process.execPath, ["uncaught.js"], { cwd: folder, env });
  const { stderr } = (await failed.catch((error: unknown) => error)) as { readonly stderr: string };
  expect(stderr).toContain("missing: one of OPENAI_API_KEY");
  // Node shows the line that threw.
  expect(stderr.length).toBeLessThan(4_000);
}, 60_000);

it("shows where in its sources an error was thrown, if asked for source maps", async () => {
  await writeFile(
    join(folder, "invalid.js"),
    'import { createRouter } from "switchpoint"; createRouter({ models: {} });',
  );
  const failed = run(process.execPath, ["--enable-source-maps", "invalid.js"], { cwd: folder });
  const { stderr } = (await failed.catch((error: unknown) => error)) as { readonly stderr: string };
  const places = [...stderr.matchAll(/at (\S+) \(.*?switchpoint\/(src\/\S+?\.ts):(\d+):/g)];
  expect(places.map(([, name]) => name)).toEqual(
    expect.arrayContaining(["Object.someModels", "createRouter"]),
  );
  const [, , file = "", line] = places[0] ?? [];
  const thrown = (await readFile(join(root, file), "utf8")).split("\n")[Number(line) - 1];
  expect(thrown).toMatch(/throw new InvalidOptionError\(option, given, modelsRule/);
  expect(stderr, "Node shows the line, which the map holds").toContain(thrown);
}, 60_000);

it("has maps that lead from each throw to the same in the sources", async () => {
  const home = join(folder, "node_modules/switchpoint/dist");
  const files = (await readdir(home, { recursive: true })).filter((name) => name.endsWith(".js.map"));
  let throws = 0;
  for (const file of files) {
    const map = JSON.parse(await readFile(join(home, file), "utf8"));
    const places = new SourceMap(map);
    const lines = (await readFile(join(home, file.slice(0, -".map".length)), "utf8")).split("\n");
    for (const [line, text] of lines.entries()) {
      for (const { index, 0: code } of text.matchAll(/throw new \w+/g)) {
        const entry = places.findEntry(line, index);
        const source = "originalSource" in entry ? map.sources.indexOf(entry.originalSource) : -1;
        const original = "originalLine" in entry ? entry.originalLine : -1;
        const content = map.sourcesContent[source]?.split("\n")[original];
        expect(content, `${file}:${line + 1}`).toContain(code);
        throws += 1;
      }
    }
  }
  expect(throws).toBeGreaterThan(100);
});

it("has maps that hold our sources line by line, but for comments", async () => {
  const home = join(folder, "node_modules/switchpoint/dist");
  const files = (await readdir(home, { recursive: true })).filter((name) => name.endsWith(".js.map"));
  const differing: string[] = [];
  let compared = 0;
  for (const file of files) {
    const { sources, sourcesContent } = JSON.parse(await readFile(join(home, file), "utf8"));
    for (const [index, content] of sourcesContent.entries()) {
      const [name] = /(?:src|policies|evals|cli)\/.*\.ts$/.exec(sources[index]) ?? [];
      if (name === undefined || content === null) continue;
      const lines = (await readFile(join(root, name), "utf8")).split("\n");
      const held: readonly string[] = content.split("\n");
      if (held.length !== lines.length || held.some((line, at) => line !== "" && line !== lines[at]))
        differing.push(name);
      compared += 1;
    }
  }
  expect(differing).toEqual([]);
  expect(compared).toBeGreaterThan(100);
});

it("includes a working command line", async () => {
  const { stdout } = await run(process.execPath, [command(), "--version"]);
  expect(stdout.trim()).toMatch(/^\d+\.\d+\.\d+$/);
}, 60_000);

it("draws a report, tunes a threshold and counts tokens with what it brings", async () => {
  const lines = Array.from({ length: 400 }, (_, index) => {
    const isHard = index % 3 === 0;
    const outcome = (quality: number, costUsd: number) => ({ quality, costUsd, latencyMs: 100 });
    const prompt = isHard
      ? `Prove theorem ${wordOf(index)} about primes, step by step.`
      : `Say ${wordOf(index)}.`;
    const outcomes = { "fake:s": outcome(isHard ? 0 : 1, 0.001), "fake:l": outcome(1, 0.01) };
    return JSON.stringify({ id: `r${index}`, prompt, outcomes });
  });
  await writeFile(join(folder, "outcomes.jsonl"), lines.join("\n"));
  const pair = ["--outcomes", "outcomes.jsonl", "--small", "fake:s", "--large", "fake:l"];
  const cli = (...args: string[]) => run(process.execPath, [command(), "eval", ...args], { cwd: folder });
  await cli("report", ...pair, "--out", "report.html");
  expect(await readFile(join(folder, "report.html"), "utf8")).toContain("<svg");
  await cli("tune", ...pair, "--max-loss", "0.05", "--out", "tuning.json");
  expect(JSON.parse(await readFile(join(folder, "tuning.json"), "utf8"))).toHaveProperty("threshold");
  // Each package that is bundled can be loaded where its own folder is not.
  const packages = join(folder, "node_modules/switchpoint/dist/chunks/packages");
  const chunks = (await readdir(packages, { recursive: true })).filter((name) => name.endsWith(".js"));
  expect(chunks).toContain("tiktoken.js");
  await Promise.all(chunks.map((name) => import(pathToFileURL(join(packages, name)).href)));
}, 120_000);

it("reads a config file in TypeScript that imports the package", async () => {
  await writeFile(
    join(folder, "router.ts"),
    `import { createRouter, type Router } from "switchpoint";
     import { always } from "switchpoint/policies";
     import { fakeModel } from "switchpoint/testing";
     const models = { only: fakeModel({ model: "fake" }) };
     const router: Router<"only"> = createRouter({ models, policy: always("only") });
     export default router;`,
  );
  await writeFile(join(folder, "requests.jsonl"), '{"prompt":"Hello"}');
  const args = [command(), "decide", "--config", "router.ts", "requests.jsonl"];
  const { stdout } = await run(process.execPath, args, { cwd: folder });
  expect(JSON.parse(stdout)).toMatchObject({ model: "only", policy: { name: "always" } });
}, 60_000);

it("contains no test, no data and no development script", async () => {
  const files = await readdir(join(folder, "node_modules/switchpoint"), { recursive: true });
  expect(files.filter((name) => /(^|\/)test\/|\.jsonl|\.mjs$|\.ts$(?<!\.d\.ts$)/.test(name))).toEqual([]);
  expect(
    files.filter((name) =>
      /^dist\/(evals\/(studies|training|train-complexity)|src\/cli\/.*\.d\.ts)/.test(name),
    ),
  ).toEqual([]);
  expect(files).toEqual(expect.arrayContaining(["LICENSE", "README.md", "CHANGELOG.md", "package.json"]));
});

it("is built from a lock file without download addresses, so that any registry works", async () => {
  const lock = await readFile(join(root, "package-lock.json"), "utf8");
  expect(lock).not.toMatch(/"resolved":/);
});

it("contains every file that its files import", async () => {
  const home = join(folder, "node_modules/switchpoint");
  const files = await readdir(home, { recursive: true });
  for (const file of files.filter((name) => name.startsWith("dist/") && /\.(js|d\.ts)$/.test(name))) {
    const text = await readFile(join(home, file), "utf8");
    for (const [, target = ""] of text.matchAll(/(?:from|import|import\()\s*["'`](\.{1,2}\/[^"'`]+)["'`]/g)) {
      const wanted = join(
        dirname(file),
        file.endsWith(".d.ts") ? target.replace(/\.[jt]s$/, ".d.ts") : target,
      );
      expect(files, `${file} -> ${target}`).toContain(wanted);
    }
  }
});

it("contains every page that its pages link to", async () => {
  const home = join(folder, "node_modules/switchpoint");
  const files = await readdir(home, { recursive: true });
  for (const page of files.filter((name) => name.endsWith(".md"))) {
    const links = linksOf(await readFile(join(home, page), "utf8"));
    for (const { target } of links.filter((link) => link.target !== ""))
      expect(files, `${page} -> ${target}`).toContain(join(dirname(page), target));
  }
});
