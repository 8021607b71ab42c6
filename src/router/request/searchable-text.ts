import { type ChatRequest, InvalidRequestError } from "../../contracts/index.ts";
import { textOfData } from "./native-rest.ts";
import { withReadings } from "./readings.ts";

/** Deepest nesting of a request. Chat formats need about ten levels; schemas of tools some more. */
const deepest = 200;

/** Words of the wire itself. As names of fields, and as types, they are not text of the request. */
const words =
  "messages role content type text name tool_calls tool_call_id id function arguments custom input refusal " +
  "function_call image_url url detail file file_data file_id filename prompt_cache_breakpoint mode ttl " +
  "tools functions description parameters strict format grammar definition syntax response_format " +
  "json_schema json_object schema metadata stop user prediction tool_choice allowed_tools object string " +
  "array number integer boolean null properties required additionalProperties items enum const anyOf oneOf " +
  "allOf $ref $defs $schema title default minimum maximum minLength maxLength minItems maxItems pattern " +
  "auto none explicit lark regex input_audio audio data source model max_tokens max_completion_tokens " +
  "temperature top_p seed n logprobs top_logprobs logit_bias frequency_penalty presence_penalty " +
  "reasoning_effort verbosity service_tier store parallel_tool_calls prompt_cache_key safety_identifier " +
  "prompt_cache_options prompt_cache_retention moderation modalities web_search_options low medium high";
let vocabulary: ReadonlySet<string> | undefined;

/** Made for the first request that is searched, and not when the package is imported. */
function madeVocabulary(): ReadonlySet<string> {
  vocabulary ??= new Set(words.split(" "));
  return vocabulary;
}

/** Fields that may hold a file as a `data:` URL. */
const fileFields: ReadonlySet<string> = new Set(["url", "file_data", "data"]);

/**
 * Returns all text of a request, for detectors: every string that is sent, whatever its place, in linear time.
 * Names of fields count where the request chose them (`metadata`, properties of a schema). Binary `data:`
 * URLs are left out, textual ones are decoded. Throws `InvalidRequestError` for a request that is nested too
 * deeply to be read. `more`: texts that are sent besides.
 */
export function searchableText(chat: ChatRequest, more: readonly string[] = []): string {
  const reader = new Reader();
  reader.read(chat, "", 0);
  return withReadings([...reader.texts, ...more].join("\n"));
}

class Reader {
  readonly texts: string[] = [];
  readonly #vocabulary = madeVocabulary();
  /** Objects that were read, so that one which occurs many times, or in itself, is read once. */
  readonly #seen = new Set<object>();

  read(value: unknown, field: string, depth: number): void {
    if (typeof value === "string") this.#readText(value, field, depth);
    else if (typeof value === "object" && value !== null) this.#readObject(value, field, depth);
  }

  #readObject(value: object, field: string, depth: number): void {
    if (this.#seen.has(value)) return;
    this.#seen.add(value);
    if (depth > deepest)
      throw new InvalidRequestError("messages", `is nested more than ${deepest} levels deep: flatten it`);
    if (Array.isArray(value)) {
      for (const one of value) this.read(one, field, depth + 1);
      this.#join(value);
      return;
    }
    const inData = textOfData(value as Record<string, unknown>);
    if (inData !== undefined) this.texts.push(inData);
    for (const key of Object.keys(value)) {
      if (!this.#vocabulary.has(key)) this.texts.push(key);
      this.read((value as Record<string, unknown>)[key], key, depth + 1);
    }
  }

  /** Adds the text of several parts without a gap: a model may read them so. */
  #join(parts: readonly unknown[]): void {
    const texts = parts.map((part) => (part as { text?: unknown } | null)?.text);
    const joined = texts.filter((text) => typeof text === "string");
    if (joined.length > 1) this.texts.push(joined.join(""));
  }

  #readText(text: string, field: string, depth: number): void {
    if ((field === "type" || field === "role") && (this.#vocabulary.has(text) || isRole(text))) return;
    const inFile = fileFields.has(field) ? textOfFile(text) : undefined;
    this.texts.push(inFile ?? text);
    // JSON that a model wrote may spell a letter as `\u0064`.
    if ((field === "arguments" || field === "input") && text.includes("\\")) this.#readJson(text, depth);
  }

  #readJson(text: string, depth: number): void {
    try {
      this.read(JSON.parse(text), "", depth + 1);
    } catch (error) {
      // Arguments may be broken JSON. They have been read as text.
      if (!(error instanceof SyntaxError)) throw error;
    }
  }
}

const roles: ReadonlySet<string> = new Set(["system", "developer", "user", "assistant", "tool", "function"]);
function isRole(text: string): boolean {
  return roles.has(text);
}

const textual = /^(?:text\/|[a-z]+\/[a-z0-9.+-]*(?:json|xml|csv|yaml|html|markdown|javascript|rtf))/;

/** Returns the text of a `data:` URL, "" if it is binary; undefined for any other text. */
function textOfFile(url: string): string | undefined {
  const head = url.slice(0, 200).toLowerCase();
  if (!head.startsWith("data:")) return undefined;
  const comma = url.indexOf(",");
  const type = head.slice(5, Math.min(comma < 0 ? 200 : comma, 200));
  // Without a type it is text, by the standard.
  if (type !== "" && !type.startsWith(";") && !textual.test(type)) return "";
  const body = url.slice(comma + 1);
  try {
    if (!type.endsWith(";base64")) return decodeURIComponent(body);
    return new TextDecoder().decode(Uint8Array.from(atob(body), (unit) => unit.charCodeAt(0)));
  } catch {
    return url;
  }
}
