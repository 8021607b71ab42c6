import fc from "fast-check";
import { describe, expect, onTestFinished, test } from "vitest";
import { always } from "../../../../policies/index.ts";
import type { ChatRequest, ChatTool } from "../../../../src/contracts/index.ts";
import { createRouter } from "../../../../src/index.ts";
import { llamaCpp, ollama, sglang, tgi, vllm } from "../../../../src/router/providers/engines/index.ts";
import { withToolChoice } from "../../../../src/router/providers/engines/internal/tool-choice.ts";
import { createHandler } from "../../../../src/serve/http/index.ts";
import { completionBody } from "../../../support/completion-server.ts";
import { numRuns } from "../../../support/runs.ts";
import { sendJson, serveWith } from "../../../support/serve-with.ts";

const { signal } = new AbortController();
const tool = (name: string): ChatTool => ({
  type: "function",
  function: { name, parameters: { type: "object", properties: {} } },
});
const tools = [tool("get_depth"), tool("other")];
const messages = [{ role: "user" as const, content: "How deep is the harbour?" }];
const named = { type: "function" as const, function: { name: "other" } };
const allowed = (mode: "auto" | "required") => ({
  type: "allowed_tools" as const,
  allowed_tools: { mode, tools: [{ ...named }] },
});

async function served() {
  const server = await serveWith((response) => sendJson(response, completionBody("q", "ok")));
  onTestFinished(server.close);
  const sent = () => server.requests.at(-1)?.body ?? {};
  return { baseUrl: `${server.url}/v1`, sent };
}

/** Returns names of the tools that an engine was offered, its choice, and what was reported as left out. */
async function offered(engine: typeof vllm | typeof ollama, extra: Partial<ChatRequest>) {
  const { baseUrl, sent } = await served();
  const dropped: string[] = [];
  const model = (engine as typeof vllm)("q", { baseUrl });
  await model.generate(
    { messages, tools, ...extra },
    { signal, onDropped: (parameter) => dropped.push(parameter) },
  );
  const { tools: list, tool_choice: choice, parallel_tool_calls: parallel } = sent();
  const names = list?.map((one: { function: { name: string } }) => one.function.name);
  return { names, choice, dropped, parallel };
}

test("llama.cpp, which reads words alone, is offered the named tool alone, which it must call once", async () => {
  expect(await offered(llamaCpp, { tool_choice: named })).toEqual({
    names: ["other"],
    choice: "required",
    dropped: [],
    parallel: false,
  });
  expect(await offered(llamaCpp, { tool_choice: allowed("auto") })).toMatchObject({
    names: ["other"],
    choice: "auto",
    parallel: undefined,
  });
  expect(await offered(llamaCpp, { tool_choice: allowed("required") })).toMatchObject({ choice: "required" });
  for (const choice of ["auto", "none", "required"] as const)
    expect(await offered(llamaCpp, { tool_choice: choice })).toMatchObject({
      names: ["get_depth", "other"],
      choice,
    });
});

test("Ollama, which reads no choice, is not offered what it may not call, and what it does not force is reported", async () => {
  const none = { choice: undefined, dropped: [] };
  expect(await offered(ollama, { tool_choice: "none" })).toMatchObject({ ...none, names: undefined });
  expect(await offered(ollama, { tool_choice: "auto" })).toMatchObject(none);
  const lost = { choice: undefined, dropped: ["tool_choice"] };
  expect(await offered(ollama, { tool_choice: "required" })).toMatchObject(lost);
  expect(await offered(ollama, { tool_choice: named })).toMatchObject({ ...lost, names: ["other"] });
  expect(await offered(ollama, { tool_choice: allowed("auto") })).toMatchObject({
    ...none,
    names: ["other"],
  });
  const strict = ollama("q", { baseUrl: "http://127.0.0.1:9/v1", strictParameters: true });
  await expect(strict.generate({ messages, tools, tool_choice: named }, { signal })).rejects.toMatchObject({
    kind: "unsupported",
    message: expect.stringContaining("tool_choice"),
  });
});

