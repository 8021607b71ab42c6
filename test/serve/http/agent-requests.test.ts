import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { threshold } from "../../../policies/threshold.ts";
import { createRouter, type Decision } from "../../../src/index.ts";
import { createHandler, type HandlerOptions } from "../../../src/serve/http/index.ts";
import { fakeModel } from "../../../src/testing/index.ts";
import { agentServer } from "../../support/agents/agent-server.ts";

/** Requests of coding agents as their programs sent them; the file says which versions, and when. */
interface Recorded {
  readonly source: string;
  readonly requests: readonly {
    readonly name: string;
    readonly path: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: { readonly messages?: Items; readonly input?: Items };
  }[];
}
type Items = readonly { readonly role?: string; readonly content?: unknown }[];

const agents = ["claude-code", "codex"] as const;
const recordings = agents.flatMap((agent) => {
  const file = new URL(`../../fixtures/agents/${agent}.json`, import.meta.url);
  const { requests } = JSON.parse(readFileSync(file, "utf8")) as Recorded;
  return requests.map((request) => ({ agent, ...request, name: `${agent}, ${request.name}` }));
});
const withTools = recordings.filter(({ name }) => !name.endsWith("title"));

const easy = [
  "hi",
  "thanks",
  "rename foo to bar",
  "run the tests",
  "what does this file do?",
  "fix the typo in the README",
  "show the last commit",
  "list the files",
  "which version of Node is this?",
  "remove the unused import",
  "commit this",
  "open a.ts",
  "yes, go on",
  "undo that",
  "make the button blue",
];
const hard = [
  "Redesign the scheduler so that tasks with deadlines overtake others without starving them, and prove that the worst wait is bounded.",
  "Find the race between the eviction thread and the writer that loses updates under load, and fix it without a lock for everything.",
  "Implement a B+ tree with concurrent inserts and range scans, and recovery after a crash from a log that is written ahead.",
  "Move the event store from polling to logical replication, each event exactly once, and explain every way in which it can fail.",
  "Derive the gradient of this kernel by hand, write a stable implementation in C++, and test it against finite differences.",
  "Design a consensus protocol for our configuration that stands skewed clocks and one-way partitions; compare it with Raft.",
  "Change the type checker to inference in both directions with polymorphism of higher rank, and keep all messages as they are.",
  "Find out why pauses of the garbage collector grow with the uptime: state hypotheses, measure them, propose a fix.",
  "Write a formal specification of the payments' state machine and check that it makes progress when messages are lost.",
  "Optimise the plan of this query over twelve joins with skewed statistics, partial indexes and little memory.",
  "Port the parser with vector instructions to WebAssembly, with a fallback, and compare both on hostile inputs.",
  "Find an approximation in polynomial time for this scheduling problem and prove its ratio.",
  "Change the schema of a database in shards without a stop, with keys across shards and a way back.",
  "Implement end-to-end encryption with forward secrecy for groups, and argue why a malicious server learns nothing.",
  "Find the memory corruption that appears only with optimisation at link time, and explain the undefined behaviour.",
];

/** Puts an ask in the place of what the user typed last, and another one in the place of what they typed before. */
function asking(items: Items, ask: string, before = "Fix the sign in add.mjs and run its test."): Items {
  const copy = structuredClone(items) as { role?: string; content?: { text?: string }[] }[];
  const typed = copy.flatMap(({ role, content }) =>
    role === "user" && Array.isArray(content)
      ? content.filter(({ text }) => text !== undefined && !/^(<|# AGENTS)/.test(text))
      : [],
  );
  for (const part of typed) part.text = before;
  (typed.at(-1) as { text: string }).text = ask;
  return copy;
}

const policy = threshold({ small: "small", large: "large", at: 0.5 });

async function decided(
  { path, headers, body }: Recorded["requests"][number],
  ask: string,
  options: HandlerOptions = {},
): Promise<Decision> {
  const { messages, input, ...rest } = body;
  const items =
    messages === undefined ? { input: asking(input ?? [], ask) } : { messages: asking(messages, ask) };
  // Without tools that only the provider's protocol has, for models in memory.
  const own = { ...rest, ...items, tools: [], tool_choice: undefined };
  return agentServer(policy, options)({ path, headers, body: own });
}

const complexity = async (...given: Parameters<typeof decided>) =>
  (await decided(...given)).classification?.complexity ?? Number.NaN;

describe.each(withTools)("$name", (recorded) => {
  test("is routed by what the user typed: 15 hard asks above 15 easy ones, which are small", async () => {
    const low = await Promise.all(easy.map((ask) => complexity(recorded, ask)));
    const high = await Promise.all(hard.map((ask) => complexity(recorded, ask)));
    const above = high.flatMap((one) => low.map((other) => (one > other ? 1 : one === other ? 0.5 : 0)));
    const auc = above.reduce<number>((sum, one) => sum + one, 0) / above.length;
    console.info(
      `${recorded.name}: AUC ${auc.toFixed(3)}, easy below 0.5: ${low.filter((one) => one < 0.5).length}`,
    );
    expect(auc).toBeGreaterThanOrEqual(recorded.name.includes("later") ? 0.93 : 0.97);
    expect(low[0]).toBeLessThan(0.5);
  });

  test("has both complexities and the agent in its decision", async () => {
    const { classification, request, model } = await decided(recorded, "hi");
    const { typed, whole } = classification?.signals ?? {};
    expect(classification?.complexity).toBe(typed);
    expect(whole).toBeGreaterThan(typed ?? 1);
    expect(request.codingAgent).toBe(recorded.agent);
    expect(model).toBe("small");
  });

  test("has the harder complexity where senders are not believed", async () => {
    const { classification, request } = await decided(recorded, "hi", { agents: "guarded" });
    const { typed = 1, whole } = classification?.signals ?? {};
    expect(request.codingAgent).toBeUndefined();
    // Without its marks it is known as an agent's by its tools or its system text, or not at all.
    if (whole !== undefined) expect(classification?.complexity).toBe(Math.max(typed, whole));
    else expect(classification?.signals?.["typed"]).toBeUndefined();
  });

  test("is an ordinary request without the agent's headers", async () => {
    const stranger = { ...recorded, headers: { "user-agent": "curl/8.5.0" } };
    expect((await decided(stranger, "hi")).request.codingAgent).toBeUndefined();
  });
});

test("a sender cannot say by a field of the body who it is", async () => {
  const router = createRouter({
    models: { small: fakeModel() },
    policy: threshold({ small: "small", large: "small", at: 1 }),
  });
  const answer = await createHandler(router)(
    new Request("http://localhost/v1/chat/completions", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ messages: [{ role: "user", content: "hi" }], codingAgent: "codex" }),
    }),
  );
  expect(answer.status).toBe(400);
  expect(await answer.text()).toContain("codingAgent is not for senders to say");
});
