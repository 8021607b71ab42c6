import type {
  Completion,
  CompletionMessage,
  CompletionUsage,
  FinishReason,
} from "../../../contracts/index.ts";
import { urlCitations } from "../../../plugin/answer/answer-lists.ts";
import { signedBytes } from "../../../plugin/signed.ts";
import { type Fields, fieldsOf } from "../fields.ts";
import { type Carried, carriedBy, signatureOf } from "./carried.ts";
import type { GenerateAnswer, Part } from "./wire.ts";

/** Returns a whole answer as one of `generateContent`. */
export function generateOfCompletion(completion: Completion, model: string): GenerateAnswer {
  const [choice] = completion.choices;
  const message = choice?.message;
  return {
    candidates: [
      {
        content: { role: "model", parts: message === undefined ? [] : partsOf(message) },
        finishReason: finishReasonOf(
          choice?.finish_reason ?? "stop",
          choice?.native_finish_reason || undefined,
        ),
        index: 0,
        ...metadataOf(message),
      },
    ],
    usageMetadata: usageMetadataOf(completion.usage),
    modelVersion: model,
    responseId: completion.id,
  };
}

function partsOf(message: CompletionMessage): readonly object[] {
  const {
    content,
    refusal,
    tool_calls: calls = [],
    reasoning_content: thoughts,
    images,
    written_by,
  } = message;
  const own = ownParts(message);
  if (own !== undefined) return own;
  const text = content ?? refusal ?? "";
  const carried = carriedBy(message as object as Fields, written_by);
  return [
    ...(thoughts ? [{ text: thoughts, thought: true }] : []),
    ...(text === "" ? [] : [{ text }]),
    ...(images ?? []).flatMap(({ image_url: { url } }) => imagePart(url)),
    ...soundPart(message.audio),
    ...signedParts(
      calls.map((call) => callPart(call, written_by)),
      carried,
    ),
  ];
}

/** Parts of a model of Google's that no translation could write better. Images have a field of their own. */
function ownParts(message: CompletionMessage): readonly object[] | undefined {
  const { provider_parts: parts, written_by: writer, images = [] } = message;
  if (parts === undefined || writer === undefined || !isOfGoogle(writer)) return undefined;
  let next = 0;
  return parts.flatMap((part) => {
    const media = fieldsOf(part["inlineData"]);
    const signature = part["thoughtSignature"];
    const signed = typeof signature === "string" && { thoughtSignature: signedBytes(signature, writer) };
    if (part["inlineData"] === undefined || typeof media["data"] === "string")
      return [{ ...part, ...signed }];
    const [image] = imagePart(images[next]?.image_url.url ?? "");
    next += 1;
    return image === undefined ? [] : [{ ...part, ...image, ...signed }];
  });
}

export function isOfGoogle(writer: string): boolean {
  return writer.startsWith("google:") || writer.startsWith("vertex:");
}

/** Adds what a message carries to its first call, as Google signs them; without a call, with an empty text at the end. */
export function signedParts(calls: readonly Part[], carried: Carried | undefined): readonly Part[] {
  if (carried === undefined) return calls;
  const thoughtSignature = signatureOf(carried);
  const [first, ...others] = calls;
  return first === undefined ? [{ text: "", thoughtSignature }] : [{ ...first, thoughtSignature }, ...others];
}

type Call = NonNullable<CompletionMessage["tool_calls"]>[number];

export function callPart(call: Call, writer: string | undefined): Part {
  const { extra_content: extra } = call as { readonly extra_content?: unknown };
  const signature = fieldsOf(fieldsOf(extra)["google"])["thought_signature"];
  const isSigned = writer !== undefined && typeof signature === "string";
  const [name, args] =
    call.type === "function"
      ? [call.function.name, argsOf(call.function.arguments)]
      : [call.custom.name, { input: call.custom.input }];
  return {
    functionCall: { id: call.id, name, args },
    ...(isSigned && { thoughtSignature: signedBytes(signature, writer) }),
  };
}

/** Parses arguments, which a model may have got wrong: they are then kept as text. */
function argsOf(json: string): object {
  try {
    const value: unknown = JSON.parse(json || "{}");
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
  } catch {
    // Kept as text below.
  }
  return { arguments: json };
}

/** An image by its address has no place among the parts of an answer. */
export function imagePart(url: string): readonly Part[] {
  const found = /^data:([^;,]+);base64,/.exec(url);
  if (found === null) return url === "" ? [] : [{ text: url }];
  return [{ inlineData: { mimeType: found[1] ?? "image/png", data: url.slice(found[0].length) } }];
}

export function soundPart(audio: CompletionMessage["audio"]): readonly Part[] {
  if (audio === undefined || audio === null || typeof audio.data !== "string") return [];
  const isWav = audio.data.startsWith("UklGR");
  return [
    { inlineData: { mimeType: isWav ? "audio/wav" : "audio/L16;codec=pcm;rate=24000", data: audio.data } },
  ];
}

const ofGoogle: ReadonlySet<unknown> = new Set([
  "SAFETY",
  "RECITATION",
  "LANGUAGE",
  "BLOCKLIST",
  "PROHIBITED_CONTENT",
  "SPII",
  "IMAGE_SAFETY",
  "IMAGE_PROHIBITED_CONTENT",
  "IMAGE_RECITATION",
  "MODEL_ARMOR",
]);

export function finishReasonOf(reason: FinishReason, native: string | undefined): string {
  if (reason === "length") return "MAX_TOKENS";
  if (reason !== "content_filter") return "STOP";
  return native !== undefined && ofGoogle.has(native) ? native : "SAFETY";
}

/** Returns what is known of the sources of an answer: as Google told it, or made of citations. */
export function metadataOf(
  message: Pick<CompletionMessage, "annotations" | "provider_metadata" | "written_by"> | undefined,
): { readonly groundingMetadata?: object } {
  const { annotations, provider_metadata: metadata, written_by: writer } = message ?? {};
  if (metadata?.["groundingMetadata"] !== undefined && (writer === undefined || isOfGoogle(writer)))
    return metadata as { readonly groundingMetadata: object };
  const sources = urlCitations(annotations);
  if (sources.length === 0) return {};
  const places = new Map<string, number>();
  const groundingChunks: object[] = [];
  const groundingSupports = sources.map(({ url_citation: { url, title, start_index, end_index } }) => {
    let at = places.get(url);
    if (at === undefined) {
      at = groundingChunks.length;
      places.set(url, at);
      groundingChunks.push({ web: { uri: url, title } });
    }
    return { segment: { startIndex: start_index, endIndex: end_index }, groundingChunkIndices: [at] };
  });
  return { groundingMetadata: { groundingChunks, groundingSupports } };
}

/** Converts the counts: Google counts thoughts separately from the answer. */
export function usageMetadataOf(usage: CompletionUsage | null | undefined): object {
  const { prompt_tokens: prompt = 0, completion_tokens: completion = 0 } = usage ?? {};
  const cached = usage?.prompt_tokens_details?.cached_tokens ?? 0;
  const thoughts = Math.min(completion, usage?.completion_tokens_details?.reasoning_tokens ?? 0);
  return {
    promptTokenCount: prompt,
    candidatesTokenCount: completion - thoughts,
    totalTokenCount: prompt + completion,
    ...(cached > 0 && { cachedContentTokenCount: cached }),
    ...(thoughts > 0 && { thoughtsTokenCount: thoughts }),
  };
}
