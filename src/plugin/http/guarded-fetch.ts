import type { ProviderError } from "../../contracts/index.ts";
import { BoundedResponse } from "./bounded-response.ts";
import { ofLines } from "./event-blocks.ts";
import { nestsDeeply } from "./nests-deeply.ts";
import { readStart } from "./read-bounded.ts";
import { isOfApi, isPage, isStranger, lookAt, strangerError } from "./refuse-page.ts";
import { otherProtocolError } from "./refuse-protocol.ts";
import { redirectError, strayError } from "./refuse-redirect.ts";
import { withoutSecrets } from "./without-secrets.ts";

export interface FetchGuard {
  /** A caller's own `fetch`; undefined for the global one. */
  readonly own: typeof fetch | undefined;
  /** Name of the model, for errors. */
  readonly model: string;
  /** The endpoint's address, if an answer may name another one that the SDK would call with the key. */
  readonly address?: (() => string) | undefined;
  /** Rewrites the text of an error's body for an SDK that reads one format only. */
  readonly rewriteError?: ((text: string) => string) | undefined;
}

/**
 * Creates the `fetch` of an SDK's client, for requests with keys and prompts to servers that may be broken or
 * hostile. It follows no redirect, and refuses a page where an API's answer should be; what it returns is
 * bounded, and so is the body of an error, which has been read for at most a second and holds no key of the
 * request. The global `fetch` is looked up at each call: an SDK would keep the one that it
 * found first.
 */
export function guardedFetch({ own, model, address, rewriteError }: FetchGuard): typeof fetch {
  return async (input, init) => {
    const stray = address === undefined ? undefined : strayError(String(input), address(), model);
    if (stray !== undefined) throw new FetchRefusal(stray);
    const sent: RequestInit = init?.redirect === "manual" ? init : { ...init, redirect: "manual" };
    const sending = (own ?? globalThis.fetch)(input, sent);
    let response: Response;
    try {
      response = await sending;
    } catch (error) {
      const other = otherProtocolError(error, String(input), model);
      throw other === undefined ? error : new FetchRefusal(other);
    }
    const refusal = redirectError(response, String(input), model);
    if (refusal !== undefined) {
      void response.body?.cancel?.().catch(() => {});
      throw new FetchRefusal(refusal);
    }
    // Answers are streamed to a POST only; what a GET streams is a file of lines.
    const limits = init?.method === "GET" ? ofLines : undefined;
    const { status, headers } = response;
    const contentType = headers?.get("content-type") ?? null;
    const stranger = (text: string): FetchRefusal =>
      new FetchRefusal(strangerError({ text, contentType, status, url: String(input) }, model));
    if (response.ok) {
      const seen = isOfApi(response) ? response : await lookAt(response);
      if (typeof seen === "string") throw stranger(seen);
      return new BoundedResponse(seen, model, { limits }) as unknown as Response;
    }
    const start = withoutSecrets(await readStart(response), init?.headers);
    if (isStranger(status) && isPage(contentType, start)) throw stranger(start);
    // An SDK that writes such JSON again would exceed the stack.
    const text = nestsDeeply(start) ? start.slice(0, 1_000) : start;
    const shown = rewriteError === undefined ? text : rewriteError(text);
    return new BoundedResponse(response, model, { text: shown }) as unknown as Response;
  };
}

/**
 * Carries an error of ours through an SDK, which wraps what `fetch` throws in one of its own. Its text says
 * nothing, because SDKs search it for words such as time-out.
 */
export class FetchRefusal extends Error {
  readonly refusal: ProviderError;

  constructor(refusal: ProviderError) {
    super("refused");
    this.refusal = refusal;
  }
}

/** Returns the error of ours that an SDK's error carries, if there is one. */
export function refusalIn(error: unknown): ProviderError | undefined {
  for (let depth = 0, at = error; depth < 5 && at instanceof Error; depth += 1, at = at.cause)
    if (at instanceof FetchRefusal) return at.refusal;
  return undefined;
}
