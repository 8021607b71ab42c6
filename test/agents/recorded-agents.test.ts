import { describe, expect, onTestFinished, test } from "vitest";
import { always } from "../../policies/index.ts";
import { createRouter, type Decision, type Model } from "../../src/index.ts";
import { anthropic } from "../../src/router/providers/anthropic.ts";
import { openai } from "../../src/router/providers/openai.ts";
import { openaiCompatible } from "../../src/router/providers/openai-compatible.ts";
import { createHandler } from "../../src/serve/http/index.ts";
import { type RecordedRequest, recordedAgents } from "../support/agents/recorded-agents.ts";
import { type ScriptedProvider, scriptedProvider } from "../support/agents/scripted-provider.ts";

// Conversations of real agents, each request as its program sent it, through a handler. `npm run record:agents` records them again.

/** Models of each agent's own provider. */
const native: Readonly<Record<string, (url: string) => Model>> = {
  claude: (url) => anthropic("claude-opus-5", { baseUrl: url, apiKey: "k" }),
  codex: (url) => openai("gpt-5.5", { api: "responses", baseUrl: `${url}/v1`, apiKey: "k" }),
};
const compatible = (url: string): Model =>
  openaiCompatible("qwen3-max", { baseUrl: `${url}/v1`, apiKey: "k", capabilities: { tools: true } });

interface Replayed {
  readonly provider: ScriptedProvider;
  readonly decisions: readonly Decision[];
}

/** Sends all requests of a recording, one after another. */
async function replay(requests: readonly RecordedRequest[], make: (url: string) => Model): Promise<Replayed> {
  const rate = { input: 1, cached: 0.1, written: 0, output: 5 };
  const rates = { "claude-opus-5": rate, "gpt-5.5": rate, "qwen3-max": rate };
  const provider = await scriptedProvider({ scripts: {}, rates });
  const decisions: Decision[] = [];
  const router = createRouter({
    models: { large: make(provider.url) },
    policy: always("large"),
    onEvent: (event) => void (event.type === "decision-made" && decisions.push(event.decision)),
  });
  onTestFinished(async () => {
    await router.close();
    await provider.close();
  });
  const handler = createHandler(router, { unknownModel: "auto" });
  for (const { path, headers, body } of requests) {
    const init = { method: "POST", headers: { "content-type": "application/json", ...headers } };
    const answer = await handler(
      new Request(`http://localhost${path}`, { ...init, body: JSON.stringify(body) }),
    );
    expect(answer.status, await answer.clone().text()).toBe(200);
    await answer.arrayBuffer();
  }
  return { provider, decisions };
}

/** Texts and values of tools in a body: what a translation must keep. */
function toolsIn(value: unknown): unknown[] {
  if (Array.isArray(value)) return value.flatMap(toolsIn);
  if (typeof value !== "object" || value === null) return [];
  const { type, role, name, input, content, arguments: text, output, function: called } = value as Part;
  if (type === "tool_use") return [[name, input]];
  if (type === "tool_result") return [textOf(content)];
  if (type === "function_call") return [[name, JSON.parse(text ?? "")]];
  if (type === "custom_tool_call") return [[name, { input }]];
  if (type === "function_call_output" || type === "custom_tool_call_output") return [textOf(output)];
  if (role === "tool") return [textOf(content)];
  if (called?.arguments !== undefined) return [[called.name, JSON.parse(called.arguments)]];
  return Object.values(value).flatMap(toolsIn);
}

interface Part {
  readonly type?: string;
  readonly role?: string;
  readonly name?: string;
  readonly input?: unknown;
  readonly content?: unknown;
  readonly arguments?: string;
  readonly output?: unknown;
  readonly function?: { readonly name: string; readonly arguments?: string };
}

const textOf = (content: unknown): string =>
  Array.isArray(content) ? content.map(({ text }) => text).join("\n") : String(content);

describe.each(recordedAgents())("%s", (name, { source, requests }) => {
  const make = native[name] as (url: string) => Model;

  test(`has all parts of a conversation: ${source.split(",")[0]}`, () => {
    expect(new Set(requests.map(({ part }) => part))).toEqual(
      new Set(["task", "later", "abort", ...(name === "claude" ? ["compact", "after"] : [])]),
    );
    expect(requests.filter(({ part }) => part === "task").length).toBeGreaterThan(8);
  });

  test("reaches a model of its own provider as the program wrote it, but for the model's name", async () => {
    const { provider } = await replay(requests, make);
    const { model } = provider.requests[0]?.body ?? {};
    expect(provider.requests.map(({ text }) => text)).toEqual(
      requests.map(({ body }) => JSON.stringify({ ...body, model })),
    );
  });

  test("is one session, a subagent's another, and the next conversation a third", async () => {
    const { decisions } = await replay(requests, make);
    const sessions = decisions.map(({ request }) => request.session ?? "");
    const of = (wanted: (one: RecordedRequest) => boolean) =>
      new Set(sessions.filter((_, at) => wanted(requests[at] as RecordedRequest)));
    const isSub = ({ headers }: RecordedRequest) => headers["x-claude-code-agent-id"] !== undefined;
    const main = of((one) => one.part !== "abort" && !isSub(one));
    const [session = ""] = main;
    expect(main).toEqual(new Set([session]));
    const subs = [...of(isSub)];
    expect(subs).toHaveLength(name === "claude" ? 1 : 0);
    for (const one of subs) expect(one).toMatch(`${session}/`);
    expect(of(({ part }) => part === "abort")).not.toContain(session);
  });

  test("keeps calls and results of tools in a translation", async () => {
    const { provider } = await replay(requests, compatible);
    expect(provider.requests.map(({ body }) => toolsIn(body.messages))).toEqual(
      requests.map(({ body }) => toolsIn(body.messages ?? body.input)),
    );
  });
});
