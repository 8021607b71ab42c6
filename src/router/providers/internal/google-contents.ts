import type { ChatMessage } from "../../../contracts/index.ts";
import { ownParts } from "./google-history.ts";
import { type GoogleContent, type GooglePart, isJsonObject, type JsonObject } from "./google-wire.ts";
import { reportLost } from "./lost-extensions.ts";
import { writtenBy } from "./provenance.ts";
import { createToolCallIds, type ToolCallIds } from "./tool-call-ids.ts";

/** Handlers for what Google's API cannot express. */
export interface Translation {
  /** Records a parameter that is left out. */
  drop(parameter: string): void;
  /** Records what an answer of another model holds, which `strictParameters` does not refuse either. */
  leaveOut(field: string): void;
  /** Creates the error for content that cannot be left out without changing what was asked. */
  refuse(problem: string): Error;
}

/** Settings for thought signatures. */
export interface Signing {
  /** See `writerOf`. */
  readonly writer: string;
  readonly signed: boolean;
}

/** Placeholder for the signature of a call that another model made; documented by Google for this use. */
export const foreignCallSignature = "skip_thought_signature_validator";

/**
 * Translates messages to Google's contents: roles `user` and `model`, neighbours of one role merged. System
 * and developer messages, wherever they occur, become the system instruction; if there are no other
 * messages, they are sent as the user's, because Google refuses an empty conversation.
 */
export function toContents(
  messages: readonly ChatMessage[],
  translation: Translation,
  { writer, signed }: Signing,
): { contents: GoogleContent[]; systemInstruction?: GoogleContent } {
  const system: GooglePart[] = [];
  const contents: GoogleContent[] = [];
  const calls: Calls = { ids: createToolCallIds((id) => id !== ""), names: new Map() };

  for (const [index, message] of messages.entries()) {
    const field = `messages[${index}]`;
    if ("name" in message && message.name !== undefined && message.role !== "function") {
      translation.drop("messages.name");
    }
    switch (message.role) {
      case "system":
      case "developer":
        for (const part of toParts(message.content, field, translation)) system.push(part);
        break;
      case "user":
        append(contents, "user", toParts(message.content, field, translation));
        break;
      case "assistant":
        append(contents, "model", toModelParts(message, field, translation, calls, { writer, signed }));
        break;
      case "tool": {
        const id = calls.ids.ofResult(message.tool_call_id);
        const name = calls.names.get(id);
        if (name === undefined) throw translation.refuse(`${field}.tool_call_id names no earlier tool call`);
        // Each result says it again: one long name would be sent more often than it was counted.
        if (name.length > longestName)
          throw translation.refuse(
            `${field} is of a tool whose name has more than ${longestName} characters`,
          );
        const text = toText(message.content, field, translation);
        append(contents, "user", [toFunctionResponse(name, text, id)]);
        break;
      }
      case "function":
        append(contents, "user", [toFunctionResponse(message.name, message.content ?? "")]);
        break;
    }
  }

  if (system.length === 0) return { contents };
  if (contents.length === 0) return { contents: [{ role: "user", parts: system }] };
  return { contents, systemInstruction: { parts: system } };
}

function append(contents: GoogleContent[], role: "user" | "model", parts: readonly GooglePart[]): void {
  if (parts.length === 0) return;
  let last = contents.at(-1);
  if (last?.role !== role) {
    last = { role, parts: [] };
    contents.push(last);
  }
  for (const part of parts) last.parts.push(part);
}

type Message<Role extends ChatMessage["role"]> = Extract<ChatMessage, { role: Role }>;
type Part = Exclude<NonNullable<ChatMessage["content"]>, string>[number];

/** Tool calls so far: a result names its call by id, but Google requires the tool's name as well. */
interface Calls {
  readonly ids: ToolCallIds;
  /** Tool names, by the id that is sent. */
  readonly names: Map<string, string>;
}

function toModelParts(
  message: Message<"assistant">,
  field: string,
  translation: Translation,
  { ids, names }: Calls,
  { writer, signed }: Signing,
): GooglePart[] {
  const isOwn = writtenBy(message) === writer;
  const given = message.tool_calls ?? [];
  const sentIds = ids.ofCalls(given.map(({ id }) => id));
  const own = isOwn ? ownParts(message) : undefined;
  if (own !== undefined) {
    given.forEach((call, at) => {
      if (call.type === "function") names.set(sentIds[at] ?? call.id, call.function.name);
    });
    return withStandIn(withIds(own, sentIds), signed);
  }
  reportLost(message, isOwn, translation.leaveOut);
  // What a model said is text elsewhere. Its sound is kept by no one.
  if (message.audio) translation.drop("messages.audio");
  const parts = toParts(message.content, field, translation);
  if (message.refusal) parts.push({ text: message.refusal });
  const calls: GooglePart[] = [];
  for (const [at, call] of given.entries()) {
    if (call.type !== "function")
      throw translation.refuse(`${field} calls a custom tool, which is not supported`);
    const { name, arguments: json } = call.function;
    const id = sentIds[at] ?? call.id;
    names.set(id, name);
    const thoughtSignature = isOwn ? readThoughtSignature(call) : undefined;
    calls.push({ functionCall: { id, name, args: toArgs(json) }, thoughtSignature });
  }
  if (message.function_call) {
    const { name, arguments: json } = message.function_call;
    calls.push({ functionCall: { name, args: toArgs(json) } });
  }
  return withStandIn([...parts, ...calls], signed);
}

