/**
 * A small model of your own in this process, by ONNX Runtime, next to a cloud model that takes what is hard. Writes greedily,
 * token by token, and reads everything again for each: real use wants a model with a cache of keys and values.
 * Needs ONNX_MODEL (a decoder: `input_ids` to `logits`), ONNX_TOKENIZER (its tokenizer.json) and OPENAI_API_KEY, and
 * `npm install onnxruntime-node @huggingface/tokenizers`. On Linux set ONNXRUNTIME_NODE_INSTALL=skip to install no CUDA.
 */
import { readFile } from "node:fs/promises";
import { Tokenizer } from "@huggingface/tokenizers";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { type ChatRequest, createRouter } from "switchpoint";
import { threshold } from "switchpoint/policies";
import { inProcess, type LocalAnswer, type LocalCall } from "switchpoint/providers/in-process";
import { openai } from "switchpoint/providers/openai";

const session = await InferenceSession.create(process.env["ONNX_MODEL"] ?? "model.onnx");
const tokenizer = new Tokenizer(
  JSON.parse(await readFile(process.env["ONNX_TOKENIZER"] ?? "tokenizer.json", "utf8")),
  {},
);
const endOfText = tokenizer.token_to_id("</s>");
const contextWindow = 512;

/** The likeliest token after `ids`. A run of ONNX Runtime for Node holds up its thread: keep such models small. */
async function next(ids: readonly number[]): Promise<number> {
  const input = new Tensor("int64", BigInt64Array.from(ids, BigInt), [1, ids.length]);
  const { logits } = await session.run({ input_ids: input });
  if (logits === undefined) throw new Error("the model has no output logits");
  const last = (logits.data as Float32Array).slice(-Number(logits.dims[2]));
  return last.indexOf(Math.max(...last));
}

async function* stream({ messages }: ChatRequest, { signal, maxOutputTokens = 64 }: LocalCall) {
  const prompt = messages.map(({ content }) => String(content)).join("\n");
  const ids = [...tokenizer.encode(prompt).ids];
  const inputTokens = ids.length;
  let written = "";
  let finishReason: LocalAnswer["finishReason"] = "length";
  while (ids.length < Math.min(inputTokens + maxOutputTokens, contextWindow)) {
    signal.throwIfAborted();
    const id = await next(ids);
    if (id === endOfText) {
      finishReason = "stop";
      break;
    }
    ids.push(id);
    // A token may be half a character: all of them are decoded again.
    const text = tokenizer.decode(ids.slice(inputTokens));
    yield text.slice(written.length);
    written = text;
    // Other requests get a turn between two tokens.
    await new Promise((resolve) => setImmediate(resolve));
  }
  yield { finishReason, usage: { inputTokens, outputTokens: ids.length - inputTokens } };
}

const own = inProcess({
  name: "own",
  contextWindow,
  queue: 4,
  stream,
  async generate(request, call) {
    let text = "";
    let end: LocalAnswer = {};
    for await (const piece of stream(request, call))
      if (typeof piece === "string") text += piece;
      else end = piece;
    return { ...end, text };
  },
});
const router = createRouter({
  models: { own, cloud: openai("gpt-5.5") },
  policy: threshold({ small: "own", large: "cloud", largeShare: 0.3 }),
});

const easy = await router.route("What is the capital of France?");
console.log(easy.decision.model, easy.text, easy.costUsd); // own it is paris. 0
const hard = await router.route("Prove step by step that the square root of 2 is irrational.");
console.log(hard.decision.model, hard.text); // cloud Suppose that it were p/q.
await router.close();
