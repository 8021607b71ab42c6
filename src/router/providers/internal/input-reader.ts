/** Beginning of arguments that hold one text. What follows the text does not count. */
const beginning = /^\s*\{\s*"input"\s*:\s*"/;
/** Text that may still become that beginning. */
const partOfBeginning = /^\s*(?:\{\s*(?:"(?:i(?:n(?:p(?:u(?:t(?:"\s*(?::\s*)?)?)?)?)?)?)?)?)?$/;

const escapes: Readonly<Record<string, string>> = { b: "\b", f: "\f", n: "\n", r: "\r", t: "\t" };

/**
 * Reads the text in arguments of the form `{"input":"…"}` while they come, piece by piece. Arguments of another form are the
 * text themselves, once they are whole: models write it without its object, too.
 */
export class InputReader {
  /** Arguments that have not been read. */
  #left = "";
  #state: "before" | "within" | "after" | "other" = "before";
  /** First half of a character whose second one may follow: apart, neither can be sent as UTF-8. */
  #half = "";

  /** Returns what a piece adds to the text. */
  add(piece: string): string {
    if (this.#state === "after") return "";
    this.#left += piece;
    if (this.#state === "before") {
      const begun = beginning.exec(this.#left);
      if (begun !== null) {
        this.#state = "within";
        this.#left = this.#left.slice(begun[0].length);
      } else if (!partOfBeginning.test(this.#left)) this.#state = "other";
    }
    return this.#state === "within" ? this.#whole(this.#read()) : "";
  }

  /** Returns the rest, when all arguments have come. */
  end(): string {
    const [left, half] = [this.#left, this.#half];
    this.#left = "";
    this.#half = "";
    if (this.#state === "within" || this.#state === "after") return half;
    return textIn(left) ?? left;
  }

  #read(): string {
    const left = this.#left;
    let text = "";
    let at = 0;
    for (;;) {
      const plain = /["\\]/g;
      plain.lastIndex = at;
      const next = plain.exec(left)?.index ?? left.length;
      text += left.slice(at, next);
      at = next;
      if (at === left.length) break;
      if (left[at] === '"') {
        this.#state = "after";
        at = left.length;
        break;
      }
      const sign = left[at + 1];
      const length = sign === "u" ? 6 : 2;
      if (sign === undefined || at + length > left.length) break;
      text +=
        sign === "u"
          ? String.fromCharCode(Number.parseInt(left.slice(at + 2, at + 6), 16) || 0)
          : (escapes[sign] ?? sign);
      at += length;
    }
    this.#left = left.slice(at);
    return text;
  }

  /** Holds back the first half of a character at the end. */
  #whole(read: string): string {
    const text = this.#half + read;
    const isHalf = this.#state === "within" && /[\uD800-\uDBFF]$/.test(text);
    this.#half = isHalf ? text.slice(-1) : "";
    return isHalf ? text.slice(0, -1) : text;
  }
}

/** Returns the text in whole arguments of another form. */
function textIn(json: string): string | undefined {
  try {
    const read: unknown = JSON.parse(json);
    const text = typeof read === "string" ? read : (read as { readonly input?: unknown } | null)?.input;
    return typeof text === "string" ? text : undefined;
  } catch {
    return undefined;
  }
}
