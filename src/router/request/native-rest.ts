import type { ChatRequest, NativeRequest } from "../../contracts/index.ts";
import { fromBase64 } from "../../plugin/base64.ts";
import { isObject } from "../../plugin/fields-of.ts";
import { routingFields } from "../../plugin/routing-fields.ts";

/**
 * Content of a request as its sender wrote it that its translation lacks: fields, blocks and tools that a chat request has no place
 * for. A model that speaks the protocol gets all of it, so that detectors and bounds must know of it.
 */
export interface NativeRest {
  readonly texts: readonly string[];
  /** Objects that hold an image, sound or a file which the translation does not have, by their media types. */
  readonly media: readonly string[];
}

const nothing: NativeRest = { texts: [], media: [] };

/** Names and types of the wire. They are not text of the request. */
const words: ReadonlySet<string> = new Set(
  (
    "model messages role content type text system max_tokens stream metadata user_id tools tool_choice name " +
    "description id input source data media_type title context cache_control ephemeral ttl signature thinking " +
    "redacted_thinking tool_use tool_result tool_use_id is_error input_schema stop_sequences temperature top_p " +
    "top_k citations document image base64 output_config effort format schema strict custom any budget_tokens " +
    "instructions max_output_tokens parallel_tool_calls reasoning summary encrypted_content include store " +
    "message input_text output_text input_image input_file image_url detail file_data file_id filename call_id " +
    "output arguments function_call function_call_output summary_text status completed annotations parameters " +
    "verbosity truncation logprobs contents parts systemInstruction generationConfig inlineData mimeType " +
    "displayName fileData fileUri functionCall args functionResponse response thought thoughtSignature " +
    "functionDeclarations parametersJsonSchema maxOutputTokens stopSequences thinkingConfig thinkingBudget " +
    "thinkingLevel includeThoughts topP topK candidateCount toolConfig functionCallingConfig mode " +
    "safetySettings category threshold responseMimeType responseSchema responseJsonSchema " +
    "object string array number integer boolean null properties required additionalProperties items enum " +
    "OBJECT STRING ARRAY NUMBER INTEGER BOOLEAN user assistant model developer tool function auto none ANY " +
    "NONE AUTO adaptive enabled disabled minimal low medium high xhigh max"
  ).split(" "),
);

const typeOfUrl = /^data:([a-z0-9.+-]+\/[a-z0-9.+-]+);(?:[^,]*;)?base64,/i;
const longestHead = 200;
const typesOfText = /^text\/|json|xml|csv|yaml|javascript|rtf/i;
const typeAlone = /^[a-z0-9.+-]{1,60}\/[a-z0-9.+-]{1,100}$/i;
/** Fields that hold a file as a `data:` URL. Elsewhere such a text is a text. */
const placesOfUrls: ReadonlySet<string> = new Set(["image_url", "url", "file_data", "data", "result"]);

/** Returns what a body says beyond its translation. Linear in both, and without recursion. */
export function nativeRest({ text }: NativeRequest, chat: ChatRequest): NativeRest {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    // It reaches no model: the adapter says what is wrong with it.
    return nothing;
  }
  const known = textsOf(chat);
  const texts: string[] = [];
  const media: string[] = [];
  const add = (found: string): void => {
    if (found !== "" && !known.take(found)) texts.push(found);
  };
  const addValue = (found: string, field: string): void => {
    if (words.has(found) && (field === "" || words.has(field))) return;
    const type = placesOfUrls.has(field) ? typeOfUrl.exec(found.slice(0, longestHead))?.[1] : undefined;
    if (type === undefined) add(found);
    else if (!known.take(found)) addData(type, found.slice(found.indexOf(",") + 1));
  };
  const addData = (type: string, data: string): void => {
    if (!typesOfText.test(type)) media.push(type);
    else texts.push(new TextDecoder().decode(fromBase64(data)));
  };
  // Fields of the router are not sent.
  const left: [value: unknown, field: string][] = [[isObject(body) ? withoutRouting(body) : body, ""]];
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    const [value, field] = next;
    if (typeof value === "string") addValue(value, field);
    if (typeof value !== "object" || value === null) continue;
    if (Array.isArray(value)) {
      for (const one of value) left.push([one, field]);
      continue;
    }
    const data = dataIn(value as Fields);
    for (const key of Object.keys(value)) {
      if (!words.has(key)) add(key);
      const held = (value as Fields)[key];
      if (data === undefined || (held !== data.data && (held !== data.type || !typeAlone.test(data.type))))
        left.push([held, key]);
    }
    if (data === undefined || known.take(data.data) || known.take(urlOf(data.type, data.data))) continue;
    addData(data.type, data.data);
  }
  return { texts, media };
}

type Fields = Readonly<Record<string, unknown>>;

const ofRouter: ReadonlySet<string> = new Set(routingFields);

function withoutRouting(body: Fields): Fields {
  return Object.fromEntries(Object.entries(body).filter(([field]) => !ofRouter.has(field)));
}

/** Returns the data of a file within the body, with its media type. */
function dataIn(fields: Fields): { readonly type: string; readonly data: string } | undefined {
  const { data, type: form } = fields;
  const type = fields["mimeType"] ?? fields["mime_type"] ?? fields["media_type"];
  // A source of the form "text" holds the text itself.
  return typeof data === "string" && typeof type === "string" && form !== "text" ? { type, data } : undefined;
}

/** Returns the text that an object holds as base64, if its media type is one of text. */
export function textOfData(fields: Fields): string | undefined {
  const held = dataIn(fields);
  return held !== undefined && typesOfText.test(held.type)
    ? new TextDecoder().decode(fromBase64(held.data))
    : undefined;
}

function urlOf(type: string, data: string): string {
  return `data:${type.toLowerCase()};base64,${data}`;
}

/** Texts of a translation. */
interface Known {
  /** Takes one of them out, and returns true if it was there: what a body says more often than its translation is sent besides. */
  take(text: string): boolean;
}

/** Returns all texts of a request, and those within the arguments of calls. */
function textsOf(chat: ChatRequest): Known {
  const texts = new Map<string, number>();
  const add = (text: string): void => void texts.set(text, (texts.get(text) ?? 0) + 1);
  const left: unknown[] = [chat];
  const seen = new Set<object>();
  while (left.length > 0) {
    const value = left.pop();
    if (typeof value === "string") {
      add(value);
      if (/^data:[^;]*[A-Z]/.test(value.slice(0, 200))) add(urlInLowerCase(value));
    }
    if (!isObject(value) && !Array.isArray(value)) continue;
    if (seen.has(value)) continue;
    seen.add(value);
    for (const key of Object.keys(value)) {
      add(key);
      const held = (value as Fields)[key];
      left.push(held);
      if (key === "arguments" && typeof held === "string") left.push(parsed(held));
    }
  }
  return {
    take(text) {
      const count = texts.get(text) ?? 0;
      if (count > 0) texts.set(text, count - 1);
      return count > 0;
    },
  };
}

function urlInLowerCase(url: string): string {
  const comma = url.indexOf(",") + 1;
  return url.slice(0, comma).toLowerCase() + url.slice(comma);
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
