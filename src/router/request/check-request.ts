import { type ChatMessage, InvalidRequestError, type RouteRequest } from "../../contracts/index.ts";
import { checkFields, checkPart } from "./check-fields.ts";
import { stepKinds } from "./step-of.ts";

const roles: ReadonlySet<unknown> = new Set(["system", "developer", "user", "assistant", "tool", "function"]);

/**
 * Returns the messages of a request. Throws `InvalidRequestError` naming the field if the request cannot
 * be routed: types do not protect against plain JavaScript or data of the caller's users.
 */
export function checkRequest(request: RouteRequest): readonly ChatMessage[] {
  if (typeof request === "string") {
    if (request.trim() === "")
      throw new InvalidRequestError("messages", "is an empty prompt: give some text");
    return [{ role: "user", content: request }];
  }
  if (typeof request !== "object" || request === null) {
    throw missingMessages();
  }
  checkFields(request);
  checkMessages(request.messages);
  checkUnsupported(request);
  checkRouting(request);
  return request.messages;
}

function missingMessages(): InvalidRequestError {
  const problem = "is missing: give a prompt as a string, or { messages: [{ role, content }] }";
  return new InvalidRequestError("messages", problem);
}

function checkMessages(messages: unknown): void {
  if (messages === undefined) throw missingMessages();
  if (!Array.isArray(messages)) {
    throw new InvalidRequestError("messages", "must be an array of { role, content }");
  }
  if (messages.length === 0) throw new InvalidRequestError("messages", "is empty: give at least one message");
  for (let index = 0; index < messages.length; index += 1) {
    const message = messages[index] as Partial<ChatMessage> | null;
    if (typeof message !== "object" || message === null) {
      throw new InvalidRequestError(`messages[${index}]`, "must be an object with role and content");
    }
    if (!roles.has(message.role)) {
      throw new InvalidRequestError(`messages[${index}].role`, `must be one of ${[...roles].join(", ")}`);
    }
    checkContent(message, index);
    checkToolCalls(message as { tool_calls?: unknown }, index);
    if (message.role === "tool" && typeof message.tool_call_id !== "string")
      throw new InvalidRequestError(`messages[${index}].tool_call_id`, "must be a string: the id of a call");
  }
}

/** Checks the tool calls of a message. Some servers and libraries write `null` where no tool is called. */
function checkToolCalls({ tool_calls: calls }: { tool_calls?: unknown }, index: number): void {
  if (calls === undefined || calls === null) return;
  if (!Array.isArray(calls))
    throw new InvalidRequestError(`messages[${index}].tool_calls`, "must be an array");
  for (let at = 0; at < calls.length; at += 1) {
    const { id, type, function: called, custom } = (calls[at] ?? {}) as Record<string, unknown>;
    const {
      name,
      arguments: text,
      input,
    } = ((type === "custom" ? custom : called) ?? {}) as Record<string, unknown>;
    const texts = [id, name, type === "custom" ? input : text];
    if (texts.some((one) => typeof one !== "string"))
      throw new InvalidRequestError(
        `messages[${index}].tool_calls[${at}]`,
        "must be { id, type, function: { name, arguments } } or { id, type, custom: { name, input } }, all strings",
      );
  }
}

function checkContent(message: Partial<ChatMessage>, index: number): void {
  const { content } = message;
  if (typeof content === "string") return;
  if (content === undefined || content === null) {
    // Only an assistant turn that calls a tool may have no text.
    if (message.role === "assistant" || message.role === "function") return;
    throw new InvalidRequestError(
      `messages[${index}].content`,
      "is missing: give a string or an array of parts",
    );
  }
  if (!Array.isArray(content)) {
    throw new InvalidRequestError(`messages[${index}].content`, "must be a string or an array of parts");
  }
  for (let part = 0; part < content.length; part += 1) {
    const given = content[part] as { type?: unknown; text?: unknown } | null;
    const field = `messages[${index}].content[${part}]`;
    if (typeof given !== "object" || given === null || typeof given.type !== "string") {
      throw new InvalidRequestError(field, "must be an object with a type");
    }
    checkPart(given, field);
    if (given.type === "text" && typeof given.text !== "string") {
      throw new InvalidRequestError(`${field}.text`, "must be a string");
    }
    if (given.type === "input_audio" && !isSound((given as { input_audio?: unknown }).input_audio))
      throw new InvalidRequestError(
        `${field}.input_audio`,
        "must be { data, format }, with the sound in base64",
      );
  }
}

function isSound(given: unknown): boolean {
  const { data, format } = (given ?? {}) as Record<string, unknown>;
  return typeof data === "string" && typeof format === "string";
}

function checkUnsupported(request: Exclude<RouteRequest, string>): void {
  if (request.n !== undefined && request.n !== null && request.n !== 1) {
    throw new InvalidRequestError("n", "must be 1: several answers to one request are not supported");
  }
  checkModalities(request.modalities);
  checkTools(request.tools);
  checkFinite("temperature", request.temperature);
  checkFinite("top_p", request.top_p);
  checkOutputLimit("max_tokens", request.max_tokens);
  checkOutputLimit("max_completion_tokens", request.max_completion_tokens);
}

