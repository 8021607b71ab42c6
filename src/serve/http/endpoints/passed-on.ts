import { type FilledOptions, readOptions } from "../../../plugin/index.ts";
import { onAbort } from "../../../plugin/on-abort.ts";
import type { HttpCall } from "../call.ts";
import { HttpError } from "../http-error.ts";
import type { Reply } from "../reply.ts";
import { type Upstream, upstreamOptions } from "../upstream.ts";
import type { Endpoint } from "./endpoint.ts";

/** Returns endpoints for the paths that another server answers. Its answers are not routed, counted or paid for here. */
export function passedOn(given: Upstream): readonly Endpoint[] {
  const upstream = readOptions("upstream", upstreamOptions, given);
  return upstream.paths.map((path) => ({
    method: "POST",
    path,
    async serve(call, serving) {
      await serving.identify(call);
      return passOn(call, path, upstream);
    },
  }));
}

type ReadUpstream = FilledOptions<Upstream, "apiKey" | "fetch">;

async function passOn(call: HttpCall, path: string, upstream: ReadUpstream): Promise<Reply> {
  const { baseUrl, apiKey, timeoutMs, maxAnswerBytes, fetch = globalThis.fetch } = upstream;
  const body = await call.readText();
  const ending = new AbortController();
  const leave = () => ending.abort(call.signal?.reason);
  if (call.signal?.aborted) throw call.signal.reason;
  const forget = call.signal === undefined ? undefined : onAbort(call.signal, leave);
  const timer = setTimeout(() => ending.abort(), timeoutMs);
  const end = () => {
    clearTimeout(timer);
    forget?.();
  };
  try {
    const answer = await fetch(baseUrl.replace(/\/+$/, "") + path, {
      method: "POST",
      body,
      // A redirect would take body and key to an address that no one has configured.
      redirect: "manual",
      signal: ending.signal,
      headers: {
        "content-type": "application/json",
        ...(apiKey !== undefined && { authorization: `Bearer ${apiKey}` }),
      },
    });
    // A redirect; or the key here is wrong, which the sender cannot mend and would take for its own.
    if ((answer.status >= 300 && answer.status < 400) || answer.status === 401 || answer.status === 403) {
      answer.body?.cancel().catch(() => {});
      throw new HttpError(502, "the server behind this path refused", { code: "bad_gateway" });
    }
    return { status: answer.status, headers: headersOf(answer), body: bodyOf(answer, maxAnswerBytes, end) };
  } catch (error) {
    end();
    if (error instanceof HttpError || call.signal?.aborted) throw error;
    if (ending.signal.aborted)
      throw new HttpError(504, "the server behind this path took too long", { code: "timeout" });
    // No cause: it names addresses.
    throw new HttpError(502, "the server behind this path cannot be reached", { code: "bad_gateway" });
  }
}

/** Headers that say what the body is, and when to try again. All others belong to the other server. */
function headersOf({ headers }: Response): Readonly<Record<string, string>> {
  const kept: Record<string, string> = {};
  for (const name of ["content-type", "retry-after"]) {
    const value = headers.get(name);
    if (value !== null && /^[\x20-\x7e]{1,256}$/.test(value)) kept[name] = value;
  }
  return kept;
}

/** The body as it comes. One that is too long fails, so that no one takes its beginning for the whole. */
function bodyOf({ body }: Response, maxBytes: number, end: () => void): AsyncIterator<Uint8Array> {
  const reader = body?.getReader();
  let bytes = 0;
  const leave = () => {
    end();
    reader?.cancel().catch(() => {});
  };
  return {
    async next() {
      try {
        const step = await reader?.read();
        if (step === undefined || step.done) {
          end();
          return { done: true, value: undefined };
        }
        bytes += step.value.byteLength;
        if (bytes > maxBytes) throw new HttpError(502, "the answer is too long");
        return { done: false, value: step.value };
      } catch (error) {
        leave();
        throw error;
      }
    },
    async return() {
      leave();
      return { done: true, value: undefined };
    },
  };
}
