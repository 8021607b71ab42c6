/** An answer of an endpoint, before it is a `Response` or written to a socket. */
export interface Reply {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** Id by which the reply is named, in the headers that the clients of OpenAI and of Anthropic read. Default: those of `headers`. */
  readonly requestId?: string | undefined;
  /** Text, or texts and bytes that come one by one. Absent: no body. */
  readonly body?: string | ReplyParts | undefined;
}

/** Parts of a body that come one by one. `takeReady` hands over the next one if it is there already; undefined: read `next`. */
export interface ReplyParts extends AsyncIterator<string | Uint8Array> {
  takeReady?(): string | Uint8Array | undefined;
}

/** Returns a reply of JSON. */
export function jsonReply(
  value: unknown,
  headers: Readonly<Record<string, string>> = {},
  status = 200,
): Reply {
  return { status, headers: { "content-type": "application/json", ...headers }, body: JSON.stringify(value) };
}

/** Returns a reply of JSON that is text already. */
export function textReply(body: string, headers: Readonly<Record<string, string>> = {}, status = 200): Reply {
  return { status, headers: { "content-type": "application/json", ...headers }, body };
}

/** Headers that name a reply. */
export const idHeaders: readonly string[] = ["x-request-id", "request-id"];

const encoder = new TextEncoder();

/**
 * Returns a reply as a `Response`. Its stream reads on only when its reader has taken what there is, and fails with the
 * reason of `signal` when the reader has ended the call: so do those of `fetch`, and clients tell an abort by it.
 */
export function responseOf(reply: Reply, signal?: AbortSignal | undefined): Response {
  const { status, body, requestId } = reply;
  const headers = { ...reply.headers };
  if (requestId !== undefined) for (const name of idHeaders) headers[name] = requestId;
  if (typeof body !== "object") return new Response(body ?? null, { status, headers });
  const stream = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await body.next();
        if (done === true) return controller.close();
        if (signal?.aborted) {
          body.return?.()?.catch(() => {});
          throw signal.reason;
        }
        controller.enqueue(typeof value === "string" ? encoder.encode(value) : value);
      },
      async cancel() {
        await body.return?.();
      },
    },
    { highWaterMark: 0 },
  );
  return new Response(stream, { status, headers });
}
