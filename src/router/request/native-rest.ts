import type { ChatRequest } from "../../contracts/index.ts";
import { fromBase64 } from "../../plugin/base64.ts";
import { isObject } from "../../plugin/fields-of.ts";
import type { LargeField } from "../../plugin/hand-over.ts";
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

/**
 * Fields of bodies that a translation says nearly in full. Of others it has a part, or nothing.
 */
const translated: ReadonlySet<string> = new Set(
  (
    "messages system tools output_config output_format input instructions text contents systemInstruction " +
    "system_instruction generationConfig generation_config"
  ).split(" "),
);

/**
 * Returns the number of characters that a body says beyond its translation, or some more: of the fields in `large`, which were counted,
 * all that the translation does not have as they are.
 */
export function charactersBeyond(
  body: Fields,
  large: ReadonlyMap<unknown, LargeField>,
  chat: ChatRequest,
): number {
  const passed = new Set<unknown>();
  const inChat = new Set<unknown>(Object.values(chat));
  let characters = 0;
  for (const field in body) {
    const value = body[field];
    const size = translated.has(field) ? undefined : large.get(value);
    if (size === undefined) continue;
    passed.add(value);
    if (!inChat.has(value) && !ofRouter.has(field)) characters += size.characters;
  }
  for (const { length } of nativeRest(body, chat, passed).texts) characters += length;
  return characters;
}

const none: ReadonlySet<unknown> = new Set();

/** Returns what a body says beyond its translation, but for the values in `passed`. Linear in both, and without recursion. */
export function nativeRest(
  body: unknown,
  chat: ChatRequest,
  passed: ReadonlySet<unknown> = none,
): NativeRest {
  const known = textsOf(chat, passed);
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
  const left: unknown[] = [isObject(body) ? withoutRouting(body) : body];
  const fields: string[] = [""];
  const look = (value: unknown, field: string): void => {
    if (typeof value === "string") addValue(value, field);
    else if (typeof value === "object" && value !== null) {
      left.push(value);
      fields.push(field);
    }
  };
  while (left.length > 0) {
    const value = left.pop();
    const field = fields.pop() ?? "";
    if (Array.isArray(value)) for (const one of value as unknown[]) look(one, field);
    else if (isObject(value)) {
      const data = dataIn(value);
      for (const key in value) {
        if (!words.has(key)) add(key);
        const held = value[key];
        if (passed.has(held)) continue;
        if (data === undefined || (held !== data.data && (held !== data.type || !typeAlone.test(data.type))))
          look(held, key);
      }
      if (data === undefined || known.take(data.data) || known.take(urlOf(data.type, data.data))) continue;
      addData(data.type, data.data);
    }
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
  const { data } = fields;
  if (typeof data !== "string") return undefined;
  const type = fields["mimeType"] ?? fields["mime_type"] ?? fields["media_type"];
  // A source of the form "text" holds the text itself.
  return typeof type === "string" && fields["type"] !== "text" ? { type, data } : undefined;
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

/** Largest number of values that are looked at: an object may hold itself. What more there is counts as not known. */
const mostValues = 2_000_000;

/** Returns all texts of a request, and those within the arguments of calls, but for the words of the wire. */
function textsOf(chat: ChatRequest, passed: ReadonlySet<unknown>): Known {
  const texts = new Map<string, number>();
  const add = (text: string): void => void texts.set(text, (texts.get(text) ?? 0) + 1);
  const left: unknown[] = [chat];
  let values = 0;
  const fields: string[] = [""];
  const look = (value: unknown, field: string): void => {
    values += 1;
    if (typeof value === "string") {
      if (words.has(value) && words.has(field)) return;
      add(value);
      if (value.startsWith("data:") && /^data:[^;]*[A-Z]/.test(value.slice(0, longestHead)))
        add(urlInLowerCase(value));
    } else if (typeof value === "object" && value !== null && !passed.has(value)) {
      left.push(value);
      fields.push(field);
    }
  };
  while (left.length > 0 && values < mostValues) {
    const value = left.pop();
    const field = fields.pop() ?? "";
    if (Array.isArray(value)) for (const one of value as unknown[]) look(one, field);
    else
      for (const key in value as Fields) {
        if (!words.has(key)) add(key);
        const held = (value as Fields)[key];
        look(held, key);
        if (key === "arguments" && typeof held === "string") look(parsed(held), "");
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

/** Returns what a text of JSON says. Undefined: it is none. It reaches no model, and the adapter says what is wrong with it. */
export function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
