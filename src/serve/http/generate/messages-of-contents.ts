import type { ChatMessage, ContentPart, TextPart, ToolCall } from "../../../contracts/index.ts";
import { fromBase64 } from "../../../plugin/base64.ts";
import { protoField } from "../../../plugin/proto-field.ts";
import { soundFormat } from "../../../plugin/sound-format.ts";
import { type Fields, fieldsOf, wrong } from "../fields.ts";
import type { NativeParts } from "../native-only.ts";
import { type ReadSignature, readSignature } from "./carried.ts";
import { fieldOf, listAt, objectAt, textAt } from "./fields-of-google.ts";

interface Call {
  readonly id: string;
  readonly name: string;
}

/** Calls that wait for their results. Google's clients may send both without an id: a name then finds the first of its calls. */
interface OpenCalls {
  add(call: Call): void;
  take(id: string | undefined, name: string | undefined): Call | undefined;
}

function openCalls(): OpenCalls {
  const byId = new Map<string | undefined, Call>();
  const byName = new Map<string | undefined, Set<Call>>();
  return {
    add(call) {
      byId.set(call.id, call);
      const same = byName.get(call.name) ?? new Set();
      byName.set(call.name, same.add(call));
    },
    take(id, name) {
      const call: Call | undefined = byId.get(id) ?? byName.get(name)?.values().next().value;
      if (call === undefined) return undefined;
      if (byId.get(call.id) === call) byId.delete(call.id);
      byName.get(call.name)?.delete(call);
      return call;
    },
  };
}

/** Translates contents to messages. Throws `HttpError` for what cannot be read, naming the field. */
export function messagesOfContents(body: Fields, native: NativeParts): ChatMessage[] {
  const given = fieldOf(body, "contents");
  if (typeof given === "string") return [{ role: "user", content: given }];
  if (given === undefined) throw wrong("contents", "must be an array");
  const contents = Array.isArray(given) ? given.map(fieldsOf) : [fieldsOf(given)];
  const open = openCalls();
  const messages: ChatMessage[] = [];
  let calls = 0;
  let turn: PlacedPart[] = [];
  const endTurn = () => {
    if (turn.length === 0) return;
    const { message, called } = modelMessage(turn, native, () => `call_${calls++}`);
    turn = [];
    for (const call of called) open.add(call);
    messages.push(message);
  };
  for (const [at, content] of contents.entries()) {
    const field = `contents[${at}]`;
    const parts = listAt(content, "parts", `${field}.`);
    const role = content["role"] ?? "user";
    if (role === "model") {
      // Clients keep each piece of a stream as a content of its own.
      for (const [index, part] of parts.entries()) turn.push({ part, place: `${field}.parts[${index}]` });
      continue;
    }
    endTurn();
    if (role !== "system" && role !== "user" && role !== "function" && role !== "tool")
      throw wrong(`${field}.role`, "must be user or model");
    const said =
      role === "system"
        ? systemMessages(parts, `${field}.parts`)
        : userMessages(parts, `${field}.parts`, native, open);
    // One by one: a content may have more parts than a function takes arguments.
    for (const message of said) messages.push(message);
  }
  endTurn();
  return messages;
}

/** A part, and its place in the body. */
interface PlacedPart {
  readonly part: Fields;
  readonly place: string;
}

/** Returns instructions: of a `Content`, or of a text. */
export function systemOf(body: Fields): ChatMessage[] {
  const given = fieldOf(body, "systemInstruction");
  if (given === undefined || given === "") return [];
  if (typeof given === "string") return [{ role: "system", content: given }];
  return systemMessages(listAt(fieldsOf(given), "parts", "systemInstruction."), "systemInstruction.parts");
}

function systemMessages(parts: readonly Fields[], field: string): ChatMessage[] {
  const texts = parts.map((part, at): TextPart => {
    const text = part["text"];
    if (typeof text !== "string") throw wrong(`${field}[${at}]`, "must be text");
    return { type: "text", text };
  });
  return texts.length === 0 ? [] : [{ role: "system", content: texts }];
}

