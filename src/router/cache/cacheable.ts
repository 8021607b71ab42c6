import type { ChatRequest, ModelDefaults } from "../../contracts/index.ts";
import type { ResolvedCacheOptions } from "./cache-options.ts";

/** Fields that change nothing but the answer. All of them are part of the key. */
const known: ReadonlySet<string> = new Set([
  "messages",
  "max_completion_tokens",
  "max_tokens",
  "stop",
  "temperature",
  "top_p",
  "top_k",
  "min_p",
  "frequency_penalty",
  "presence_penalty",
  "repetition_penalty",
  "logit_bias",
  "seed",
  "n",
  "reasoning_effort",
  "thinking",
  "verbosity",
  "response_format",
  "prediction",
  "tool_choice",
  "parallel_tool_calls",
  "function_call",
  "logprobs",
  "top_logprobs",
  "prompt_cache_key",
  "prompt_cache_options",
  "prompt_cache_retention",
  "service_tier",
  "metadata",
  "safety_identifier",
  "user",
  "moderation",
  "modalities",
]);

type Rules = Pick<ResolvedCacheOptions, "maxTemperature" | "maxImages" | "tools" | "fields">;

/** Temperature that counts where none is stated: the default of most providers. */
const usualTemperature = 1;

/** True unless a rule says that a request like this is always sent. */
export function mayBeKept(chat: ChatRequest, rules: Rules): boolean {
  return areKnown(chat, rules) && attachmentsOf(chat) <= rules.maxImages;
}

/** True if a model with these defaults answers within the limit on temperature. */
export function isCold(chat: ChatRequest, defaults: ModelDefaults | undefined, rules: Rules): boolean {
  const { temperature } = chat;
  const extra = defaults?.extraBody?.["temperature"];
  const stated = temperature === undefined ? defaults?.temperature : temperature;
  // An adapter may let either one win.
  const all = [stated, extra].filter((one) => typeof one === "number");
  return (
    Math.max(...(all.length === 0 || stated === null ? [...all, usualTemperature] : all)) <=
    rules.maxTemperature
  );
}

/** True if a model that got the request without its temperature is within the limit. */
export function isColdWithout(dropped: readonly string[] | undefined, rules: Rules): boolean {
  return dropped?.includes("temperature") !== true || usualTemperature <= rules.maxTemperature;
}

/** True if none of these fields does anything besides the answer, as far as it is known. */
export function areKnown(fields: Readonly<Record<string, unknown>>, rules: Rules): boolean {
  for (const field in fields) {
    const value = fields[field];
    if (value === undefined || value === null || known.has(field) || rules.fields.includes(field)) continue;
    const isOff = (field === "store" && value === false) || (isTools(field) && isEmpty(value));
    if (!isOff && !(rules.tools && isTools(field))) return false;
  }
  return true;
}

function isTools(field: string): boolean {
  return field === "tools" || field === "functions";
}

function isEmpty(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}

/** Returns the number of images and files; Infinity if what one of them shows is not part of the request. */
function attachmentsOf({ messages }: ChatRequest): number {
  let count = 0;
  for (const { content } of messages) {
    if (!Array.isArray(content)) continue;
    for (const part of content) {
      if (part.type === "text" || part.type === "refusal") continue;
      if (!isWhole(part)) return Number.POSITIVE_INFINITY;
      count += 1;
    }
  }
  return count;
}

/** True for contents within the request. An address may show something else tomorrow, as may a file at a provider. */
function isWhole(part: { readonly type: string }): boolean {
  const {
    type,
    image_url: image,
    file,
  } = part as {
    readonly type: string;
    readonly image_url?: { readonly url?: unknown } | null;
    readonly file?: { readonly file_data?: unknown; readonly file_id?: unknown } | null;
  };
  if (type === "image_url") return typeof image?.url === "string" && /^data:/i.test(image.url);
  return type === "file" && typeof file?.file_data === "string" && file.file_id === undefined;
}
