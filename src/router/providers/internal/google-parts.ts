import type { ImageOutput } from "../../../contracts/chat/extensions.ts";
import { createGrowingText, type GrowingText } from "../../../plugin/growing-text.ts";
import { nodeCrypto } from "../../../plugin/node-crypto.ts";
import { type GoogleArguments, googleArguments } from "./google-arguments.ts";
import { type GoogleCall, type GooglePart, isJsonObject, type JsonObject } from "./google-wire.ts";

/**
 * A tool call of an answer. The signature has the same place as in Google's OpenAI-compatible endpoint; it
 * must be sent back with the call in the next request.
 */
export interface SignedCall {
  id: string;
  type: "function";
  function: { name: string; arguments: string };
  extra_content?: { google: { thought_signature: string } };
}

/** Additions of parts to a message. */
export interface AddedParts {
  readonly text: string;
  readonly thoughts: string;
  readonly calls: readonly SignedCall[];
  readonly images: readonly ImageOutput[];
  /** True for parts without text, call, image or sound. Google does not count thoughts as the answer. */
  readonly isEmpty: boolean;
}

/** Reads the parts of an answer, which may come in several responses. */
export interface PartReader {
  add(parts: unknown): AddedParts;
  /** Returns the calls whose end has not come. */
  end(): readonly SignedCall[];
  /** Returns the text of the answer. */
  text(): string;
  /** Sound of the answer in base64, with its type. Undefined: there is none. */
  sound(): { readonly mimeType: string; readonly data: string } | undefined;
  /** All parts, if one of them has no other place in a message. An image is left out of them: `images` has it. */
  kept(): JsonObject[] | undefined;
  /** False once a call had pieces of arguments that cannot be joined. */
  isWhole(): boolean;
  /** True as long as all parts were empty. */
  isEmpty(): boolean;
}

interface OpenCall {
  readonly call: SignedCall;
  readonly args: GoogleArguments;
}

export function googleParts(): PartReader {
  const kept: JsonObject[] = [];
  /** Text of the last part that is kept, as long as it grows. */
  let growing: GrowingText | undefined;
  const sounds: { readonly mimeType: string; readonly data: string }[] = [];
  let hasForeign = false;
  let isWhole = true;
  let isEmpty = true;
  let open: OpenCall | undefined;

  const settle = () => {
    const last = kept.at(-1);
    if (growing !== undefined && last !== undefined) last["text"] = growing.toString();
    growing = undefined;
  };

  const keep = (part: JsonObject) => {
    settle();
    kept.push(part);
  };

  const close = (): SignedCall[] => {
    if (open === undefined) return [];
    const { call, args } = open;
    open = undefined;
    call.function.arguments = args.json();
    keep(callPart(call));
    return [call];
  };

  /** Returns the calls that are complete with this piece. */
  const addCall = ({ id, name, args, partialArgs, willContinue }: GoogleCall, signature: unknown) => {
    const ended: SignedCall[] = [];
    if (typeof name === "string" && name !== "") {
      ended.push(...close());
      const call: SignedCall = {
        // At most 40 characters: OpenAI's limit, in case one of its models continues the conversation.
        id:
          typeof id === "string" && id !== "" ? id : `call_${nodeCrypto().randomUUID().replaceAll("-", "")}`,
        type: "function",
        function: { name, arguments: "" },
      };
      open = { call, args: googleArguments(isJsonObject(args) ? args : {}) };
    }
    // The end of a call that is complete already.
    if (open === undefined) return ended;
    if (isText(signature)) open.call.extra_content ??= { google: { thought_signature: signature } };
    isWhole &&= open.args.add(partialArgs);
    if (willContinue !== true) ended.push(...close());
    return ended;
  };

  const keepText = (part: JsonObject, text: string) => {
    const last = kept.at(-1);
    const isSame = last !== undefined && isPlainText(last) && last["thought"] === part["thought"];
    // A signature belongs to its own part alone.
    if (isSame && isPlainText(part)) {
      if (growing === undefined) {
        growing = createGrowingText();
        growing.add(String(last["text"]));
      }
      growing.add(text);
    } else if (text !== "" || part["thoughtSignature"] !== undefined) keep({ ...part });
  };

  return {
    add(given) {
      let [text, thoughts] = ["", ""];
      const calls: SignedCall[] = [];
      const images: ImageOutput[] = [];
      const before = sounds.length;
      for (const one of Array.isArray(given) ? given : []) {
        if (!isJsonObject(one)) continue;
        const part = one as GooglePart & JsonObject;
        const { functionCall, thoughtSignature: signature } = part;
        if (isJsonObject(functionCall)) {
          calls.push(...addCall(functionCall as GoogleCall, signature));
          // A part is one or the other, by the interface; a text is shown anyway.
          if (part.thought !== true && typeof part.text === "string") text += part.text;
          continue;
        }
        hasForeign ||= !hasPlace(part);
        const { text: piece, inlineData: media } = part;
        if (typeof piece === "string") {
          if (part.thought === true) thoughts += piece;
          else text += piece;
          keepText(part, piece);
        } else if (part.thought !== true && isMedia(media)) {
          const { data: _, ...others } = media;
          keep({ ...part, inlineData: others });
          const { mimeType, data } = media;
          if (mimeType.startsWith("image/"))
            images.push({ type: "image_url", image_url: { url: `data:${mimeType};base64,${data}` } });
          else sounds.push({ mimeType, data });
        } else keep(part);
      }
      const isEmptyNow = text === "" && calls.length === 0 && images.length === 0 && sounds.length === before;
      isEmpty &&= isEmptyNow && open === undefined;
      return { text, thoughts, calls, images, isEmpty: isEmptyNow };
    },
    end: close,
    text() {
      settle();
      return kept.map(({ text, thought }) => (thought !== true && isText(text) ? text : "")).join("");
    },
    sound() {
      const [first] = sounds;
      if (first === undefined) return undefined;
      // Each piece is padded on its own.
      const bytes = sounds.map(({ data }) => Buffer.from(data, "base64"));
      return { mimeType: first.mimeType, data: sounds.length === 1 ? first.data : joined(bytes) };
    },
    kept() {
      settle();
      return hasForeign ? kept : undefined;
    },
    isWhole: () => isWhole,
    isEmpty: () => isEmpty,
  };
}

function joined(bytes: readonly Uint8Array[]): string {
  return Buffer.concat(bytes).toString("base64");
}

function callPart({ id, function: { name, arguments: json }, extra_content: extra }: SignedCall): JsonObject {
  return {
    functionCall: { id, name, args: JSON.parse(json) as JsonObject },
    ...(extra && { thoughtSignature: extra.google.thought_signature }),
  };
}

/** True for a part that a message has a place for. */
function hasPlace(part: JsonObject): boolean {
  for (const field in part)
    if (field !== "text" && field !== "thought" && field !== "inlineData") return false;
  return isMedia(part["inlineData"]) ? part["thought"] !== true : typeof part["text"] === "string";
}

function isPlainText(part: JsonObject): boolean {
  if (typeof part["text"] !== "string") return false;
  for (const field in part) if (field !== "text" && field !== "thought") return false;
  return true;
}

/** True for an image or sound that is there as a whole. */
export function isMedia(value: unknown): value is { readonly mimeType: string; readonly data: string } {
  return (
    isJsonObject(value) &&
    typeof value["data"] === "string" &&
    typeof value["mimeType"] === "string" &&
    /^(?:image|audio)\//.test(value["mimeType"])
  );
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}