/** Results of tools come first, as messages of their own: a chat request has them right after the calls. */
function userMessages(
  parts: readonly Fields[],
  field: string,
  native: NativeParts,
  open: OpenCalls,
): ChatMessage[] {
  const results: ChatMessage[] = [];
  const said: ContentPart[] = [];
  parts.forEach((part, at) => {
    const place = `${field}[${at}]`;
    const result = fieldOf(part, "functionResponse", `${place}.`);
    if (result === undefined) {
      said.push(...partsOf(part, place, native));
      return;
    }
    const given = fieldsOf(result);
    const id = open.take(textAt(given, "id"), textAt(given, "name"))?.id;
    if (id === undefined) throw wrong(`${place}.functionResponse`, "answers no call of a turn before it");
    results.push({
      role: "tool",
      tool_call_id: id,
      content: outputOf(objectAt(given, "response")),
    });
    // A tool's message holds text alone: images that a tool returned follow as the user's.
    listAt(given, "parts", `${place}.`).forEach((one, index) => {
      said.push(...partsOf(one, `${place}.parts[${index}]`, native));
    });
  });
  return said.length === 0 ? results : [...results, { role: "user", content: said }];
}

/** An `output` alone is the text itself, as Google's own clients write it. */
function outputOf(response: Fields): string {
  const { output } = response;
  return typeof output === "string" && Object.keys(response).length === 1 ? output : JSON.stringify(response);
}

function modelMessage(
  parts: readonly PlacedPart[],
  native: NativeParts,
  newId: () => string,
): { readonly message: ChatMessage; readonly called: readonly Call[] } {
  const texts: string[] = [];
  const calls: (ToolCall & { extra_content?: object })[] = [];
  const called: Call[] = [];
  const kept: Fields[] = [];
  let signed: ReadSignature | undefined;
  let fields: ReadSignature["fields"];
  let needsParts = false;
  // Then all parts can go back to their writer. Otherwise what no field holds is said in words.
  const isKnown = parts.some(
    ({ part }) => readSignature(protoField(part, "thoughtSignature"))?.signature !== undefined,
  );
  for (const { part, place } of parts) {
    const read = readSignature(fieldOf(part, "thoughtSignature", `${place}.`));
    // Parts of several writers cannot go back to both: the last one counts.
    if (read !== undefined && read.writer !== signed?.writer) fields = undefined;
    signed = read ?? signed;
    fields = read?.fields ?? fields;
    const own = withoutSignature(part);
    checkKinds(part, place);
    checkMade(part, place);
    const call = fieldOf(part, "functionCall", `${place}.`);
    if (call !== undefined) {
      const given = fieldsOf(call);
      const name = textAt(given, "name") ?? "";
      const id = textAt(given, "id") || newId();
      const args = fieldsOf(given["args"]);
      called.push({ id, name });
      const signature = read?.signature;
      calls.push({
        id,
        type: "function",
        function: { name, arguments: JSON.stringify(args) },
        ...(signature !== undefined && { extra_content: { google: { thought_signature: signature } } }),
      });
      kept.push({ functionCall: { id, name, args }, ...(signature && { thoughtSignature: signature }) });
      continue;
    }
    needsParts ||= read?.signature !== undefined;
    kept.push({ ...own, ...(read?.signature !== undefined && { thoughtSignature: read.signature }) });
    if (own["thought"] === true) continue;
    if (typeof own["text"] === "string") texts.push(own["text"]);
    else if (isKnown) needsParts = true;
    else texts.push(...textOfPart(own, place, native));
  }
  const text = texts.join("");
  const message: ChatMessage = {
    role: "assistant",
    content: text === "" ? null : text,
    ...(calls.length > 0 && { tool_calls: calls }),
    ...(needsParts && { provider_parts: kept as { [field: string]: unknown }[] }),
    ...fields,
    ...(signed && { written_by: signed.writer }),
  };
  return { message, called };
}

