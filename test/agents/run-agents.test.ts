import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { describe, expect, onTestFinished, test } from "vitest";
import type { Decision } from "../../src/index.ts";
import { showPercent } from "../../src/plugin/show-percent.ts";
import { showUsd } from "../../src/plugin/show-usd.ts";
import { after, answer, outputs, prompt, tasks, writeTask } from "../support/agents/agent-task.ts";
import type { ScriptedCall } from "../support/agents/agent-wires.ts";
import { installAgent, versionOf } from "../support/agents/install-agent.ts";
import { type ScriptedProvider, scriptedProvider } from "../support/agents/scripted-provider.ts";
import { bundledCommand } from "../support/bundled-command.ts";
import { qwenRefusal } from "../support/strict/qwen-rules.ts";

// The programs themselves, from npm: SWITCHPOINT_AGENTS=claude,codex names them; with the full numbers of runs, all are tried.
const named = process.env["SWITCHPOINT_AGENTS"]?.split(",");
const wanted = named ?? (process.env["SWITCHPOINT_RUNS"] === "full" ? Object.keys(tasks) : []);
if (wanted.length === 0) console.log("skipped: coding agents from npm (SWITCHPOINT_AGENTS=claude,codex)");

const installed = await Promise.all(wanted.map(async (name) => ({ name, bin: await installAgent(name) })));
const programs = installed.flatMap(({ name, bin }) => (bin === undefined ? [] : [{ name, bin }]));
if (programs.length === 0) test.skip("coding agents from npm", () => {});

const [cheap, dear] = [
  { input: 1, cached: 0.1, written: 1, output: 5 },
  { input: 8, cached: 0.8, written: 8, output: 40 },
];
/** Rates of the provider's books, by model. */
const rates = {
  "claude-haiku-4-5": cheap,
  "claude-opus-5": dear,
  "gemini-3.5-flash-lite": cheap,
  "gemini-3.1-pro-preview": dear,
  "gpt-5.4-mini": cheap,
  "gpt-5.5": dear,
  "qwen3-8b": cheap,
  "qwen3-max": dear,
};

/** Returns a model of a config as text, with the price of the provider's books. */
function model(
  provider: "anthropic" | "google" | "openai" | "openaiCompatible",
  name: keyof typeof rates,
  url: string,
): string {
  const { input, cached, written, output } = rates[name];
  const price = {
    usdPerMillionInputTokens: input,
    usdPerMillionCachedInputTokens: cached,
    usdPerMillionCacheWriteTokens: written,
    usdPerMillionOutputTokens: output,
  };
  const baseUrl = ["anthropic", "google"].includes(provider) ? url : `${url}/v1`;
  const api = provider === "openai" ? { api: "responses" } : {};
  return `${provider}("${name}", ${JSON.stringify({ baseUrl, apiKey: "k", contextWindow: 200_000, price, ...api })})`;
}

/** Models of an agent's own provider, small and large, by its address. */
const native: Readonly<Record<string, (url: string) => readonly [string, string]>> = {
  claude: (url) => [model("anthropic", "claude-haiku-4-5", url), model("anthropic", "claude-opus-5", url)],
  // It speaks what the models speak.
  opencode: (url) => [model("anthropic", "claude-haiku-4-5", url), model("anthropic", "claude-opus-5", url)],
  qwen: (url) => [model("openaiCompatible", "qwen3-8b", url), model("openaiCompatible", "qwen3-max", url)],
  gemini: (url) => [
    model("google", "gemini-3.5-flash-lite", url),
    model("google", "gemini-3.1-pro-preview", url),
  ],
  codex: (url) => [model("openai", "gpt-5.4-mini", url), model("openai", "gpt-5.5", url)],
};
interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
  readonly work: string;
  readonly decisions: readonly Decision[];
}

