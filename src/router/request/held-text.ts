import type { ChatRequest, NativeRequest, RequestText, RouteRequest } from "../../contracts/index.ts";
import { copyOf } from "../../plugin/copy-of.ts";
import { isHandedOver, type ReadBody, takeBody } from "../../plugin/hand-over.ts";
import { sizeOf } from "../../plugin/size-of.ts";
import { chatOf } from "./chat-of.ts";
import { charactersBeyond, type NativeRest, nativeRest, parsed } from "./native-rest.ts";
import { readable } from "./readable.ts";
import { searchableText } from "./searchable-text.ts";

/**
 * A request as long as it is under way, and its text, which is read when it is first asked for. A class, so that
 * facts can be cloned.
 */
export class HeldText implements RequestText {
  #request: RouteRequest;
  #isCopy: boolean;
  #all: string | undefined;
  readonly #native: NativeRequest | undefined;
  #rest: NativeRest | undefined;
  #size: number | undefined;
  /** The body that a server has read, until the request is kept. */
  #body: ReadBody | undefined;

  /** `native`: the request as its sender wrote it, if a model may get it so. */
  constructor(request: RouteRequest, native?: NativeRequest | undefined) {
    this.#request = request;
    this.#native = native;
    this.#rest = undefined;
    this.#size = undefined;
    this.#isCopy = typeof request === "string";
    this.#all = undefined;
    this.#body = typeof request === "object" && request !== null ? takeBody(request) : undefined;
    Object.freeze(this);
  }

  all(): string {
    this.#all ??= searchableText(chatOf(this.#request), HeldText.restOf(this)?.texts);
    return this.#all;
  }

  /** Returns the request without routing fields, as it was when it was kept. */
  static chatOf(held: HeldText): ChatRequest {
    return readable(held.#request, () => chatOf(held.#request));
  }

  /** Returns what a server has counted of the body, as long as the request is not kept. */
  static bodyOf(held: HeldText): ReadBody | undefined {
    return held.#body;
  }

  /** Returns the request as its sender wrote it. Undefined: it is not passed on so. */
  static nativeOf(held: HeldText): NativeRequest | undefined {
    return held.#native;
  }

  /** Returns what the request says beyond its translation. Undefined: it is not passed on as its sender wrote it. */
  static restOf(held: HeldText): NativeRest | undefined {
    const native = held.#native;
    if (native === undefined) return undefined;
    held.#rest ??= readable(held.#request, () =>
      nativeRest(held.#body?.value ?? parsed(native.text), chatOf(held.#request)),
    );
    return held.#rest;
  }

  /**
   * Returns the characters of that. `translated`, `media`: those of the translation. It is looked for only where the text as its
   * sender wrote it could exceed `most`, or is longer than the names and signs around what was translated make it.
   */
  static restBeyond(held: HeldText, translated: number, media: number, most: number): number {
    if (held.#native === undefined) return 0;
    const written = held.#native.text.length - media;
    if (written <= most && written <= usualLength(translated)) return 0;
    const body = held.#body;
    const large = body?.large;
    if (body === undefined || large === undefined || held.#rest !== undefined)
      return charactersOf(HeldText.restOf(held)?.texts ?? []);
    // Fields that a server has counted are not looked at again.
    return readable(held.#request, () => charactersBeyond(body.value, large, chatOf(held.#request)));
  }

  /** Returns the size of the request without routing fields, of the text as its sender wrote it, and of what was read of both. */
  static sizeOf(held: HeldText): number {
    held.#size ??=
      readable(held.#request, () => sizeOf(chatOf(held.#request))) + (held.#native?.text.length ?? 0);
    const size = held.#size + (held.#all?.length ?? 0);
    return size + charactersOf(held.#rest?.texts ?? []);
  }

  /**
   * Puts a copy in place of the caller's request. To be called before the caller or a model can run: messages
   * that are appended for the next turn must not reach a retry, nor the detectors before it.
   */
  static keep(held: HeldText): void {
    held.#body = undefined;
    if (held.#isCopy) return;
    const isOurs = isHandedOver(held.#request as object);
    held.#request = readable(held.#request, () => {
      const chat = chatOf(held.#request);
      return isOurs ? chat : copyOf(chat);
    });
    held.#isCopy = true;
  }
}

Object.freeze(HeldText.prototype);

function charactersOf(texts: readonly string[]): number {
  let characters = 0;
  for (const { length } of texts) characters += length;
  return characters;
}

/** Longest text of a request whose translation has this number of characters, and lacks nothing of weight. */
function usualLength(characters: number): number {
  return 1.5 * characters + 4_096;
}
