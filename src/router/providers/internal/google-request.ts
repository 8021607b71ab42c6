import { type ChatRequest, type ModelDefaults, ProviderError } from "../../../contracts/index.ts";
import { isFunctionTool } from "./function-tool.ts";
import { type Translation, toContents } from "./google-contents.ts";
import { needsThoughtSignature, thinkingConfig } from "./google-family.ts";
import {
  type GoogleCallingConfig,
  type GoogleFunction,
  type GoogleRequest,
  isJsonObject,
  type JsonObject,
} from "./google-wire.ts";
import { refuseUnsupported } from "./refuse-unsupported.ts";

export interface GoogleTarget {
  /** `google:model`, for errors. */
  readonly name: string;
  readonly model: string;
  /** See `writerOf`. */
  readonly writer: string;
  readonly defaults?: ModelDefaults | undefined;
}

/**
 * Translates a request to the body of `generateContent`, and lists the parameters that have no place in it.
 * Throws `ProviderError` of kind `unsupported` for what cannot be left out: several answers, built-in web search,
 * custom tools, legacy `functions`.
 */
export function toGoogleRequest(
  request: ChatRequest,
  target: GoogleTarget,
): { body: GoogleRequest; dropped: readonly string[]; leftOut: readonly string[] } {
  const dropped = new Set<string>();
  const leftOut = new Set<string>();
  const translation: Translation = {
    drop: (parameter) => dropped.add(parameter),
    leaveOut: (field) => leftOut.add(field),
    refuse: (summary) => new ProviderError({ kind: "unsupported", model: target.name, summary }),
  };
  const {
    messages,
    tools,
    tool_choice,
    n: _n,
    web_search_options: _search,
    functions,
    function_call,
    parallel_tool_calls,
    ...settings
  } = request;

  refuseUnsupported(request, target.name, { audio: true });
  if (functions || function_call) throw translation.refuse("functions is not supported: use tools");
  // Google's models may always call several tools at once.
  if (parallel_tool_calls === false) translation.drop("parallel_tool_calls");

  const body: GoogleRequest = {
    ...toContents(messages, translation, {
      writer: target.writer,
      signed: needsThoughtSignature(target.model),
    }),
    ...toTools(tools, tool_choice, translation),
    generationConfig: toGenerationConfig(settings, target, translation),
  };
  const { extraBody } = target.defaults ?? {};
  return {
    body: extraBody === undefined ? body : merge(extraBody, body),
    dropped: [...dropped],
    leftOut: [...leftOut],
  };
}

type Settings = Omit<ChatRequest, "messages" | "tools" | "tool_choice" | "n">;

function toGenerationConfig(settings: Settings, target: GoogleTarget, translation: Translation): JsonObject {
  const { defaults = {} } = target;
  const {
    temperature,
    top_p,
    stop,
    seed,
    max_tokens,
    max_completion_tokens,
    presence_penalty,
    frequency_penalty,
    response_format,
    reasoning_effort,
    modalities,
    audio,
    ...unknown
  } = settings;

  for (const [parameter, value] of Object.entries(unknown)) {
    // A parameter that requests nothing can be left out silently.
    if (value !== undefined && value !== null && value !== false) translation.drop(parameter);
  }
  const effort = reasoning_effort ?? defaults.reasoningEffort ?? undefined;
  const thinking = effort === undefined ? undefined : thinkingConfig(target.model, effort);
  if (effort !== undefined && thinking === undefined) translation.drop("reasoning_effort");

  return present({
    temperature: temperature ?? defaults.temperature,
    topP: top_p,
    maxOutputTokens: max_completion_tokens ?? max_tokens ?? defaults.maxOutputTokens,
    stopSequences: typeof stop === "string" ? [stop] : stop,
    seed,
    presencePenalty: presence_penalty,
    frequencyPenalty: frequency_penalty,
    thinkingConfig: thinking,
    ...toModalities(modalities, audio, translation),
    ...toResponseFormat(response_format, translation),
  });
}