test.each([
  ["vllm", vllm],
  ["sglang", sglang],
  ["tgi", tgi],
])("%s reads a named choice itself", async (_, engine) => {
  expect(await offered(engine as typeof vllm, { tool_choice: named })).toMatchObject({
    names: ["get_depth", "other"],
    choice: named,
    dropped: [],
  });
});

test("a choice of a tool that is not offered is refused before it is sent", async () => {
  const model = llamaCpp("q", { baseUrl: "http://127.0.0.1:9/v1" });
  const choice = { type: "function" as const, function: { name: "none of these" } };
  await expect(model.generate({ messages, tools, tool_choice: choice }, { signal })).rejects.toMatchObject({
    kind: "invalid-request",
  });
});

test("the tools that are offered are those that may be called, in their order, and the request is not changed", () => {
  const name = fc.constantFrom("a", "b", "c", "d");
  fc.assert(
    fc.property(
      fc.uniqueArray(name, { minLength: 1 }),
      fc.uniqueArray(name, { minLength: 1 }),
      fc.constantFrom("auto" as const, "required" as const),
      fc.constantFrom("word" as const, "nothing" as const),
      (names, wanted, mode, reads) => {
        const list = wanted.map((one) => ({ type: "function", function: { name: one } }));
        const choice = { type: "allowed_tools" as const, allowed_tools: { mode, tools: list } };
        const request: ChatRequest = { messages, tools: names.map(tool), tool_choice: choice };
        const before = JSON.stringify(request);
        const expected = names.filter((one) => wanted.includes(one));
        if (expected.length === 0) {
          expect(() => withToolChoice("q", request, reads)).toThrow("tool_choice");
          return;
        }
        const chosen = withToolChoice("q", request, reads);
        expect(chosen.request.tools).toEqual(expected.map(tool));
        expect(chosen.isLost).toBe(reads === "nothing" && mode === "required");
        expect(JSON.stringify(request)).toBe(before);
      },
    ),
    numRuns(200),
  );
});

const ofMessages = { name: "other", input_schema: { type: "object" } };
const ofResponses = { type: "function", name: "other", parameters: { type: "object" }, strict: false };
const google = { name: "other", parameters: { type: "OBJECT" } };
const interfaces: Record<string, readonly [path: string, body: object]> = {
  "chat completions": ["/v1/chat/completions", { messages, tools, tool_choice: named }],
  responses: [
    "/v1/responses",
    {
      input: "How deep?",
      store: false,
      tools: [{ ...ofResponses, name: "get_depth" }, ofResponses],
      tool_choice: { type: "function", name: "other" },
    },
  ],
  messages: [
    "/v1/messages",
    {
      messages,
      max_tokens: 5,
      tools: [{ ...ofMessages, name: "get_depth" }, ofMessages],
      tool_choice: { type: "tool", name: "other" },
    },
  ],
  generateContent: [
    "/v1beta/models/auto:generateContent",
    {
      contents: [{ role: "user", parts: [{ text: "How deep?" }] }],
      tools: [{ functionDeclarations: [{ ...google, name: "get_depth" }, google] }],
      toolConfig: { functionCallingConfig: { mode: "ANY", allowedFunctionNames: ["other"] } },
    },
  ],
};

describe.each(Object.entries(interfaces))("a named tool that comes in by %s", (_, [path, body]) => {
  test.each([
    ["llama.cpp", llamaCpp, "required"],
    ["Ollama", ollama, undefined],
  ])("is the only one that %s is offered", async (_, engine, choice) => {
    const { baseUrl, sent } = await served();
    const router = createRouter({
      models: { own: engine("q", { baseUrl }) },
      policy: always("own"),
      assumeCapabilities: ["tools"],
    });
    onTestFinished(() => router.close());
    const text = JSON.stringify({ model: "auto", ...body });
    const answer = await createHandler(router)(`http://x${path}`, {
      method: "POST",
      body: text,
      headers: {},
    });
    expect(answer.status, await answer.text()).toBe(200);
    expect(sent().tools).toHaveLength(1);
    expect(sent().tools[0].function.name).toBe("other");
    expect(sent().tool_choice).toBe(choice);
  });
});
