import type { RequestText, RouteRequest } from "../contracts/index.ts";
import { chatOf } from "./chat-of.ts";
import { searchableText } from "./searchable-text.ts";

/** A request, as long as it is under way. Its owner may put a copy in its place before the caller can change it. */
export interface HeldRequest {
  request: RouteRequest;
  /** True if `request` is such a copy. */
  isCopy?: boolean;
}

/** The text of a held request, read when it is first asked for. A class, so that facts can be cloned. */
export class HeldText implements RequestText {
  readonly #held: HeldRequest;
  #all: string | undefined;

  constructor(held: HeldRequest) {
    this.#held = held;
    Object.freeze(this);
  }

  all(): string {
    this.#all ??= searchableText(chatOf(this.#held.request));
    return this.#all;
  }
}

Object.freeze(HeldText.prototype);