/** Runs the task by `switchpoint run` in a home and a folder of its own. Small and large model take turns. */
async function run(
  { name, bin }: (typeof programs)[number],
  work: string,
  [small, large]: readonly [string, string],
): Promise<Ran> {
  const home = join(work, "..");
  const { main, module } = await bundledCommand();
  const log = join(home, "decisions.jsonl");
  const config = join(home, "router.mjs");
  writeFileSync(
    config,
    `import { createRouter, decisionLog } from ${JSON.stringify(module("index"))};
import { anthropic } from ${JSON.stringify(module("anthropic"))};
import { google } from ${JSON.stringify(module("google"))};
import { openai } from ${JSON.stringify(module("openai"))};
import { openaiCompatible } from ${JSON.stringify(module("compatible"))};
let turn = 0;
export default createRouter({
  models: { small: ${small}, large: ${large} },
  policy: { name: "in-turn", models: ["small", "large"], select: () => ({ model: (turn += 1) % 2 ? "small" : "large", reason: "its turn" }) },
  assumeCapabilities: ["tools", "images", "jsonSchema"],
  onEvent: decisionLog({ file: ${JSON.stringify(log)} }),
});
`,
  );
  const { args } = tasks[name] as (typeof tasks)[string];
  const command = [main, "run", "--config", config, name, ...args(prompt)];
  const child = spawn(process.execPath, command, {
    cwd: work,
    env: {
      PATH: `${bin}${delimiter}${process.env["PATH"]}`,
      HOME: home,
      CODEX_HOME: join(home, ".codex"),
      TERM: "dumb",
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  let [out, err] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text) => (out += text));
  child.stderr.setEncoding("utf8").on("data", (text) => (err += text));
  const [code] = await once(child, "close");
  const lines = existsSync(log) ? readFileSync(log, "utf8").trim().split("\n") : [];
  const decisions = lines.map((line) => JSON.parse(line)).filter(({ request }) => request !== undefined);
  return { code, out, err, work, decisions };
}

function folder(): string {
  const home = mkdtempSync(join(tmpdir(), "switchpoint-agent-"));
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  const work = join(home, "site");
  writeTask(work);
  mkdirSync(join(home, ".codex"));
  return work;
}

/** Expects that providers were sent the calls of the script and no others, and in the end all of them with the tools' results. */
function expectWhole(providers: readonly ScriptedProvider[], name: string, work: string): void {
  const { scripts } = tasks[name] as (typeof tasks)[string];
  const listed = Object.entries(scripts(work)).map(([script, steps]) => ({
    script,
    calls: steps.map((step) => (typeof step === "string" ? [] : "tool" in step ? [step] : step)),
  }));
  const isOf =
    ([tool, input]: [string, unknown]) =>
    (one: ScriptedCall) =>
      one.tool === tool && isDeepStrictEqual(one.input, input);
  const bodies = providers.flatMap(({ requests }) => requests.filter(({ method }) => method === "POST"));
  for (const { body } of bodies)
    for (const call of callsIn(body.messages ?? body.input ?? body.contents))
      expect(listed.flatMap(({ calls }) => calls.flat()).some(isOf(call)), JSON.stringify(call)).toBe(true);
  // Of two wires the longer text need not be the later one.
  const tellings = bodies.map(({ body, text }) => ({
    text,
    told: callsIn(body.messages ?? body.input ?? body.contents),
  }));
  const last = tellings.reduce((one, other) => (other.told.length > one.told.length ? other : one));
  const { told } = last;
  for (const calls of listed.find(({ script }) => script === "fix")?.calls ?? [])
    if (calls.length > 0)
      expect(
        told.some((one) => calls.some(isOf(one))),
        JSON.stringify(calls),
      ).toBe(true);
  for (const output of outputs) expect(last.text).toContain(output);
}

/** A call in the form of four wires. */
interface Call {
  readonly type?: string;
  readonly name: string;
  readonly input?: unknown;
  readonly arguments?: string;
  readonly functionCall?: { readonly name: string; readonly args: unknown };
  readonly function?: { readonly name: string; readonly arguments?: string };
}

/** Calls in a body of any wire: names and inputs. */
function callsIn(value: unknown): [string, unknown][] {
  if (Array.isArray(value)) return value.flatMap(callsIn);
  if (typeof value !== "object" || value === null) return [];
  const { type, name, input, arguments: given, function: called, functionCall } = value as Call;
  if (type === "tool_use" || type === "custom_tool_call") return [[name, input]];
  if (type === "function_call" && given !== undefined) return [[name, JSON.parse(given)]];
  if (functionCall !== undefined) return [[functionCall.name, functionCall.args]];
  if (called?.arguments !== undefined) {
    const read = JSON.parse(called.arguments);
    return [[called.name, called.name === "apply_patch" ? read.input : read]];
  }
  return Object.values(value).flatMap(callsIn);
}

function expectDone({ code, out, err, work }: Ran, providers: readonly ScriptedProvider[]): void {
  expect(err, err).toContain("switchpoint: small: ");
  expect(`${out}${code === 0 ? "" : err}`).toContain(answer);
  expect(code).toBe(0);
  for (const [name, text] of Object.entries(after)) expect(readFileSync(join(work, name), "utf8")).toBe(text);
  // The bill is the providers' own.
  const sum = (read: (one: ScriptedProvider) => number) => providers.reduce((all, one) => all + read(one), 0);
  expect(err).toContain(`cost ${showUsd(sum(({ billUsd }) => billUsd))} in `);
  const input = sum(({ tokens }) => tokens.input);
  const cached = showPercent(sum(({ tokens }) => tokens.cached) / input);
  expect(err).toContain(`${cached} of ${input.toLocaleString("en-US")} input tokens`);
  expect(err).toMatch(/ alone, with its own cache: about \$/);
  // The key of the run is in nothing that stays, and goes to no provider.
  const seen = providers.flatMap(({ requests }) =>
    requests.map(({ headers, text }) => JSON.stringify(headers) + text),
  );
  expect(seen.join("") + out + err).not.toMatch(/sp-[\w-]{43}/);
  const left = readdirSync(join(work, ".."), { recursive: true, withFileTypes: true, encoding: "utf8" });
  for (const file of left.filter((one) => one.isFile()))
    expect(readFileSync(join(file.parentPath, file.name), "latin1")).not.toMatch(/sp-[\w-]{43}/);
}

async function start(
  name: string,
  work: string,
  refuses?: (body: Record<string, unknown>) => string | undefined,
) {
  const { scripts } = tasks[name] as (typeof tasks)[string];
  const provider = await scriptedProvider({ scripts: scripts(work), rates, refuses });
  onTestFinished(provider.close);
  return provider;
}

describe.each(programs)("$name", { timeout: 120_000 }, (program) => {
  const { name } = program;
  const own = native[name] as (typeof native)[string];

  test(`${versionOf(name)} finishes a task with two models of its own provider`, async () => {
    const work = folder();
    const provider = await start(name, work);
    const ran = await run(program, work, own(provider.url));
    expectDone(ran, [provider]);
    expectWhole([provider], name, work);
  });

  test("finishes a task with a small model behind Qwen's template and a large one of its own provider", async () => {
    const work = folder();
    const refusals: string[] = [];
    const small = await start(name, work, (body) => {
      const refusal = qwenRefusal(body);
      if (refusal !== undefined) refusals.push(refusal);
      return refusal;
    });
    const large = await start(name, work);
    const models = [model("openaiCompatible", "qwen3-8b", small.url), own(large.url)[1]] as const;
    const ran = await run(program, work, models);
    expectDone(ran, [small, large]);
    // One refusal may teach the router what the server wants.
    expect(refusals.length, refusals.join("; ")).toBeLessThanOrEqual(1);
    expect(small.requests.length - refusals.length).toBeGreaterThanOrEqual(4);
    expectWhole([small, large], name, work);
  });

  test("finishes a task with two compatible models, and nothing is altered", async () => {
    const work = folder();
    const provider = await start(name, work);
    const ran = await run(program, work, [
      model("openaiCompatible", "qwen3-8b", provider.url),
      model("openaiCompatible", "qwen3-max", provider.url),
    ]);
    expectDone(ran, [provider]);
    expectWhole([provider], name, work);
    expectSessions(ran, name);
  });
});

/** The conversation is one session, a subagent's another one. */
function expectSessions({ decisions }: Ran, name: string): void {
  const sessions = [...new Set(decisions.map(({ request }) => request.session))];
  const [first = ""] = sessions;
  expect(first).not.toBe("");
  if (name !== "claude") expect(sessions).toHaveLength(1);
  else expect(sessions.filter((one) => one?.startsWith(`${first}/`))).toHaveLength(1);
}