const mostModalities = 16;

/** Some libraries write `null` where none is stated. */
function checkModalities(modalities: unknown): void {
  if (modalities === undefined || modalities === null) return;
  if (!Array.isArray(modalities) || modalities.length > mostModalities)
    throw new InvalidRequestError("modalities", `must be an array of at most ${mostModalities} strings`);
}

function checkTools(tools: unknown): void {
  if (tools === undefined) return;
  if (!Array.isArray(tools)) throw new InvalidRequestError("tools", "must be an array");
  // Before their length is measured: a long array of gaps would become a long text.
  for (let at = 0; at < tools.length; at += 1) {
    const tool: unknown = tools[at];
    if (typeof tool !== "object" || tool === null)
      throw new InvalidRequestError(`tools[${at}]`, "must be an object with a type");
  }
}

/** Refuses NaN, which JSON would send as null, the default. The allowed range differs between providers. */
function checkFinite(field: string, value: unknown): void {
  if (value === undefined || value === null || Number.isFinite(value)) return;
  const shown = typeof value === "number" ? value : typeof value;
  throw new InvalidRequestError(field, `must be a finite number, got ${shown}`);
}

function checkOutputLimit(field: string, value: unknown): void {
  if (value === undefined || value === null || (Number.isInteger(value) && (value as number) >= 0)) return;
  const shown = typeof value === "number" ? value : typeof value;
  throw new InvalidRequestError(field, `must be a whole number of tokens, got ${shown}`);
}

function checkRouting(request: Exclude<RouteRequest, string>): void {
  checkPositive("deadlineMs", request.deadlineMs);
  checkPositive("maxCostUsd", request.maxCostUsd);
  checkOptionalText("session", request.session);
  checkOptionalText("tenant", request.tenant);
  checkOptionalText("category", request.category);
  checkOptionalText("model", request.model);
  const { labels, language, codingAgent, step, constraints, fallback } = request;
  if (fallback !== undefined && typeof fallback !== "boolean")
    throw new InvalidRequestError("fallback", "must be true or false");
  if (language !== undefined && !(typeof language === "string" && /^[a-z]{2}$/.test(language)))
    throw new InvalidRequestError("language", "must be a code of two lower-case letters (ISO 639-1)");
  if (
    codingAgent !== undefined &&
    !(typeof codingAgent === "string" && /^[A-Za-z0-9-]{1,40}$/.test(codingAgent))
  )
    throw new InvalidRequestError("codingAgent", "must be a name of at most 40 letters, digits and -");
  if (step !== undefined && !stepKinds.has(step))
    throw new InvalidRequestError("step", `must be one of ${[...stepKinds].join(", ")}`);
  if (labels !== undefined) checkLabels(labels);
  if (constraints !== undefined) {
    if (!areConstraints(constraints))
      throw new InvalidRequestError("constraints", "must be an array of constraints ({ name, permits })");
  }
}

function areConstraints(given: unknown): boolean {
  if (!Array.isArray(given)) return false;
  // Not `every`, which skips gaps: a long array of them would take long.
  for (let at = 0; at < given.length; at += 1) {
    const one: unknown = given[at];
    if (typeof one !== "object" || one === null) return false;
    const { permits, name } = one as { readonly permits?: unknown; readonly name?: unknown };
    if (typeof permits !== "function" || typeof name !== "string") return false;
  }
  return true;
}

function checkPositive(field: string, value: number | undefined): void {
  if (value === undefined) return;
  if (typeof value !== "number" || !(value > 0) || value === Number.POSITIVE_INFINITY) {
    throw new InvalidRequestError(
      field,
      `must be a finite number above 0, got ${typeof value === "number" ? value : typeof value}`,
    );
  }
}

/** Longest session, tenant, category or label, in characters; bounded because they are kept and logged. */
const longestText = 1_024;
const mostLabels = 64;

function checkOptionalText(field: string, value: string | undefined): void {
  if (value === undefined) return;
  if (typeof value !== "string" || value === "")
    throw new InvalidRequestError(field, "must be a non-empty string");
  checkLength(field, value);
}

function checkLabels(labels: unknown): void {
  if (typeof labels !== "object" || labels === null || Array.isArray(labels))
    throw new InvalidRequestError("labels", "must be an object whose values are strings");
  const entries = Object.entries(labels);
  if (entries.length > mostLabels)
    throw new InvalidRequestError("labels", `must have at most ${mostLabels} labels, got ${entries.length}`);
  for (const [name, value] of entries) {
    checkLength("labels: a name", name);
    if (typeof value !== "string")
      throw new InvalidRequestError(`labels.${name}`, `must be a string, got ${typeof value}`);
    checkLength(`labels.${name}`, value);
  }
}

function checkLength(field: string, text: string): void {
  if (text.length <= longestText) return;
  throw new InvalidRequestError(field, `must have at most ${longestText} characters, got ${text.length}`);
}
