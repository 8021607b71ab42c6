import { ProviderError } from "../../contracts/index.ts";
import { EventBlocks, type StreamLimits } from "./event-blocks.ts";
import { MAX_ANSWER_BYTES, readBounded } from "./read-bounded.ts";

/**
 * A response as an SDK reads it, within bounds: its body as a stream of events, or its whole text. `body` is
 * not a web stream, and `clone` is missing.
 */
export class BoundedResponse {
  readonly status: number;
  readonly ok: boolean;
  readonly statusText: string;
  readonly headers: Headers;
  readonly url: string;
  readonly body: EventBlocks | null;
  readonly #source: Response;
  readonly #model: string;
  readonly #text: string | undefined;

  /** `text`: the text of a body that has been read; `limits`: those of its body as a stream. */
  constructor(
    source: Response,
    model: string,
    { text, limits }: { readonly text?: string; readonly limits?: StreamLimits | undefined } = {},
  ) {
    const { status, ok, statusText, headers, url, body } = source;
    this.status = status;
    this.ok = ok;
    this.statusText = statusText;
    this.headers = headers;
    this.url = url;
    this.body = body === null || text !== undefined ? null : new EventBlocks(body, model, limits);
    this.#source = source;
    this.#model = model;
    this.#text = text;
  }

  /** Reads the text. Throws `ProviderError` (`incomplete`) if it has more than 64 MiB. */
  async text(): Promise<string> {
    if (this.#text !== undefined) return this.#text;
    const text = await readBounded(this.#source, MAX_ANSWER_BYTES);
    if (text !== undefined) return text;
    const summary = `the answer has more than ${MAX_ANSWER_BYTES} bytes`;
    throw new ProviderError({ kind: "incomplete", model: this.#model, retryable: false, summary });
  }

  /** Closes the body, if it has not been read to its end: what is left must not hold a connection. */
  close(): void {
    const body = this.#source.body as Partial<ReadableStream> | null;
    if (body !== null && typeof body.cancel === "function") void body.cancel().catch(() => {});
  }

  async json(): Promise<unknown> {
    return JSON.parse(await this.text());
  }
}
