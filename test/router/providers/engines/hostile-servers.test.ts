import type { ServerResponse } from "node:http";
import { describe, expect, onTestFinished, test } from "vitest";
import { askServer } from "../../../../cli/ask-server.ts";
import {
  fromServer,
  llamaCpp,
  ollama,
  sglang,
  tgi,
  vllm,
} from "../../../../src/router/providers/engines/index.ts";
import { sendJson, serveWith } from "../../../support/serve-with.ts";

const engines = { vllm, sglang, tgi, llamaCpp, ollama };
const each = Object.entries(engines);

/** Serves one answer for every path. */
async function serve(answer: (response: ServerResponse, url: string) => void): Promise<string> {
  const server = await serveWith((response, { url }) => answer(response, url));
  onTestFinished(server.close);
  return `${server.url}/v1`;
}

/** One object that says what each engine asks for, whichever path it asks. */
const said = (value: unknown, text: unknown = value) => ({
  data: [
    { id: text, max_model_len: value, parent: text },
    { id: "qwen", max_model_len: value },
  ],
  version: text,
  model_id: text,
  context_length: value,
  max_running_requests: value,
  max_total_tokens: value,
  max_concurrent_requests: value,
  total_slots: value,
  n_ctx: value,
  default_generation_settings: { n_ctx: value },
  modalities: { vision: value },
  chat_template_caps: { supports_tools: value },
  capabilities: value,
  parameters: text,
  model_info: { "general.architecture": text, "qwen.context_length": value },
  models: [{ name: "qwen", context_length: value }],
});

describe.each(each)("%s, asked about by a server that lies", (_, engine) => {
  const wrong: readonly unknown[] = [
    -1,
    0,
    0.5,
    1e308,
    "4096",
    null,
    [],
    {},
    true,
    "__proto__",
    { __proto__: 5 },
    ["vision".repeat(9_999)],
    "num_ctx -5",
  ];
  test.each(wrong.map((value) => [JSON.stringify(value).slice(0, 30), value]))(
    "says %s",
    async (__, value) => {
      const baseUrl = await serve((response) => sendJson(response, said(value)));
      const model = engine("qwen", { baseUrl });
      const { contextWindow, slots, capabilities = {} } = await model.describe();
      for (const number of [contextWindow, slots])
        if (number !== undefined) expect(Number.isSafeInteger(number) && number >= 1).toBe(true);
      for (const flag of Object.values(capabilities)) expect(typeof flag).toBe("boolean");
      const full = await fromServer(model).catch((error: unknown) => error);
      if (!(full instanceof Error))
        expect((full as typeof model).contextWindow ?? 1).toBeGreaterThanOrEqual(1);
    },
  );

  test("puts nothing of a terminal's language, and no line of its own, into what doctor and errors show", async () => {
    const evil = "\u001b[2J\u001b]0;owned\u0007\nEverything works.\n\u202eqwen\u200b";
    const baseUrl = await serve((response) => sendJson(response, said(4_096, evil)));
    const { server } = await askServer(engine("qwen", { baseUrl }), 2_000);
    const shown = JSON.stringify(server);
    expect(shown).not.toMatch(/Everything works|owned|\\u001b|\\n|\u202e|\u200b/);
    const wrongName = await fromServer(engine("another", { baseUrl })).catch((error: Error) => error.message);
    if (typeof wrongName === "string")
      expect(JSON.stringify(wrongName)).not.toMatch(/Everything works|owned|\\u001b/);
  });

  test("sends megabytes, deep nesting, no JSON, a redirect, or an error", async () => {
    const answers: readonly ((response: ServerResponse) => void)[] = [
      (response) => response.end(`{"data":"${"x".repeat(5 * 2 ** 20)}"}`),
      (response) => response.end(`${"[".repeat(100_000)}`),
      (response) => response.end("<html>"),
      (response) => {
        response.writeHead(200, { "content-length": "10" }).write("{");
        setImmediate(() => response.destroy());
      },
      (response) => response.writeHead(500).end("secret"),
    ];
    for (const answer of answers) {
      const baseUrl = await serve(answer);
      const { server } = await askServer(engine("qwen", { baseUrl }), 5_000);
      expect(server?.said).toBe("did not describe itself");
      expect(server?.notice).not.toContain("secret");
      await expect(fromServer(engine("qwen", { baseUrl }))).rejects.toMatchObject({ code: "provider" });
    }
  });

  test("redirects elsewhere: the key does not go there", async () => {
    const elsewhere = await serveWith((response) => sendJson(response, said(4_096)));
    onTestFinished(elsewhere.close);
    const baseUrl = await serve((response) =>
      response.writeHead(307, { location: `${elsewhere.url}/v1/models` }).end(),
    );
    const model = engine("qwen", { baseUrl, apiKey: "secret-key" });
    await expect(model.describe()).rejects.toThrow("redirects are not followed");
    expect(elsewhere.requests).toEqual([]);
  });

  test("never answers: the caller's signal, or doctor's limit, ends it", async () => {
    const baseUrl = await serve(() => {});
    const model = engine("qwen", { baseUrl });
    const reason = new Error("enough");
    const controller = new AbortController();
    const asked = model.describe({ signal: controller.signal });
    controller.abort(reason);
    await expect(asked).rejects.toBe(reason);
    const { server } = await askServer(model, 50);
    expect(server?.notice).toContain("no answer within 0.05 s");
  });

  test("lists a million models: 1,000 are read, and a few shown", async () => {
    const data = Array.from({ length: 20_000 }, (__, at) => ({ id: `model ${at}` }));
    const baseUrl = await serve((response) => sendJson(response, { ...said(4_096), data }));
    const model = engine("qwen", { baseUrl });
    expect((await model.describe()).models.length).toBeLessThanOrEqual(1_000);
    const { server } = await askServer(model, 5_000);
    expect(server?.said.length).toBeLessThan(500);
  });
});

