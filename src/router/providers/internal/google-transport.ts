import { ProviderError } from "../../../contracts/index.ts";
import type { BoundedResponse } from "../../../plugin/http/bounded-response.ts";
import { guardedFetch, refusalIn } from "../../../plugin/http/guarded-fetch.ts";
import { lostConnection } from "../../../plugin/http/lost-connection.ts";
import { settleWithin } from "../../../plugin/settle-within.ts";
import { defaultFetch } from "../transport/default-fetch.ts";
import { googleCredentialFailure } from "./google-credentials.ts";
import type { ErrorContext } from "./google-errors.ts";
import { hidden, responseError } from "./google-errors.ts";
import type { GoogleMethod, GoogleSdk } from "./google-sdk.ts";
import { firstCandidate, type GoogleResponse } from "./google-wire.ts";
import { eventData } from "./server-events.ts";
import { untilEnd } from "./until-end.ts";

export interface GoogleCall {
  readonly method: GoogleMethod;
  /** Name of the model, encoded for an address. */
  readonly path: string;
  readonly key: string | undefined;
  /** The option for credentials of Vertex AI. */
  readonly auth?: object | undefined;
  /** Address that the request must have, so that no key leaves for another host. */
  readonly baseUrl: string;
  /** JSON. */
  readonly body: string;
  readonly signal: AbortSignal;
  readonly fetch: typeof fetch | undefined;
}

/**
 * Sends a request that a package addresses and signs, and returns the response. Throws `ProviderError` unless the
 * response has a status of success.
 */
export async function sendThrough(
  sdk: GoogleSdk,
  call: GoogleCall,
  context: ErrorContext & { readonly nativeWriter?: string | undefined },
): Promise<BoundedResponse> {
  const { baseUrl, body, signal } = call;
  const guarded = guardedFetch({
    own: call.fetch ?? defaultFetch,
    model: context.name,
    address: () => baseUrl,
  });
  let outcome: { readonly response: BoundedResponse } | { readonly error: unknown } | undefined;
  const asked = sdk.request(call.method, call.path, call.key, async (url, headers) => {
    signal.throwIfAborted();
    const token = /^Bearer (.+)$/i.exec(headers.get("authorization") ?? "")?.[1];
    if (token !== undefined) context.apiKey = token;
    outcome = await guarded(url, { method: "POST", headers, body, signal }).then(
      (response) => ({ response: response as unknown as BoundedResponse }),
      (error: unknown) => ({ error }),
    );
  });
  // Credentials may take their time, and know no signal.
  const failed = await settleWithin(asked, { signal }).then(
    () => undefined,
    (error: unknown) => ({ error }),
  );
  signal.throwIfAborted();
  if (outcome === undefined) throw notSent(failed?.error, call, context);
  if ("error" in outcome) throw refusalIn(outcome.error) ?? connectionFailure(outcome.error, context);
  if (!outcome.response.ok) throw await responseError(outcome.response, context);
  return outcome.response;
}

function connectionFailure(error: unknown, context: ErrorContext): ProviderError {
  const detail = hidden(String(error), context);
  return new ProviderError({
    kind: "connection",
    model: context.name,
    detail,
    ...lostConnection(error),
  });
}

/** The error of a request that the package did not send. On Vertex AI it may lack the credentials to sign it. */
function notSent(error: unknown, { key, auth }: GoogleCall, context: ErrorContext): unknown {
  if (key !== undefined)
    return new ProviderError({
      kind: "unknown",
      model: context.name,
      mayBeBilled: false,
      summary: "the package of Google sent no request",
      detail: hidden(String(error), context),
    });
  return googleCredentialFailure(context.name, error, auth);
}

/** A part of a streamed answer, and the text that it was read from. */
export interface WrittenPart {
  readonly part: unknown;
  readonly data: string;
}

/** Reads the parts of a streamed answer, up to its end. */
export function readParts({ body }: BoundedResponse, model: string): AsyncIterable<WrittenPart> {
  return untilEnd(parsed(body?.source, model), endsAnswer);
}

async function* parsed(source: unknown, model: string): AsyncGenerator<WrittenPart, void> {
  for await (const data of eventData(source, model)) yield { part: JSON.parse(data), data };
}

function endsAnswer({ part }: WrittenPart): boolean | undefined {
  const candidate = part === null ? undefined : firstCandidate(part as GoogleResponse);
  return candidate === undefined ? undefined : Boolean(candidate.finishReason);
}
