import type { ChatRequest, Completion, CompletionChunk } from "../contracts/index.ts";
import type { Scenario, ScenarioAnswer, ScenarioFailure } from "./provider-scenario.ts";
import type { ProviderSetup, ServedModel, ServeSettings } from "./provider-setup.ts";

/** Texts that cases look for in requests and errors; they are unlikely to occur there by chance. */
export const prompt = "How tall is the lighthouse of Vlissingen?";
export const apiKey = "sk-conformance-4f81c2d09be7";

export const textRequest: ChatRequest = { messages: [{ role: "user", content: prompt }] };

export const textAnswer: ScenarioAnswer = {
  model: "served-model-2026",
  textPieces: ["Forty", "-two meters", ", says 灯台 🗼", ".\n"],
  toolCalls: [],
  finishReason: "stop",
  usage: { inputTokens: 120, outputTokens: 45 },
};

export const weatherTool: NonNullable<ChatRequest["tools"]>[number] = {
  type: "function",
  function: {
    name: "look_up_weather",
    description: "Weather of a harbour",
    parameters: {
      type: "object",
      properties: { harbourName: { type: "string" } },
      required: ["harbourName"],
    },
  },
};

const weatherCall = {
  id: "call_weather1",
  name: "look_up_weather",
  argumentPieces: ['{"harb', 'ourName":"Vlis', 'singen ⚓"}'],
};
const tideCall = {
  id: "call_weather2",
  name: "look_up_weather",
  argumentPieces: ['{"harbourName":', '"Breskens"}'],
};

export const toolAnswer: ScenarioAnswer = {
  ...textAnswer,
  textPieces: [],
  toolCalls: [weatherCall],
  finishReason: "tool_calls",
};

export const parallelToolAnswer: ScenarioAnswer = { ...toolAnswer, toolCalls: [weatherCall, tideCall] };

export const answering = (answer: ScenarioAnswer): Scenario => ({ type: "answer", answer });

/** Creates a failure whose text quotes the prompt and the key. */
export function failureOf(
  setup: ProviderSetup,
  kind: ScenarioFailure["kind"],
  more: Partial<ScenarioFailure> = {},
): ScenarioFailure {
  const status = setup.statuses?.[kind] ?? usualStatuses[kind];
  return { kind, status, message: `no: ${prompt} ${apiKey}`, requestId: "req_conformance_77", ...more };
}

const usualStatuses: Readonly<Record<ScenarioFailure["kind"], number>> = {
  "invalid-request": 400,
  "context-overflow": 400,
  "content-filter": 400,
  authentication: 401,
  permission: 403,
  "not-found": 404,
  timeout: 408,
  conflict: 409,
  "too-large": 413,
  "rate-limit": 429,
  server: 500,
  overloaded: 529,
};

/** Serves a scenario while the function runs. */
export async function withServed<T>(
  setup: ProviderSetup,
  scenario: Scenario,
  use: (served: ServedModel) => Promise<T>,
  settings: Partial<ServeSettings> = {},
): Promise<T> {
  const served = await setup.serve(scenario, { apiKey, strictParameters: false, ...settings });
  try {
    return await within(use(served));
  } finally {
    await served.close();
  }
}

const patienceMs = 10_000;

/** Rejects if a promise does not settle: a case must not block its runner. */
export async function within<T>(promise: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    const error = new Error(`nothing happened for ${patienceMs} ms`);
    timer = setTimeout(() => reject(error), patienceMs);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Waits until the endpoint receives a call, and returns it. */
export async function firstRequest(served: ServedModel): Promise<ServedModel["requests"][number]> {
  for (;;) {
    const request = served.requests[0];
    if (request !== undefined) return request;
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

/** Call options with a signal that never fires. */
export const calm = (): { signal: AbortSignal } => ({ signal: new AbortController().signal });

export async function collect(stream: AsyncIterable<CompletionChunk>): Promise<CompletionChunk[]> {
  const chunks: CompletionChunk[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return chunks;
}

/** Content of an answer, in one form for whole and streamed ones. */
export interface Said {
  readonly text: string;
  readonly toolCalls: readonly { readonly name: string; readonly arguments: unknown }[];
  readonly finishReason: string | undefined;
  readonly usage: Completion["usage"];
  readonly model: string | undefined;
}

export function readCompletion(completion: Completion): Said {
  const choice = completion.choices[0];
  const calls = choice?.message.tool_calls ?? [];
  return {
    text: choice?.message.content ?? "",
    toolCalls: calls.map((call) =>
      call.type === "function"
        ? { name: call.function.name, arguments: JSON.parse(call.function.arguments) }
        : { name: "", arguments: undefined },
    ),
    finishReason: choice?.finish_reason,
    usage: completion.usage,
    model: completion.model,
  };
}

export function readChunks(chunks: readonly CompletionChunk[]): Said {
  let text = "";
  let finishReason: string | undefined;
  let usage: Completion["usage"];
  const calls: { name: string; json: string }[] = [];
  for (const chunk of chunks) {
    usage = chunk.usage ?? usage;
    const choice = chunk.choices[0];
    finishReason = choice?.finish_reason ?? finishReason;
    text += choice?.delta.content ?? "";
    for (const delta of choice?.delta.tool_calls ?? []) {
      const call = calls[delta.index] ?? { name: "", json: "" };
      call.name += delta.function?.name ?? "";
      call.json += delta.function?.arguments ?? "";
      calls[delta.index] = call;
    }
  }
  return {
    text,
    toolCalls: calls.map(({ name, json }) => ({ name, arguments: JSON.parse(json) })),
    finishReason,
    usage,
    model: chunks[0]?.model,
  };
}
