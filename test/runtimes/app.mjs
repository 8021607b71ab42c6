// A tiny application that is bundled and run in every place: see check-runtimes.mjs.
import { createRouter } from "switchpoint";
import { length } from "switchpoint/classifiers";
import { cascade, notRefused, threshold } from "switchpoint/policies";
import { anthropic } from "switchpoint/providers/anthropic";
import { google } from "switchpoint/providers/google";
import { openaiCompatible } from "switchpoint/providers/openai-compatible";
import { authoriseByKeys, createHandler, createKey } from "switchpoint/serve";

const usage = { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 };

/** A model without an SDK. */
function own(model) {
  const choice = { index: 0, finish_reason: "stop", logprobs: null };
  const head = { id: "1", created: 1, model };
  return {
    name: `own:${model}`,
    provider: "own",
    model,
    labels: {},
    generate: async () => ({
      ...head,
      object: "chat.completion",
      choices: [{ ...choice, message: { role: "assistant", content: `from ${model}`, refusal: null } }],
      usage,
    }),
    async *stream() {
      const object = "chat.completion.chunk";
      yield { ...head, object, choices: [{ ...choice, delta: { content: `from ${model}` } }] };
      yield { ...head, object, choices: [], usage };
    },
  };
}

const json = (body) => async () =>
  new Response(JSON.stringify(body), { headers: { "content-type": "application/json" } });
const openaiAnswer = {
  id: "1",
  object: "chat.completion",
  created: 1,
  model: "m",
  choices: [{ index: 0, finish_reason: "stop", message: { role: "assistant", content: "from openai" } }],
  usage,
};
const anthropicAnswer = {
  id: "1",
  type: "message",
  role: "assistant",
  model: "m",
  content: [{ type: "text", text: "from anthropic" }],
  stop_reason: "end_turn",
  usage: { input_tokens: 3, output_tokens: 2 },
};
const googleAnswer = {
  candidates: [{ content: { parts: [{ text: "from google" }] }, finishReason: "STOP" }],
};

// In the global scope, as an application does.
const models = {
  small: own("small"),
  large: own("large"),
  openai: openaiCompatible("m", { apiKey: "k", baseUrl: "https://a.invalid/v1", fetch: json(openaiAnswer) }),
  anthropic: anthropic("m", { apiKey: "k", baseUrl: "https://b.invalid", fetch: json(anthropicAnswer) }),
  google: google("m", { apiKey: "k", baseUrl: "https://c.invalid", fetch: json(googleAnswer) }),
};
const router = createRouter({ models, policy: threshold({ small: "small", large: "large", at: 0.7 }) });
/** Tokens near a context window are counted, which needs WebAssembly. */
const near = createRouter({
  models: { tight: { ...own("tight"), contextWindow: 350 }, large: models.large },
  policy: threshold({ small: "tight", large: "large", at: 1 }),
});
const checked = createRouter({
  models: { small: models.small, large: models.large },
  classifier: length(),
  policy: cascade({ first: "small", then: "large", unless: notRefused() }),
  execution: { attemptTimeoutMs: 5_000 },
});

/** Routes a request each way; returns what came of it. */
export async function run() {
  const { text, decision } = await router.route("Say hello.");
  const hard = await router.decide("Prove that there are infinitely many primes. ".repeat(40));
  let streamed = "";
  for await (const { choices } of router.stream("Say hello.")) streamed += choices[0]?.delta.content ?? "";
  const found = { text, hard: hard.model, policy: decision.versions.policy, streamed };
  found.near = (await near.route("A sentence of some length about a harbour. ".repeat(4))).text;
  found.checked = (await checked.route("Say hello.")).text;
  // What a Worker answers with, to the holder of a key.
  const { key, record } = createKey({ tenant: "acme" });
  const handler = createHandler(router, { authorise: authoriseByKeys([record]) });
  const ask = async (authorization) => {
    const body = JSON.stringify({ model: "small", messages: [{ role: "user", content: "Hi" }] });
    const url = "http://localhost/v1/chat/completions";
    const headers = { authorization, "content-type": "application/json" };
    const reply = await handler(new Request(url, { method: "POST", headers, body }));
    return reply.ok ? (await reply.json()).choices[0].message.content : reply.status;
  };
  found.served = `${await ask(`Bearer ${key}`)}, ${await ask("Bearer sp-wrong")}`;
  for (const model of ["openai", "anthropic", "google"])
    found[model] = await router
      .route({ model, fallback: false, messages: [{ role: "user", content: "Hi" }] })
      .then(
        (result) => result.text,
        ({ code, message }) => `${code}: ${message}`.slice(0, 300),
      );
  return found;
}
