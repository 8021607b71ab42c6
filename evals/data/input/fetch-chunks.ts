import { InvalidOptionError, OutcomeFormatError } from "../../../src/contracts/index.ts";
import type { FilledOptions } from "../../../src/plugin/index.ts";

export interface FetchOptions {
  /** Longest wait for the answer, and for each part of it, in milliseconds. Default 30,000. */
  readonly timeoutMs?: number | undefined;
  /** True to allow `http:` for this machine (127.0.0.1, ::1, localhost). Default false. */
  readonly loopbackHttp?: boolean | undefined;
  readonly fetch?: typeof globalThis.fetch | undefined;
}

const mostRedirects = 5;
const loopback: ReadonlySet<string> = new Set(["127.0.0.1", "[::1]", "localhost"]);
const redirects: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** Formats a URL for messages, without query, user and password: they may be secrets. */
export function nameOfUrl({ protocol, host, pathname }: URL): string {
  return `${protocol}//${host}${pathname}`;
}

/** Throws `InvalidOptionError` unless a URL may be fetched. */
export function checkUrl(url: URL, loopbackHttp: boolean): void {
  const name = nameOfUrl(url);
  if (url.username !== "" || url.password !== "")
    throw new InvalidOptionError("input", name, "a URL without user and password");
  if (url.protocol === "https:") return;
  if (url.protocol === "http:" && loopbackHttp && loopback.has(url.hostname)) return;
  const allowed = loopbackHttp ? "an https URL, or http to this machine" : "an https URL";
  throw new InvalidOptionError("input", name, allowed);
}

/**
 * Streams the content of a URL. Follows at most 5 redirects, each to a URL that may be fetched too. Throws
 * `OutcomeFormatError`, which names the URL without its query and quotes nothing of the answer.
 */
export async function* fetchChunks(
  url: URL,
  { timeoutMs, loopbackHttp, fetch }: FilledOptions<FetchOptions>,
): AsyncGenerator<Uint8Array, void, void> {
  const name = nameOfUrl(url);
  const controller = new AbortController();
  const late = (): void =>
    controller.abort(new OutcomeFormatError(name, 0, "file", `took longer than ${timeoutMs} ms (timeoutMs)`));
  const timer = setTimeout(late, timeoutMs);
  try {
    const response = await follow(url, loopbackHttp, (at) =>
      fetch(at, { redirect: "manual", signal: controller.signal }),
    );
    for await (const chunk of response.body ?? []) {
      timer.refresh();
      yield chunk as Uint8Array;
      // Time that the reader takes does not count against the server.
      timer.refresh();
    }
  } catch (error) {
    throw fetchError(name, controller.signal.aborted ? controller.signal.reason : error);
  } finally {
    clearTimeout(timer);
    controller.abort();
  }
}

async function follow(
  start: URL,
  loopbackHttp: boolean,
  get: (url: URL) => Promise<Response>,
): Promise<Response> {
  let url = start;
  for (let hop = 0; hop <= mostRedirects; hop += 1) {
    checkUrl(url, loopbackHttp);
    const response = await get(url);
    if (!redirects.has(response.status)) {
      if (response.ok) return response;
      throw new OutcomeFormatError(
        nameOfUrl(start),
        0,
        "file",
        `cannot be fetched: status ${response.status}`,
      );
    }
    await response.body?.cancel();
    const target = response.headers.get("location");
    if (target === null || !URL.canParse(target, url.href))
      throw new OutcomeFormatError(nameOfUrl(start), 0, "file", "redirects to something that is not a URL");
    url = new URL(target, url);
  }
  throw new OutcomeFormatError(
    nameOfUrl(start),
    0,
    "file",
    `redirects more than ${mostRedirects} times: give the last URL`,
  );
}

/** Converts errors of `fetch`, which may quote the URL with its query. */
function fetchError(name: string, error: unknown): unknown {
  if (error instanceof OutcomeFormatError || error instanceof InvalidOptionError) return error;
  const { code } = ((error as Error).cause ?? error) as NodeJS.ErrnoException;
  return new OutcomeFormatError(
    name,
    0,
    "file",
    `cannot be fetched (${typeof code === "string" ? code : "no connection"})`,
  );
}
