import { withTimeLimit } from "../with-time-limit.ts";
import { readBounded } from "./read-bounded.ts";
import { systemCode } from "./system-code.ts";

export interface BoundedGetOptions {
  readonly fetch?: typeof fetch | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Sent as JSON by POST. Absent: a GET. */
  readonly body?: unknown;
  readonly timeoutMs: number;
  readonly maxBytes: number;
  readonly signal?: AbortSignal | undefined;
}

/** An answer, or the problem in our words. */
export type BoundedAnswer =
  | { readonly status: number; readonly text: string; readonly problem?: undefined }
  | { readonly problem: string; readonly status?: number | undefined };

/**
 * Asks a server for a text, within bounds of time and size. Redirects are not followed. Never rejects, except with the
 * signal's reason. Problems name neither address nor text of the server.
 */
export async function boundedGet(url: string, options: BoundedGetOptions): Promise<BoundedAnswer> {
  const { timeoutMs, signal } = options;
  const late = new TypeError("late");
  try {
    return await withTimeLimit((limit) => ask(url, options, limit), {
      timeoutMs,
      signal,
      reason: () => late,
    });
  } catch (error) {
    if (signal?.aborted) throw signal.reason;
    return { problem: error === late ? `no answer within ${timeoutMs / 1_000} s` : failureOf(error) };
  }
}

async function ask(url: string, options: BoundedGetOptions, signal: AbortSignal): Promise<BoundedAnswer> {
  const { fetch: send = globalThis.fetch, headers, body, maxBytes } = options;
  const posted = body === undefined ? {} : { method: "POST", body: JSON.stringify(body) };
  const type = body === undefined ? {} : { "content-type": "application/json" };
  const response = await send(url, {
    ...posted,
    headers: { ...type, ...headers },
    redirect: "manual",
    signal,
  });
  const { status } = response;
  const isRedirect = response.type === "opaqueredirect" || (status >= 300 && status < 400);
  if (isRedirect || !response.ok) void response.body?.cancel().catch(() => {});
  if (isRedirect) return { status, problem: "it redirects, and redirects are not followed" };
  if (!response.ok) return { status, problem: `status ${status}` };
  const text = await readBounded(response, maxBytes);
  if (text === undefined) return { status, problem: `the answer has more than ${maxBytes} bytes` };
  return { status, text };
}

/** Names a failure by its system code, which says `ECONNREFUSED` or `DEPTH_ZERO_SELF_SIGNED_CERT`. */
export function failureOf(error: unknown): string {
  const found = systemCode(error);
  if (found === undefined) return "it cannot be reached";
  const isCertificate = /CERT|SSL|TLS|UNABLE_TO_(?:GET|VERIFY)/.test(found);
  return isCertificate ? `its certificate is not accepted (${found})` : `it cannot be reached (${found})`;
}
