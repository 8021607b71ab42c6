import type { ChatRequest, ChatTool } from "../../../contracts/index.ts";
import { snakeOf } from "../../../plugin/proto-field.ts";
import { type Fields, fieldsOf, wrong } from "../fields.ts";
import { leftOut, translatedFields } from "../left-out.ts";
import { type NativeParts, nativeParts } from "../native-only.ts";
import { fieldOf, listAt, numberAt, objectAt, textAt } from "./fields-of-google.ts";
import { schemaIn } from "./json-schema-of.ts";
import { messagesOfContents, systemOf } from "./messages-of-contents.ts";

/** A request of `generateContent` as a chat request. */
export interface TranslatedGenerate {
  readonly chat: ChatRequest;
  /** Parts that a chat request cannot say, so that only models that speak this protocol may have it. */
  readonly native: NativeParts;
}

/**
 * Translates a body of `generateContent`. What changes only how it is answered (`topK`, safety settings) is left out and named; what
 * another model could not take at all is noted. Throws `HttpError` for what cannot be read, naming the field.
 */
export function chatOfGenerate(body: Fields): TranslatedGenerate {
  const native = nativeParts();
  if (fieldOf(body, "cachedContent") !== undefined) native.keep("cachedContent", "cachedContent");
  const config = objectAt(body, "generationConfig");
  const tools = toolsOf(body, native);
  const tier = textAt(body, "serviceTier");
  const chat: ChatRequest = {
    messages: [...systemOf(body), ...messagesOfContents(body, native)],
    ...settingsOf(config),
    ...(tier !== undefined && {
      service_tier: tier.toLowerCase().replace(/^service_tier_/, "") as "flex",
    }),
    ...(tools.length > 0 && { tools, ...toolChoiceOf(body) }),
  };
  native.leaveOut([...leftOut(body, translated), ...leftOut(config, translatedSettings, path)]);
  return { chat, native };
}

const translated = translatedFields(
  "contents",
  "systemInstruction",
  "generationConfig",
  "tools",
  "toolConfig",
  "serviceTier",
  "cachedContent",
);
const translatedSettings = translatedFields(
  "maxOutputTokens",
  "temperature",
  "topP",
  "seed",
  "presencePenalty",
  "frequencyPenalty",
  "candidateCount",
  "stopSequences",
  "responseLogprobs",
  "logprobs",
  "thinkingConfig",
  "responseMimeType",
  "responseSchema",
  "responseJsonSchema",
  "_responseJsonSchema",
  "responseModalities",
  "speechConfig",
);

const path = "generationConfig.";

function settingsOf(config: Fields): Omit<ChatRequest, "messages"> {
  const number = (name: string) => numberAt(config, name, path);
  const stop = fieldOf(config, "stopSequences", path);
  const logprobs = fieldOf(config, "responseLogprobs", path) === true;
  return present({
    max_completion_tokens: number("maxOutputTokens"),
    temperature: number("temperature"),
    top_p: number("topP"),
    seed: number("seed"),
    presence_penalty: number("presencePenalty"),
    frequency_penalty: number("frequencyPenalty"),
    n: number("candidateCount"),
    stop: Array.isArray(stop) && stop.length > 0 ? (stop as string[]) : undefined,
    logprobs: logprobs || undefined,
    top_logprobs: logprobs ? number("logprobs") : undefined,
    reasoning_effort: effortOf(objectAt(config, "thinkingConfig", path)),
    response_format: formatOf(config),
    ...modalitiesOf(config),
  });
}

const efforts: ReadonlySet<string> = new Set(["minimal", "low", "medium", "high"]);

/** A budget of thinking tokens becomes the effort that such a budget is usual for; -1 lets the model choose. */
function effortOf(thinking: Fields): ChatRequest["reasoning_effort"] {
  const level = textAt(thinking, "thinkingLevel")?.toLowerCase();
  if (level !== undefined && efforts.has(level)) return level as "low";
  const budget = numberAt(thinking, "thinkingBudget", `${path}thinkingConfig.`);
  if (budget === undefined || budget < 0) return undefined;
  if (budget === 0) return "none";
  return budget <= 4_096 ? "low" : budget <= 16_384 ? "medium" : "high";
}

