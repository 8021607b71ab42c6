import { ProviderError } from "../../contracts/index.ts";
import { eventData } from "../../plugin/http/event-data.ts";
import { guardedFetch, refusalIn } from "../../plugin/http/guarded-fetch.ts";
import { defaultFetch } from "../transport/default-fetch.ts";
import { type ErrorContext, responseError } from "./google-errors.ts";
import type { GoogleResponse } from "./google-wire.ts";
import { untilEnd } from "./until-end.ts";

/**
 * Sends a request that the package builds, and returns the response. It is read here: the package reads a
 * stream at full speed and keeps all of it, hides the headers, and follows redirects. Throws `ProviderError`
 * unless the response has a status of success.
 */
export async function sendThroughPackage(
  call: () => Promise<unknown>,
  context: ErrorContext,
): Promise<Response> {
  const guarded = guardedFetch({ own: defaultFetch, model: context.name });
  let outcome: { readonly response: Response } | { readonly error: unknown } | undefined;
  const sent = callWithFetch(call, async (input, init) => {
    outcome = await guarded(input, init).then(
      (response) => ({ response }),
      (error: unknown) => ({ error }),
    );
    return new Response("{}", { headers: { "content-type": "application/json" } });
  });
  await sent;
  if (outcome === undefined) throw new Error("@google/generative-ai did not use the fetch it was given");
  if ("error" in outcome) throw refusalIn(outcome.error) ?? unreachable(outcome.error, context);
  if (!outcome.response.ok) throw await responseError(outcome.response, context);
  return outcome.response;
}

/**
 * Calls the package with another global `fetch`. The package takes it before its first pause, so no other
 * code of the process sees the change; it has no option for it.
 */
function callWithFetch(call: () => Promise<unknown>, other: typeof fetch): Promise<unknown> {
  const { fetch: usual } = globalThis;
  globalThis.fetch = other;
  try {
    return call();
  } finally {
    globalThis.fetch = usual;
  }
}

function unreachable(error: unknown, { name: model, apiKey }: ErrorContext): ProviderError {
  const detail = String(error).replaceAll(apiKey, "[key]");
  return new ProviderError({ kind: "connection", model, summary: "the endpoint cannot be reached", detail });
}

/** Reads the parts of a streamed answer, up to its end. */
export function readParts({ body }: Response): AsyncIterable<unknown> {
  return untilEnd(parsed((body ?? []) as AsyncIterable<Uint8Array>), endsAnswer);
}

async function* parsed(body: AsyncIterable<Uint8Array>): AsyncGenerator<unknown, void> {
  for await (const data of eventData(body)) yield JSON.parse(data);
}

function endsAnswer(part: unknown): boolean | undefined {
  const candidate = (part as GoogleResponse | null)?.candidates?.[0];
  return candidate === undefined ? undefined : Boolean(candidate?.finishReason);
}
