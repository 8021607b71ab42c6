import type { ChatRequest, RequestText, RouteRequest } from "../../contracts/index.ts";
import { copyOf } from "../../plugin/copy-of.ts";
import { chatOf } from "./chat-of.ts";
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

  constructor(request: RouteRequest) {
    this.#request = request;
    this.#isCopy = typeof request === "string";
    this.#all = undefined;
    Object.freeze(this);
  }

  all(): string {
    this.#all ??= searchableText(chatOf(this.#request));
    return this.#all;
  }

  /** Returns the request without routing fields, as it was when it was kept. */
  static chatOf(held: HeldText): ChatRequest {
    return chatOf(held.#request);
  }

  /**
   * Puts a copy in place of the caller's request. To be called before the caller or a model can run: messages
   * that are appended for the next turn must not reach a retry, nor the detectors before it.
   */
  static keep(held: HeldText): void {
    if (held.#isCopy) return;
    held.#request = readable(() => copyOf(chatOf(held.#request)));
    held.#isCopy = true;
  }
}

Object.freeze(HeldText.prototype);
