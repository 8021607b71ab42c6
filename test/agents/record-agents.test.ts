import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { keyVariable } from "../../cli/agents/agent.ts";
import { agents } from "../../cli/agents/index.ts";
import { runFolder } from "../../cli/agents/run-folder.ts";
import { answer, prompt, tasks, writeTask } from "../support/agents/agent-task.ts";
import { silence } from "../support/agents/agent-wires.ts";
import { installAgent, versionOf } from "../support/agents/install-agent.ts";
import { type RecordedRequest, recordingsFolder, shortened } from "../support/agents/recorded-agents.ts";
import { scriptedProvider } from "../support/agents/scripted-provider.ts";

// Records what the programs send, without a router: `npm run record:agents`. The recordings are read by recorded-agents.test.ts.

/** Parts of a recording, each with the arguments of one start; the last one is cut off. */
const parts: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  claude: {
    task: tasks["claude"]?.args(prompt) ?? [],
    later: ["-c", "-p", "Thanks. Is the test fast?"],
    compact: ["-c", "-p", "/compact"],
    after: ["-c", "-p", "What did we change?"],
    abort: ["-p", "[[wait]] Wait for me."],
  },
  codex: {
    task: tasks["codex"]?.args(prompt) ?? [],
    later: ["exec", "--skip-git-repo-check", "resume", "--last", "Thanks. Is the test fast?"],
    abort: ["exec", "--skip-git-repo-check", "[[wait]] Wait for me."],
  },
};
const isAsked = process.env["SWITCHPOINT_RECORD"] !== undefined;

test.skipIf(!isAsked).each(Object.keys(parts))("records %s", { timeout: 300_000 }, async (name) => {
  const bin = await installAgent(name);
  if (bin === undefined) return;
  const home = mkdtempSync(join(tmpdir(), "switchpoint-record-"));
  const work = join(home, "site");
  writeTask(work);
  mkdirSync(join(home, ".codex"));
  const rates = new Proxy({}, { get: () => ({ input: 0, cached: 0, written: 0, output: 0 }) });
  const { scripts } = tasks[name] as (typeof tasks)[string];
  const provider = await scriptedProvider({ scripts: { ...scripts(work), wait: [silence] }, rates });
  const folder = runFolder();
  onTestFinished(async () => {
    folder.remove();
    rmSync(home, { recursive: true, force: true });
    await provider.close();
  });
  const agent = agents[name] as (typeof agents)[string] & {};
  const server = { url: provider.url, key: "k", speaks: new Set<string>(), large: "openai:gpt-5.5", env: {} };
  const { env, args = [] } = await agent.setUp(server, folder);
  const requests: RecordedRequest[] = [];
  for (const [part, own] of Object.entries(parts[name] ?? {})) {
    const before = provider.requests.length;
    const child = spawn(join(bin, agent.program), [...args, ...own], {
      cwd: work,
      env: {
        PATH: `${bin}${delimiter}${process.env["PATH"]}`,
        HOME: home,
        CODEX_HOME: join(home, ".codex"),
        TERM: "dumb",
        [keyVariable]: "k",
        ...env,
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let out = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (text) => (out += text));
    if (part === "abort") setTimeout(() => child.kill("SIGINT"), 8_000);
    await once(child, "close");
    if (part === "task") expect(out).toContain(answer);
    const stays = (text: string) => /^(?:<session>\n)?(?:\[\[|Thanks|What did|Look)/.test(text);
    for (const one of provider.requests.slice(before))
      if (one.method === "POST" && !one.url.includes("count_tokens"))
        requests.push(shortened(part, one, { home, stays }));
  }
  const date = new Date().toISOString().slice(0, 10);
  const source = `${agent.title} ${versionOf(name)} (npm), recorded on ${date} by a provider on loopback. Texts of the agent are shortened, tools cut to their kind.`;
  mkdirSync(recordingsFolder, { recursive: true });
  writeFileSync(`${recordingsFolder}${name}.json`, `${JSON.stringify({ source, requests }, null, 1)}\n`);
});