/** Google signs, and requires, only the first of parallel calls. */
function withStandIn(parts: GooglePart[], signed: boolean): GooglePart[] {
  const first = signed ? parts.find(({ functionCall }) => functionCall !== undefined) : undefined;
  if (first !== undefined) first.thoughtSignature ??= foreignCallSignature;
  return parts;
}

/** Returns copies of parts whose calls have the ids that are sent. */
function withIds(parts: readonly JsonObject[], ids: readonly string[]): GooglePart[] {
  let next = 0;
  return parts.map((part): GooglePart => {
    if (!isJsonObject(part["functionCall"])) return { ...part };
    const id = ids[next];
    next += 1;
    return { ...part, functionCall: { ...part["functionCall"], id } };
  });
}

/** Above what Google takes as the name of a function. */
const longestName = 256;

/**
 * Reads the signature that an answer of ours, or of Google's OpenAI-compatible endpoint, put on a tool
 * call.
 */
function readThoughtSignature(call: object): string | undefined {
  const extra = (call as { extra_content?: { google?: { thought_signature?: unknown } } }).extra_content;
  const signature = extra?.google?.thought_signature;
  return typeof signature === "string" ? signature : undefined;
}

/** Parses arguments, which must be an object; a model's text that is not one is passed on as it is. */
function toArgs(json: string): JsonObject {
  if (json.trim() === "") return {};
  try {
    const args: unknown = JSON.parse(json);
    if (isJsonObject(args)) return args;
  } catch {
    // Handled below: models do write broken JSON, and the conversation must continue.
  }
  return { arguments: json };
}

/** Creates a tool result. The output stays text, because parsing would corrupt numbers beyond 2^53. */
function toFunctionResponse(name: string, output: string, id?: string): GooglePart {
  return { functionResponse: { id, name, response: { output } } };
}

function toText(content: string | readonly Part[], field: string, translation: Translation): string {
  return toParts(content, field, translation)
    .map(({ text }, at) => {
      if (text === undefined) throw translation.refuse(`${field}.content[${at}] must be text`);
      return text;
    })
    .join("");
}

function toParts(
  content: string | readonly Part[] | null | undefined,
  field: string,
  translation: Translation,
): GooglePart[] {
  if (content === null || content === undefined || content === "") return [];
  if (typeof content === "string") return [{ text: content }];
  const parts: GooglePart[] = [];
  for (const [index, part] of content.entries()) {
    const path = `${field}.content[${index}]`;
    if (part.type === "text") {
      // Google refuses a part without text.
      if (part.text !== "") parts.push({ text: part.text });
    } else if (part.type === "refusal") parts.push({ text: part.refusal });
    else if (part.type === "image_url") {
      if (part.image_url.detail !== undefined && part.image_url.detail !== "auto") {
        translation.drop("messages.content.image_url.detail");
      }
      parts.push(toMedia(part.image_url.url, path, translation));
    } else if (part.type === "input_audio") {
      const { data, format } = part.input_audio;
      parts.push({ inlineData: { mimeType: `audio/${format}`, data } });
    } else if (part.type === "file" && part.file.file_data !== undefined) {
      parts.push(toMedia(part.file.file_data, path, translation));
    } else throw translation.refuse(`${path} has a type that is not supported`);
  }
  return parts;
}

const mimeTypes: ReadonlyMap<string, string> = new Map([
  ["gif", "image/gif"],
  ["heic", "image/heic"],
  ["heif", "image/heif"],
  ["jpeg", "image/jpeg"],
  ["jpg", "image/jpeg"],
  ["pdf", "application/pdf"],
  ["png", "image/png"],
  ["webp", "image/webp"],
]);

/**
 * Translates a media URL: the content of a `data:` URL is sent with the request; Google fetches any other.
 */
function toMedia(url: string, path: string, translation: Translation): GooglePart {
  if (url.slice(0, 5).toLowerCase() !== "data:") {
    const extension = /\.([a-z]{3,4})(?:[?#]|$)/i.exec(url)?.[1]?.toLowerCase() ?? "";
    return { fileData: { mimeType: mimeTypes.get(extension), fileUri: url } };
  }
  const comma = url.indexOf(",");
  const [mimeType = "", ...parameters] = url.slice(5, Math.max(comma, 5)).split(";");
  if (mimeType === "" || parameters.at(-1)?.toLowerCase() !== "base64") {
    throw translation.refuse(`${path} must be data:<type>;base64,<data>`);
  }
  return { inlineData: { mimeType, data: url.slice(comma + 1) } };
}
