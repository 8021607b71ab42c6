import type { RequestFacts, RequestText } from "../contracts/index.ts";
import { withReadings } from "./readings.ts";

/** Returns the facts of a request whose text has further text that is sent with it. It is read when it is asked for. */
export function withAddedText(request: RequestFacts, added: string): RequestFacts {
  return Object.freeze({ ...request, text: new TextWith(request.text, added) });
}

/** A class, so that facts can be cloned. */
class TextWith implements RequestText {
  readonly #text: RequestText;
  readonly #added: string;

  constructor(text: RequestText, added: string) {
    this.#text = text;
    this.#added = added;
    Object.freeze(this);
  }

  all(): string {
    return `${this.#text.all()}\n${withReadings(this.#added)}`;
  }
}
