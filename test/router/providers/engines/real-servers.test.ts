import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { EngineModel } from "../../../../src/router/providers/engines/index.ts";
import { fromServer, llamaCpp, ollama, vllm } from "../../../../src/router/providers/engines/index.ts";
import { type FakeEngine, serveFakeEngine } from "../../../../src/testing/index.ts";

/**
 * Servers that a variable names (an address that ends in /v1), and the fake engine in any case: what holds for a real server
 * must hold for it too. SWITCHPOINT_TEST_MODEL: the model's name. Default: the first one that the server lists.
 */
const servers = [
  ["SWITCHPOINT_TEST_VLLM_URL", vllm],
  ["SWITCHPOINT_TEST_OLLAMA_URL", ollama],
  ["SWITCHPOINT_TEST_LLAMACPP_URL", llamaCpp],
  ["the fake engine", vllm],
] as const;

const messages = [{ role: "user" as const, content: "How deep is the harbour?" }];
const { signal } = new AbortController();
/** A model on a real machine may have to be loaded first. */
const timeout = 120_000;

describe.each(servers)("the server of %s", (variable, provider) => {
  const given = process.env[variable];
  const isFake = variable === "the fake engine";
  const it = test.skipIf(given === undefined && !isFake);
  // The fake engine says "tok" whatever is asked for.
  const itReally = test.skipIf(given === undefined || isFake);
  let fake: FakeEngine | undefined;
  let model: EngineModel;
  let baseUrl: string;

  beforeAll(async () => {
    if (given === undefined && !isFake) return;
    if (isFake) fake = await serveFakeEngine({ speed: 20 });
    baseUrl = fake?.url ?? (given as string);
    // Ollama cannot say anything of a model that it does not have.
    const list: unknown = await (await fetch(`${baseUrl}/models`)).json();
    const { data } = list as { readonly data: readonly { readonly id: string }[] };
    const name = process.env["SWITCHPOINT_TEST_MODEL"] ?? data[0]?.id ?? "";
    model = await fromServer(provider(name, { baseUrl }));
  }, timeout);
  afterAll(() => fake?.close());

  it("says what it is: it lists the model, and states a window", { timeout }, async () => {
    const { models } = await model.describe();
    expect(models.map(({ id }) => id)).toContain(model.model);
    expect(model.contextWindow).toBeGreaterThan(0);
    expect(await model.health?.()).toBe(true);
  });

  it("answers whole, with usage, and stops at the limit", { timeout }, async () => {
    const answer = await model.generate({ messages, max_tokens: 5 }, { signal });
    expect(answer.choices[0]?.message.content).toEqual(expect.any(String));
    expect(answer.usage?.prompt_tokens).toBeGreaterThan(0);
    expect(answer.usage?.completion_tokens).toBeGreaterThan(0);
    expect(answer.usage?.completion_tokens).toBeLessThanOrEqual(6);
  });

  it("answers in pieces, with an end and usage", { timeout }, async () => {
    let finish: string | null | undefined;
    let used = 0;
    for await (const { choices, usage } of model.stream({ messages, max_tokens: 5 }, { signal })) {
      finish = choices[0]?.finish_reason ?? finish;
      used = usage?.completion_tokens ?? used;
    }
    expect(finish).toEqual(expect.any(String));
    expect(used).toBeGreaterThan(0);
  });

  // llama.cpp answers with the model that it has, whatever name is asked for.
  it("does not know another model", { timeout }, async () => {
    const other = provider("no-such-model-4711", { baseUrl });
    const answer = await other.generate({ messages, max_tokens: 5 }, { signal }).catch((error) => error);
    if (provider === llamaCpp && !(answer instanceof Error)) return;
    expect(answer).toMatchObject({ code: "provider", kind: "not-found" });
    await expect(fromServer(other)).rejects.toBeInstanceOf(Error);
  });

  // Ollama cuts a prompt that is too long.
  it("refuses a prompt that is longer than its window as just that", { timeout }, async () => {
    if (provider === ollama) return;
    const content = "word ".repeat(2 * (model.contextWindow as number));
    const call = model.generate({ messages: [{ role: "user", content }], max_tokens: 5 }, { signal });
    await expect(call).rejects.toMatchObject({ kind: "context-overflow" });
  });

  it("ends a call when its caller goes", { timeout }, async () => {
    const reason = new Error("gone");
    const gone = new AbortController();
    const call = model.generate({ messages, max_tokens: 400 }, { signal: gone.signal });
    setImmediate(() => gone.abort(reason));
    await expect(call).rejects.toBe(reason);
    expect(await model.health?.()).toBe(true);
  });

  itReally("obeys the form that its own option asks for", { timeout }, async () => {
    const schema = { type: "object", properties: { depth: { type: "integer" } }, required: ["depth"] };
    const formed = provider(model.model, { baseUrl, structured: { json: schema } });
    const answer = await formed.generate({ messages, max_tokens: 200 }, { signal });
    expect(JSON.parse(answer.choices[0]?.message.content ?? "")).toMatchObject({ depth: expect.any(Number) });
  });

  itReally("states the probabilities of tokens", { timeout }, async () => {
    const certain = provider(model.model, { baseUrl, topLogprobs: 2 });
    const answer = await certain.generate({ messages, max_tokens: 3 }, { signal });
    expect(answer.choices[0]?.logprobs?.content?.[0]?.logprob).toBeLessThanOrEqual(0);
  });
});