const kinds = ["text", "inlineData", "fileData", "functionCall", "functionResponse"] as const;

/** Refuses a part of two kinds: Google would read one of them, and constraints another. */
function checkKinds(part: Fields, place: string): void {
  const held = kinds.filter((kind) => protoField(part, kind) !== undefined);
  if (held.length > 1) throw wrong(place, `holds ${held.join(" and ")}: send a part for each`);
}

/** Refuses a file as a part of the model's. None writes one, so that no constraint looks for it there. */
function checkMade(part: Fields, place: string): void {
  if (protoField(part, "fileData") !== undefined)
    throw wrong(`${place}.fileData`, "is not in the turn of a model: send it as the user");
  const media = protoField(part, "inlineData");
  if (media === undefined) return;
  const type = textAt(fieldsOf(media), "mimeType") ?? "";
  if (!/^(?:image|audio|text)\//i.test(type))
    throw wrong(`${place}.inlineData`, "is neither image nor sound nor text: send it as the user");
}

function withoutSignature(part: Fields): Fields {
  const { thoughtSignature: _, thought_signature: __, ...own } = part;
  return own;
}

/** Text of what tools at the provider were asked and found, of images and of parts of tomorrow: all of it is input that costs. */
function textOfPart(part: Fields, place: string, native: NativeParts): string[] {
  if (Object.keys(part).length === 0) return [];
  const media = fieldsOf(protoField(part, "inlineData"));
  if (typeof media["data"] !== "string") return [`\n${JSON.stringify(part)}\n`];
  native.add(place, "is an image or sound that a model made, which other models do not take back");
  return [];
}

/** A file that only the provider can read. Bounds on cost take it for the longest that there may be. */
const unreadFile: ContentPart = {
  type: "file",
  file: { file_data: "data:application/pdf;base64,", filename: "document" },
};
const unreadImage: ContentPart = { type: "image_url", image_url: { url: "file:" } };

function partsOf(part: Fields, place: string, native: NativeParts): ContentPart[] {
  const { text } = part;
  checkKinds(part, place);
  if (typeof text === "string") return [{ type: "text", text }];
  const media = fieldOf(part, "inlineData", `${place}.`);
  if (media !== undefined) return [mediaPart(fieldsOf(media), `${place}.inlineData`)];
  const file = fieldOf(part, "fileData", `${place}.`);
  if (file !== undefined) {
    const [uri, type = ""] = [textAt(fieldsOf(file), "fileUri"), textAt(fieldsOf(file), "mimeType")];
    if (uri === undefined) throw wrong(`${place}.fileData.fileUri`, "must be a text");
    const isImage = type.startsWith("image/");
    if (isImage && /^https?:/i.test(uri)) return [{ type: "image_url", image_url: { url: uri } }];
    native.add(`${place}.fileData`, "is a file that the provider fetches or keeps");
    return [isImage ? unreadImage : unreadFile];
  }
  if (Object.keys(part).length === 0) return [];
  const code = fieldOf(part, "codeExecutionResult") ?? fieldOf(part, "executableCode");
  if (code === undefined) native.add(place, "is of a kind that other models do not know");
  return [{ type: "text", text: JSON.stringify(part) }];
}

function mediaPart(media: Fields, place: string): ContentPart {
  const [type, data] = [textAt(media, "mimeType")?.toLowerCase(), textAt(media, "data")];
  if (type === undefined || data === undefined) throw wrong(place, "must have mimeType and data");
  const url = `data:${type};base64,${data}`;
  if (type.startsWith("image/")) return { type: "image_url", image_url: { url } };
  const format = soundFormat(type);
  if (format !== undefined) return { type: "input_audio", input_audio: { data, format } };
  if (type.startsWith("text/")) return { type: "text", text: new TextDecoder().decode(fromBase64(data)) };
  const name = textAt(media, "displayName");
  return { type: "file", file: { file_data: url, ...(name !== undefined && { filename: name }) } };
}
