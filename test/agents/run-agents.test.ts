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
import { installAgent, versionOf } from "../support/agents/install-agent.ts";
import { type ScriptedProvider, scriptedProvider } from "../support/agents/scripted-provider.ts";
import { bundledCommand } from "../support/bundled-command.ts";

// The programs themselves, from npm: SWITCHPOINT_AGENTS=claude,codex names them; with the full numbers of runs, all are tried.
const named = process.env["SWITCHPOINT_AGENTS"]?.split(",");
const wanted = named ?? (process.env["SWITCHPOINT_RUNS"] === "full" ? Object.keys(tasks) : []);
if (wanted.length === 0) console.log("skipped: coding agents from npm (SWITCHPOINT_AGENTS=claude,codex)");

const programs: { readonly name: string; readonly bin: string }[] = [];
for (const name of wanted) {
  const bin = await installAgent(name);
  if (bin !== undefined) programs.push({ name, bin });
}

const [cheap, dear] = [
  { input: 1, cached: 0.1, written: 1, output: 5 },
  { input: 8, cached: 0.8, written: 8, output: 40 },
];
/** Rates of the provider's books, by model. */
const rates = {
  "claude-haiku-4-5": cheap,
  "claude-opus-5": dear,
  "gpt-5.4-mini": cheap,
  "gpt-5.5": dear,
  "qwen3-8b": cheap,
  "qwen3-max": dear,
};

/** Returns a model of a config as text, with the price of the provider's books. */
function model(
  provider: "anthropic" | "openai" | "openaiCompatible",
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
  const baseUrl = provider === "anthropic" ? url : `${url}/v1`;
  const api = provider === "openai" ? { api: "responses" } : {};
  return `${provider}("${name}", ${JSON.stringify({ baseUrl, apiKey: "k", contextWindow: 200_000, price, ...api })})`;
}

/** Small and large model, by the address of the provider. */
type Models = (url: string) => readonly [string, string];

const native: Readonly<Record<string, Models>> = {
  claude: (url) => [model("anthropic", "claude-haiku-4-5", url), model("anthropic", "claude-opus-5", url)],
  codex: (url) => [model("openai", "gpt-5.4-mini", url), model("openai", "gpt-5.5", url)],
};
const compatible: Models = (url) => [
  model("openaiCompatible", "qwen3-8b", url),
  model("openaiCompatible", "qwen3-max", url),
];

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
  readonly work: string;
  readonly decisions: readonly Decision[];
}

/** Runs the task by `switchpoint run` in a home and a folder of its own. */
async function run(
  { name, bin }: (typeof programs)[number],
  provider: ScriptedProvider,
  work: string,
  models: Models,
): Promise<Ran> {
  const home = join(work, "..");
  const { main, module } = await bundledCommand();
  const [small, large] = models(provider.url);
  const log = join(home, "decisions.jsonl");
  const config = join(home, "router.mjs");
  writeFileSync(
    config,
    `import { createRouter, decisionLog } from ${JSON.stringify(module("index"))};
import { threshold } from ${JSON.stringify(module("policies"))};
import { anthropic } from ${JSON.stringify(module("anthropic"))};
import { openai } from ${JSON.stringify(module("openai"))};
import { openaiCompatible } from ${JSON.stringify(module("compatible"))};
export default createRouter({
  models: { small: ${small}, large: ${large} },
  policy: threshold({ small: "small", large: "large", at: 0.5 }),
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
  const work = join(home, "work");
  writeTask(work);
  mkdirSync(join(home, ".codex"));
  return work;
}

/** Calls and results of a conversation, as a provider got them last. */
function expectWhole(provider: ScriptedProvider, name: string, work: string): void {
  const { scripts } = tasks[name] as (typeof tasks)[string];
  const bodies = provider.requests.map(({ body }) => body).filter((body) => body?.tools?.length > 3);
  const last = JSON.stringify(bodies.at(-1));
  const steps = scripts(work)["fix"] ?? [];
  for (const step of steps) {
    if (typeof step === "string") continue;
    const calls = "tool" in step ? [step] : step;
    const made = calls.map(({ tool, input }) => [tool, input]);
    const told = callsIn(bodies.at(-1));
    expect(
      told.filter((one) => made.some((other) => isDeepStrictEqual(one, other))),
      `${made}`,
    ).not.toEqual([]);
  }
  for (const output of outputs) expect(last).toContain(output);
}

/** A call in the form of three wires. */
interface Call {
  readonly type?: string;
  readonly name: string;
  readonly input?: unknown;
  readonly arguments?: string;
  readonly function?: { readonly name: string; readonly arguments?: string };
}

/** Calls in a body of any wire: names and inputs. */
function callsIn(value: unknown): [string, unknown][] {
  if (Array.isArray(value)) return value.flatMap(callsIn);
  if (typeof value !== "object" || value === null) return [];
  const { type, name, input, arguments: given, function: called } = value as Call;
  if (type === "tool_use" || type === "custom_tool_call") return [[name, input]];
  if (type === "function_call" && given !== undefined) return [[name, JSON.parse(given)]];
  if (called?.arguments !== undefined) {
    const read = JSON.parse(called.arguments);
    return [[called.name, called.name === "apply_patch" ? read.input : read]];
  }
  return Object.values(value).flatMap(callsIn);
}

function expectDone({ code, out, err, work }: Ran, provider: ScriptedProvider): void {
  expect(err, err).toContain("switchpoint: small: ");
  expect(`${out}${code === 0 ? "" : err}`).toContain(answer);
  expect(code).toBe(0);
  for (const [name, text] of Object.entries(after)) expect(readFileSync(join(work, name), "utf8")).toBe(text);
  // The bill is the provider's own.
  expect(err).toContain(`cost ${showUsd(provider.billUsd)} in `);
  const { input, cached } = provider.tokens;
  expect(err).toContain(`${showPercent(cached / input)} of ${input.toLocaleString("en-US")} input tokens`);
  expect(err).toMatch(/ alone, with its own cache: about \$/);
  // The key of the run is in none of what stays, and goes to no provider.
  const seen = provider.requests.map(({ headers, text }) => `${JSON.stringify(headers)}${text}`).join("");
  expect(seen + out + err).not.toMatch(/sp-[\w-]{43}/);
  const left = readdirSync(join(work, ".."), { recursive: true, withFileTypes: true, encoding: "utf8" });
  for (const file of left.filter((one) => one.isFile()))
    expect(readFileSync(join(file.parentPath, file.name), "latin1")).not.toMatch(/sp-[\w-]{43}/);
}

const start = async (
  name: string,
  work: string,
  refuses?: (body: Record<string, unknown>) => string | undefined,
) => {
  const { scripts } = tasks[name] as (typeof tasks)[string];
  const provider = await scriptedProvider({ scripts: scripts(work), rates, refuses });
  onTestFinished(provider.close);
  return provider;
};

describe.each(programs)("$name", { timeout: 120_000 }, (program) => {
  const { name } = program;

  test(`${versionOf(name)} comes to the end of a task with two models of its own provider`, async () => {
    const work = folder();
    const provider = await start(name, work);
    const ran = await run(program, provider, work, native[name] as Models);
    expectDone(ran, provider);
    expectWhole(provider, name, work);
  });

  test("comes to the end of a task with two compatible models, and nothing is altered", async () => {
    const work = folder();
    const provider = await start(name, work);
    const ran = await run(program, provider, work, compatible);
    expectDone(ran, provider);
    expectWhole(provider, name, work);
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
