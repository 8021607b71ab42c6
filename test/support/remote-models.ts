import type { ChatRequest, CompletionChunk, Model } from "../../src/contracts/index.ts";
import { openaiEmbeddings } from "../../src/router/classifiers/embedding/openai-embeddings.ts";
import { anthropic } from "../../src/router/providers/anthropic.ts";
import { azure } from "../../src/router/providers/azure.ts";
import { google } from "../../src/router/providers/google.ts";
import { openai } from "../../src/router/providers/openai.ts";
import { openaiCompatible } from "../../src/router/providers/openai-compatible.ts";
import { archivedGoogle } from "./google-packages.ts";

export interface ModelOptions {
  readonly fetch?: typeof fetch | undefined;
}

/** Makes the model of each provider for a server, by its address without a path. */
export const remoteModels: Readonly<Record<string, (url: string, options?: ModelOptions) => Model>> = {
  openai: (url, options) => openai("m", { apiKey: "sk-secret", baseUrl: `${url}/v1`, ...options }),
  "openai-compatible": (url, options) =>
    openaiCompatible("m", { apiKey: "sk-secret", baseUrl: `${url}/v1`, ...options }),
  azure: (url, options) =>
    azure("m", { apiKey: "sk-secret", endpoint: url, apiVersion: "2024-10-21", ...options }),
  anthropic: (url, options) => anthropic("claude-m", { apiKey: "sk-secret", baseUrl: url, ...options }),
  google: (url, options) => google("gemini-m", { apiKey: "sk-secret", baseUrl: url, ...options }),
  "google-archived": (url, options) =>
    archivedGoogle("gemini-m", { apiKey: "sk-secret", baseUrl: url, ...options }),
};

export const shortRequest: ChatRequest = { messages: [{ role: "user", content: "a prompt" }] };

/** Anthropic's answers above 8,192 tokens are read as a stream. */
export const longRequest: ChatRequest = { ...shortRequest, max_tokens: 20_000 };

/** Returns options for a call that is ended if it takes too long. */
export const within = (ms: number) => ({ signal: AbortSignal.timeout(ms) });

export async function chunksOf(stream: AsyncIterable<CompletionChunk>): Promise<CompletionChunk[]> {
  const chunks: CompletionChunk[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return chunks;
}

export function textOf(chunks: readonly CompletionChunk[]): string {
  return chunks.map(({ choices }) => choices[0]?.delta.content ?? "").join("");
}

/** Every way to reach a server through a model. */
export const waysToCall: Readonly<Record<string, (model: Model, ms: number) => Promise<unknown>>> = {
  generate: (model, ms) => model.generate(shortRequest, within(ms)),
  "a long generate": (model, ms) => model.generate(longRequest, within(ms)),
  stream: (model, ms) => chunksOf(model.stream(shortRequest, within(ms))),
  health: async (model, ms) => model.health?.(within(ms)),
};

/** Requests one vector. */
export function embedOnce(url: string, ms: number, options: ModelOptions = {}): Promise<unknown> {
  const embedder = openaiEmbeddings({ model: "e", apiKey: "sk-secret", baseUrl: `${url}/v1`, ...options });
  return embedder.embed(["a text"], within(ms));
}
