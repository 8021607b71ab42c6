import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { agents } from "../../cli/agents/index.ts";
import { runFolder } from "../../cli/agents/run-folder.ts";
import { scriptedProvider } from "../support/agents/scripted-provider.ts";
import { nodeArguments } from "../support/node-arguments.ts";
import { runCli, vllmEnvironment } from "../support/run-cli.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "switchpoint-client-"));
  for (const name of ["tmp", "work"]) mkdirSync(join(folder, name));
  return () => rmSync(folder, { recursive: true, force: true });
});

const environment = vllmEnvironment("http://127.0.0.1:9/v1");

interface Started {
  readonly child: ChildProcess;
  /** Output so far. */
  readonly seen: { out: string; err: string };
  ended(): Promise<{ readonly code: number | null; readonly out: string; readonly err: string }>;
}

/** Starts `switchpoint run` with these arguments, in a folder and with temporary files of its own. */
function start(args: readonly string[], env: Record<string, string> = {}): Started {
  const child = spawn(process.execPath, nodeArguments("cli/main.ts", "run", ...args), {
    cwd: join(folder, "work"),
    env: { PATH: process.env["PATH"], TMPDIR: join(folder, "tmp"), HOME: folder, ...environment, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  const seen = { out: "", err: "" };
  child.stdout.setEncoding("utf8").on("data", (text) => (seen.out += text));
  child.stderr.setEncoding("utf8").on("data", (text) => (seen.err += text));
  const closed = once(child, "close");
  return { child, seen, ended: async () => ({ code: (await closed)[0], ...seen }) };
}

/** A command of Node, for a client that is not there otherwise. */
const script = (code: string): string[] => ["--", process.execPath, "-e", code];
const left = () => readdirSync(join(folder, "tmp")).filter((name) => name.startsWith("switchpoint-run-"));

test("a command gets the addresses and a key of this run in its variables, and nothing of .env", async () => {
  writeFileSync(join(folder, "work", ".env"), "SECRET_OF_THE_ROUTER=1\n");
  const { code, out, err } = await start(
    script("console.log(JSON.stringify({ env: process.env, args: process.argv }))"),
    { ANTHROPIC_AUTH_TOKEN: "mine" },
  ).ended();
  expect(code, err).toBe(0);
  const { env, args } = JSON.parse(out);
  const key = env.SWITCHPOINT_RUN_KEY;
  expect(key).toMatch(/^sp-[\w-]{43}$/);
  expect(env).toMatchObject({
    OPENAI_API_KEY: key,
    ANTHROPIC_API_KEY: key,
    GEMINI_API_KEY: key,
    GOOGLE_API_KEY: key,
  });
  expect(env.ANTHROPIC_BASE_URL).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  expect(env.OPENAI_BASE_URL).toBe(`${env.ANTHROPIC_BASE_URL}/v1`);
  expect(env.GOOGLE_GEMINI_BASE_URL).toBe(env.ANTHROPIC_BASE_URL);
  // Two different keys would be refused.
  expect(env).not.toHaveProperty("ANTHROPIC_AUTH_TOKEN");
  expect(env).not.toHaveProperty("SECRET_OF_THE_ROUTER");
  expect(args.join() + err).not.toContain("sp-");
});

test("models and prices are told before the first call, and the cost at the end is the provider's", async () => {
  const rates = { cheap: { input: 1, cached: 0.1, written: 0, output: 5 } };
  const provider = await scriptedProvider({ scripts: {}, rates: { big: rates.cheap, little: rates.cheap } });
  onTestFinished(provider.close);
  const ask = `const call = () => fetch(process.env.OPENAI_BASE_URL + "/chat/completions", {
    method: "POST",
    headers: { authorization: "Bearer " + process.env.OPENAI_API_KEY, "content-type": "application/json" },
    body: JSON.stringify({ model: "a name of the client", messages: [{ role: "user", content: "hi ".repeat(4000) }] }),
  });
  const stranger = await fetch(process.env.OPENAI_BASE_URL + "/models");
  console.log(stranger.status, (await call()).status, (await call()).status);`;
  const { code, out, err } = await start(
    script(`(async () => { ${ask} })()`),
    vllmEnvironment(`${provider.url}/v1`),
  ).ended();
  expect({ code, out }, err).toEqual({ code: 0, out: "401 200 200\n" });
  const [small, large, cost, cached, alone, ...rest] = err.trim().split("\n");
  expect([small, large]).toEqual([
    "switchpoint: small: vllm:little, price not known",
    "switchpoint: large: vllm:big, price not known",
  ]);
  expect(cost).toMatch(/^switchpoint: cost \$0 in 2 requests: .*; 2 calls of unknown cost$/);
  const { input } = provider.tokens;
  expect(cached).toBe(
    `switchpoint: ${((100 * provider.tokens.cached) / input).toFixed(1)} % of ${input.toLocaleString("en-US")} input tokens came from a prompt cache`,
  );
  expect(alone).toBe(
    "switchpoint: what vllm:big alone would have cost cannot be said: its price is not known",
  );
  expect(rest).toEqual([]);
});

test.each([
  ["process.exit(7)", 7],
  ['process.kill(process.pid, "SIGKILL")', 137],
])("the exit code of %s is passed on, and nothing stays", async (program, expected) => {
  const { code, err } = await start(script(program)).ended();
  expect(code, err).toBe(expected);
  expect(err).toContain("no model was called in 0 requests");
  expect(left()).toEqual([]);
});

const alive = "setInterval(() => {}, 1000); console.log(process.pid);";

test.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)(
  "%s reaches the program, whose exit code counts",
  async (signal) => {
    const { child, seen, ended } = start(script(`process.on("${signal}", () => process.exit(9)); ${alive}`));
    await vi.waitFor(() => expect(seen.out).toMatch(/\d/));
    child.kill(signal);
    const { code, err } = await ended();
    expect(code, err).toBe(9);
    expect(err).toContain("no model was called");
    expect(left()).toEqual([]);
  },
);

/** State of a process as Linux tells it: `T` is stopped. */
const stateOf = (pid: number | string | undefined) =>
  /\) (\w)/.exec(readFileSync(`/proc/${pid}/stat`, "utf8"))?.[1];

/** False in a process group that no shell could let go on, as under some runners: the system stops none of its processes. */
async function canBeStopped(): Promise<boolean> {
  const other = spawn(process.execPath, ["-e", "console.log(1); setInterval(() => {}, 1_000)"]);
  await once(other.stdout, "data");
  other.kill("SIGTSTP");
  await new Promise((resolve) => setTimeout(resolve, 300));
  const state = stateOf(other.pid);
  other.kill("SIGKILL");
  return state === "T";
}

test.skipIf(process.platform !== "linux")("SIGTSTP stops both, and SIGCONT lets both go on", async () => {
  const { child, seen, ended } = start(script(alive));
  await vi.waitFor(() => expect(seen.out).toMatch(/\d/));
  const pid = seen.out.trim();
  const stops = await canBeStopped();
  child.kill("SIGTSTP");
  if (stops) await vi.waitFor(() => expect(stateOf(pid)).toBe("T"));
  child.kill("SIGCONT");
  await vi.waitFor(() => expect(stateOf(pid)).not.toBe("T"));
  await vi.waitFor(() => expect(stateOf(child.pid)).not.toBe("T"));
  child.kill("SIGTERM");
  expect((await ended()).code).toBe(143);
});

test("what a kill of ours leaves goes with the next run, and nothing of others does", async () => {
  const { child, seen } = start(["gemini"], { PATH: `${stub("gemini", alive)}:${process.env["PATH"]}` });
  await vi.waitFor(() => expect(seen.out).toMatch(/\d/));
  child.kill("SIGKILL");
  // The program still has its output open.
  await once(child, "exit");
  process.kill(Number(seen.out.trim()), "SIGKILL");
  expect(left()).toHaveLength(1);
  // Of a process that is there, and a link that only looks like a folder of ours.
  mkdirSync(join(folder, "tmp", `switchpoint-run-${process.pid}-aaaaaa`));
  const kept = join(folder, "kept");
  mkdirSync(kept);
  writeFileSync(join(kept, "file"), "");
  symlinkSync(kept, join(folder, "tmp", "switchpoint-run-99999999-bbbbbb"));
  await start(script("")).ended();
  expect(left()).toEqual([`switchpoint-run-${process.pid}-aaaaaa`]);
  expect(existsSync(join(kept, "file"))).toBe(true);
});

/** Makes a program of this name, and returns its folder. */
function stub(name: string, code: string): string {
  const bin = join(folder, "bin");
  mkdirSync(bin, { recursive: true });
  writeFileSync(join(bin, name), `#!${process.execPath}\n${code}\n`, { mode: 0o755 });
  return bin;
}

test("arguments after the name are the agent's, also those that look like ours", async () => {
  const bin = stub("qwen", "console.log(JSON.stringify(process.argv.slice(2)))");
  const { code, out, err } = await start(["qwen", "--config", "x", "--help", "--", "-p"], {
    PATH: `${bin}:${process.env["PATH"]}`,
  }).ended();
  expect(code, err).toBe(0);
  expect(JSON.parse(out)).toEqual(["--auth-type", "openai", "--config", "x", "--help", "--", "-p"]);
});

describe.each(Object.entries(agents))("%s", (name, agent) => {
  const key = `sp-${"k".repeat(43)}`;
  const served = { url: "http://127.0.0.1:1", key, speaks: new Set<string>(), large: "openai:gpt-5.5" };

  test("is pointed here, and its key stands in variables alone", async () => {
    const own = runFolder();
    onTestFinished(own.remove);
    const { env, args = [] } = await agent.setUp({ ...served, env: { HOME: folder } }, own);
    expect(`${JSON.stringify(env)}${args.join()}`).toContain(served.url);
    expect(args.join()).not.toContain(key);
    for (const file of readdirSync(own.path, { recursive: true, withFileTypes: true, encoding: "utf8" }))
      if (file.isFile()) expect(readFileSync(join(file.parentPath, file.name), "utf8")).not.toContain(key);
  });

  test("is told how to install where it is missing", async () => {
    const { exitCode, err } = await runCli(["run", name], { env: { ...environment, PATH: folder } });
    expect({ exitCode, err }).toEqual({
      exitCode: 2,
      err: `switchpoint: run must be a program on the path; to install it: npm install -g ${agent.npm}, got "${name}"\n`,
    });
  });
});

test("Gemini CLI keeps its settings but for the login, and its other files are the user's own", async () => {
  const own = join(folder, ".gemini");
  mkdirSync(join(own, "tmp"), { recursive: true });
  writeFileSync(
    join(own, "settings.json"),
    '{ /* mine */ "ui": { "theme": "a // b" }, "security": { "auth": { "selectedType": "oauth-personal", "useExternal": false } } }',
  );
  const run = runFolder();
  const served = { url: "http://127.0.0.1:1", key: "sp-k", speaks: new Set<string>(), large: "" };
  const { env } = (await agents["gemini"]?.setUp({ ...served, env: { HOME: folder } }, run)) ?? {};
  expect(env?.["GEMINI_CLI_HOME"]).toBe(run.path);
  expect(JSON.parse(readFileSync(join(run.path, ".gemini/settings.json"), "utf8"))).toEqual({
    ui: { theme: "a // b" },
    security: { auth: { selectedType: "gemini-api-key", useExternal: false } },
  });
  writeFileSync(join(run.path, ".gemini/tmp/session"), "kept");
  run.remove();
  expect(readFileSync(join(own, "tmp/session"), "utf8")).toBe("kept");

  writeFileSync(join(own, "settings.json"), "{ broken");
  const next = runFolder();
  onTestFinished(next.remove);
  await expect(async () =>
    agents["gemini"]?.setUp({ ...served, env: { HOME: folder } }, next),
  ).rejects.toThrow(/run gemini must be settings that are JSON/);
});

test.each([
  [
    [],
    "switchpoint: run must be claude, codex, opencode, qwen, gemini, or a command of your own (switchpoint run -- COMMAND), but it is missing\n",
  ],
  [
    ["cluade"],
    'switchpoint: run must be claude, codex, opencode, qwen, gemini, or a command of your own (switchpoint run -- COMMAND): there is no program of that name on the path, got "cluade"\n',
  ],
])("refuses %j", async (args, expected) => {
  const { exitCode, err } = await runCli(["run", ...args], { env: { ...environment, PATH: folder } });
  expect({ exitCode, err }).toEqual({ exitCode: 2, err: expected });
});

test("says what the environment lacks", async () => {
  const { exitCode, err } = await runCli(["run", "--", process.execPath], { env: {} });
  expect(exitCode).toBe(2);
  expect(err).toMatch(
    /the environment lacks one of OPENAI_API_KEY.*Set it, or pass a router with --config FILE/,
  );
});

test("prefers the provider that an agent was made for, where there are keys of several", async () => {
  const bin = stub("claude", "");
  const env = {
    PATH: `${bin}:${process.env["PATH"]}`,
    VLLM_BASE_URL: "",
    VLLM_MODEL: "",
    SWITCHPOINT_LARGE: "",
  };
  const { err } = await start(["claude"], { ...env, OPENAI_API_KEY: "o", ANTHROPIC_API_KEY: "a" }).ended();
  expect(err).toContain("small: anthropic:claude-haiku-4-5, $1 in, $5 out per million tokens");
});