function formatOf(config: Fields): ChatRequest["response_format"] {
  const json = fieldOf(config, "responseJsonSchema", path) ?? fieldOf(config, "_responseJsonSchema", path);
  const schema = schemaIn(json, fieldOf(config, "responseSchema", path));
  const type = textAt(config, "responseMimeType", path);
  if (type !== undefined && type !== "application/json") return undefined;
  if (schema !== undefined) return { type: "json_schema", json_schema: { name: "answer", schema } };
  return type === undefined ? undefined : { type: "json_object" };
}

const kinds: ReadonlySet<string> = new Set(["text", "image", "audio"]);

/** Text alone is what every model gives, and what some clients always ask for. */
function modalitiesOf(config: Fields): Pick<ChatRequest, "modalities" | "audio"> {
  const given = fieldOf(config, "responseModalities", path);
  const asked = (Array.isArray(given) ? given : []).map((kind) => String(kind).toLowerCase());
  const modalities = asked.filter((kind): kind is "text" | "image" | "audio" => kinds.has(kind));
  if (modalities.every((kind) => kind === "text")) return {};
  if (!modalities.includes("audio")) return { modalities };
  const voice = objectAt(
    objectAt(objectAt(config, "speechConfig", path), "voiceConfig"),
    "prebuiltVoiceConfig",
  );
  return { modalities, audio: { format: "pcm16", voice: textAt(voice, "voiceName") ?? "alloy" } };
}

/** Functions run at the client. All other tools run at the provider. */
function toolsOf(body: Fields, native: NativeParts): ChatTool[] {
  return listAt(body, "tools").flatMap((tool, at): ChatTool[] => {
    const place = `tools[${at}]`;
    const functions = listAt(tool, "functionDeclarations", `${place}.`).map((one, index): ChatTool => {
      const name = textAt(one, "name");
      if (name === undefined || name === "")
        throw wrong(`${place}.functionDeclarations[${index}].name`, "must be a text");
      const parameters = schemaIn(fieldOf(one, "parametersJsonSchema"), fieldOf(one, "parameters"));
      const description = textAt(one, "description");
      return {
        type: "function",
        function: { name, ...(description && { description }), ...(parameters && { parameters }) },
      };
    });
    const others = Object.keys(tool).filter(
      (name) =>
        name !== "functionDeclarations" && name !== snakeOf("functionDeclarations") && tool[name] != null,
    );
    return [
      ...functions,
      ...others.map((name): ChatTool => {
        native.addProviderTool(shown(name));
        native.add(`${place}.${shown(name)}`, "runs at the provider");
        // It counts among the tools of the request, and goes to no model in this form.
        return { type: "function", function: { name: shown(name), description: JSON.stringify(tool[name]) } };
      }),
    ];
  });
}

/** Names are words of a sender, which decisions then hold. */
function shown(name: string): string {
  return /^[A-Za-z0-9_]{1,64}$/.test(name) ? name : "tool";
}

function toolChoiceOf(body: Fields): Pick<ChatRequest, "tool_choice"> {
  const config = objectAt(objectAt(body, "toolConfig"), "functionCallingConfig", "toolConfig.");
  const mode = textAt(config, "mode")?.toUpperCase();
  if (mode === "NONE") return { tool_choice: "none" };
  if (mode !== "ANY") return {};
  const given = fieldOf(config, "allowedFunctionNames");
  const names = (Array.isArray(given) ? given : []).filter(
    (name): name is string => typeof name === "string",
  );
  const [first] = names;
  if (first === undefined) return { tool_choice: "required" };
  if (names.length === 1) return { tool_choice: { type: "function", function: { name: first } } };
  const tools = names.map((name) => ({ type: "function", function: { name } }));
  return { tool_choice: { type: "allowed_tools", allowed_tools: { mode: "required", tools } } };
}

function present(fields: Omit<ChatRequest, "messages">): Omit<ChatRequest, "messages"> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

/** Returns the request that a body of `countTokens` holds: its own contents, or those of a whole request. */
export function countedRequest(body: Fields): Fields {
  const whole = fieldOf(body, "generateContentRequest");
  return whole === undefined ? body : fieldsOf(whole);
}
