import type { FinishReason, ProviderErrorKind } from "../../contracts/index.ts";

/** A server's word for the end of an answer: it means one of our reasons, or a failure. */
interface FinishWord {
  readonly means: FinishReason | ProviderErrorKind;
  /** Place where the word is documented or was recorded, and when. */
  readonly source: string;
}

const openai = "OpenAI, API reference, 2026-12";
const engines = "vLLM, SGLang and TGI, their sources, 2026-09";
const anthropic = "Anthropic, stop reasons, 2026-12; gateways pass them on";
const gemini = "Google, FinishReason, 2026-12; OpenRouter tells it as native_finish_reason";
const zai = "Z.ai, chat completion, 2026-12";

/** All words, in small letters. One that is not here ends an answer that is whole. */
const words: Readonly<Record<string, FinishWord>> = {
  stop: { means: "stop", source: openai },
  length: { means: "length", source: openai },
  tool_calls: { means: "tool_calls", source: openai },
  function_call: { means: "function_call", source: openai },
  content_filter: { means: "content_filter", source: openai },

  eos: { means: "stop", source: "Together, recorded 2025-02" },
  eos_token: { means: "stop", source: engines },
  stop_sequence: { means: "stop", source: engines },
  completed: { means: "stop", source: "OpenRouter, native_finish_reason, recorded 2026-06" },
  end_turn: { means: "stop", source: anthropic },
  complete: { means: "stop", source: "Cohere, chat, 2026-12" },

  max_tokens: { means: "length", source: anthropic },
  model_length: { means: "length", source: "Mistral, API reference, 2026-12" },
  max_output_tokens: { means: "length", source: "OpenAI, Responses, 2026-12" },

  tool_use: { means: "tool_calls", source: anthropic },
  tool_call: { means: "tool_calls", source: "Cohere, chat, 2026-12" },

  content_filtered: { means: "content_filter", source: "Amazon Bedrock, Converse, 2026-12" },
  guardrail_intervened: { means: "content_filter", source: "Amazon Bedrock, Converse, 2026-12" },
  refusal: { means: "content_filter", source: anthropic },
  safety: { means: "content_filter", source: gemini },
  recitation: { means: "content_filter", source: gemini },
  blocklist: { means: "content_filter", source: gemini },
  prohibited_content: { means: "content_filter", source: gemini },
  spii: { means: "content_filter", source: gemini },

  error: { means: "server", source: "OpenRouter, errors, 2026-12; vLLM, its source, 2026-09" },
  network_error: { means: "incomplete", source: zai },
  abort: { means: "incomplete", source: engines },
  malformed_function_call: { means: "incomplete", source: gemini },
  sensitive: { means: "content-filter", source: zai },
  insufficient_system_resource: { means: "overloaded", source: "DeepSeek, chat completion, 2026-12" },
  model_context_window_exceeded: { means: "context-overflow", source: zai },
};

const reasons: ReadonlySet<string> = new Set<FinishReason>([
  "stop",
  "length",
  "tool_calls",
  "content_filter",
  "function_call",
]);

/** True for a word that every reader knows. */
function isFinishReason(word: unknown): word is FinishReason {
  return typeof word === "string" && reasons.has(word);
}

/** Longest word that is kept. It is a server's. */
const longestWord = 64;

/** The end of an answer: a reason and the server's own word, if it had another one, or the kind of a failure. */
export type AnswerEnd =
  | { readonly reason: FinishReason; readonly native?: string | undefined }
  | { readonly failure: ProviderErrorKind; readonly native: string };

/**
 * Reads the end of an answer. `native`: the word of the provider behind a gateway. It counts where it tells of a failure, which
 * the gateway's `stop` hides.
 */
export function answerEnd(word: unknown, native: unknown, callsTools: boolean): AnswerEnd {
  for (const said of [word, native]) {
    const kind = meaningOf(said);
    if (kind !== undefined && !isFinishReason(kind)) return { failure: kind, native: shortened(said) };
  }
  const own = isFinishReason(word) || typeof word !== "string" || word === "" ? undefined : shortened(word);
  const meant = isFinishReason(word) ? word : meaningOf(word);
  return { reason: (meant as FinishReason | undefined) ?? (callsTools ? "tool_calls" : "stop"), native: own };
}

function meaningOf(word: unknown): FinishReason | ProviderErrorKind | undefined {
  if (typeof word !== "string" || word.length > longestWord) return undefined;
  const name = word.toLowerCase();
  return Object.hasOwn(words, name) ? words[name]?.means : undefined;
}

function shortened(word: unknown): string {
  return String(word).slice(0, longestWord);
}