test("Ollama's window is that with which the model is loaded, else that of its definition, else the longest", async () => {
  const info = {
    "general.architecture": "qwen3",
    "clip.context_length": 77,
    "qwen3.context_length": 40_960,
  };
  let parameters: string | undefined;
  let models: readonly object[] | undefined;
  const baseUrl = await serve((response, url) => {
    if (url === "/api/ps" && models === undefined) return void response.writeHead(404).end();
    sendJson(
      response,
      url === "/v1/models" ? { data: [{ id: "qwen:latest" }] } : { models, parameters, model_info: info },
    );
  });
  const window = async () => (await ollama("qwen", { baseUrl }).describe()).contextWindow;
  expect(await window()).toBe(40_960);
  parameters = 'stop "<|im_end|>"\nnum_ctx                        8192\ntemperature 0.6';
  expect(await window()).toBe(8_192);
  models = [
    { name: "other:latest", context_length: 1 },
    { name: "qwen:latest", context_length: 4_096 },
  ];
  expect(await window()).toBe(4_096);
});

const request = { messages: [{ role: "user" as const, content: "Hello" }] };
const { signal } = new AbortController();

describe("the form of an answer in another engine's words", () => {
  const known: Record<keyof typeof engines, readonly string[]> = {
    vllm: ["structured_outputs", "guided_json", "guided_regex", "guided_choice", "guided_grammar"],
    sglang: ["regex", "ebnf", "json_schema"],
    tgi: [],
    llamaCpp: ["grammar", "json_schema"],
    ollama: [],
  };
  const fields = [...new Set([...Object.values(known).flat(), "cache_salt"])];
  test.each(each)("is refused by %s, and never left out without a word", async (name, engine) => {
    const server = await serveWith((response) =>
      sendJson(response, { choices: [{ message: { content: "ok" }, finish_reason: "stop" }] }),
    );
    onTestFinished(server.close);
    const model = engine("qwen", { baseUrl: `${server.url}/v1` });
    for (const field of fields) {
      const call = model.generate({ ...request, [field]: "x" } as never, { signal });
      const isKnown =
        known[name as keyof typeof engines].includes(field) ||
        (field === "cache_salt" && (name === "vllm" || name === "sglang"));
      if (!isKnown) await expect(call, field).rejects.toMatchObject({ kind: "unsupported" });
      else {
        await call;
        expect(server.requests.at(-1)?.body).toHaveProperty(field, "x");
      }
    }
  });
});