/** Text alone is what a model gives anyway, and some refuse to be told. */
function toModalities(
  modalities: ChatRequest["modalities"],
  audio: ChatRequest["audio"],
  translation: Translation,
): JsonObject {
  const wanted = modalities ?? (audio ? ["text", "audio"] : []);
  // A model that speaks gives no text besides.
  const said = wanted.includes("audio") ? wanted.filter((kind) => kind !== "text") : wanted;
  if (said.every((kind) => kind === "text")) return {};
  if (audio && audio.format !== "wav" && audio.format !== "pcm16") translation.drop("audio.format");
  const { voice } = audio ?? {};
  const voiceName = typeof voice === "string" ? voice : voice?.id;
  return {
    responseModalities: said.map((kind) => kind.toUpperCase()),
    ...(voiceName !== undefined && {
      speechConfig: { voiceConfig: { prebuiltVoiceConfig: { voiceName } } },
    }),
  };
}

function toResponseFormat(format: ChatRequest["response_format"], translation: Translation): JsonObject {
  switch (format?.type) {
    case undefined:
    case "text":
      return {};
    case "json_object":
      return { responseMimeType: "application/json" };
    case "json_schema":
      // `responseSchema` is not used: it is another language, without `$ref` and `additionalProperties`.
      return { responseMimeType: "application/json", responseJsonSchema: format.json_schema.schema };
    default:
      throw translation.refuse("response_format has a type that is not supported");
  }
}

function toTools(
  tools: ChatRequest["tools"],
  choice: ChatRequest["tool_choice"],
  translation: Translation,
): Pick<GoogleRequest, "tools" | "toolConfig"> {
  if (tools === undefined || tools.length === 0) return {};
  const functionDeclarations = tools.map((tool): GoogleFunction => {
    if (!isFunctionTool(tool)) throw translation.refuse("custom tools are not supported");
    const { name, description, parameters, strict } = tool.function;
    if (strict) translation.drop("tools.function.strict");
    return { name, description, parametersJsonSchema: parameters };
  });

  if (
    choice &&
    typeof choice === "object" &&
    choice.type === "allowed_tools" &&
    choice.allowed_tools.mode === "auto"
  ) {
    // Google supports a list of allowed names only if a call is required.
    const allowed = new Set(allowedNames(choice, translation));
    return {
      tools: [{ functionDeclarations: functionDeclarations.filter(({ name }) => allowed.has(name)) }],
    };
  }
  const config = toCallingConfig(choice, translation);
  return {
    tools: [{ functionDeclarations }],
    toolConfig: config && { functionCallingConfig: config },
  };
}

function toCallingConfig(
  choice: ChatRequest["tool_choice"],
  translation: Translation,
): GoogleCallingConfig | undefined {
  if (!choice) return undefined;
  if (choice === "auto") return { mode: "AUTO" };
  if (choice === "none") return { mode: "NONE" };
  if (choice === "required") return { mode: "ANY" };
  return { mode: "ANY", allowedFunctionNames: allowedNames(choice, translation) };
}

function allowedNames(
  choice: Exclude<NonNullable<ChatRequest["tool_choice"]>, string>,
  translation: Translation,
): string[] {
  if (choice.type === "function") return [choice.function.name];
  if (choice.type !== "allowed_tools") throw translation.refuse("custom tools are not supported");
  return choice.allowed_tools.tools.map((tool) => {
    const name = isJsonObject(tool["function"]) ? tool["function"]["name"] : undefined;
    if (typeof name !== "string")
      throw translation.refuse("tool_choice allows a tool that is not a function");
    return name;
  });
}

function present(values: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(values).filter(([, value]) => value !== undefined && value !== null),
  );
}

/** Merges objects deeply; for other values the request takes precedence over the default. */
function merge(defaults: Readonly<JsonObject>, body: GoogleRequest): GoogleRequest {
  return mergeObjects(defaults, body as unknown as JsonObject) as unknown as GoogleRequest;
}

function mergeObjects(defaults: Readonly<JsonObject>, given: JsonObject): JsonObject {
  const merged: JsonObject = { ...defaults };
  for (const [key, value] of Object.entries(given)) {
    if (value === undefined) continue;
    const other = merged[key];
    merged[key] = isJsonObject(other) && isJsonObject(value) ? mergeObjects(other, value) : value;
  }
  return merged;
}
