import type { Aborting } from "../../../plugin/call-abort.ts";
import { ignore } from "../../../plugin/ignore.ts";
import { onAbort } from "../../../plugin/on-abort.ts";
import { Countdown } from "./countdown.ts";
import { decoded } from "./decoded.ts";
import { LightResponse } from "./light-response.ts";
import { type BodySink, type BodySource, ResponseBody } from "./response-body.ts";
import { ResponseHeaders } from "./response-headers.ts";
import type { TransportSettings } from "./transport.ts";
import { TransportError } from "./transport-error.ts";
import type { WireRequest } from "./wire-request.ts";

/** Most interim answers (status 1xx) before an answer. */
const mostInterim = 16;
/** Statuses without a body. */
const bodiless: ReadonlySet<number> = new Set([204, 205, 304]);

/**
 * One request and its answer: the state that engines share. An engine sets `close`, calls the methods below as
 * things happen, and is told through `close` to give the connection up.
 */
export class Exchange {
  readonly request: WireRequest;
  readonly answer: Promise<LightResponse>;
  /** Set by the engine: closes the connection, at whatever stage it is. */
  close: () => void = ignore;
  /** Set by the engine once the request goes over a connection that stands. */
  isSent = false;
  readonly #settings: TransportSettings;
  #resolve: (response: LightResponse) => void = ignore;
  #reject: (error: unknown) => void = ignore;
  readonly #countdown: Countdown;
  #endWatch: (() => void) | undefined;
  #body: ResponseBody | undefined;
  #interim = 0;
  /** True once the answer has begun or failed. */
  #isAnswered = false;

  constructor(request: WireRequest, settings: TransportSettings, signal: Aborting | null | undefined) {
    this.request = request;
    this.#settings = settings;
    this.answer = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    if (signal !== null && signal !== undefined)
      this.#endWatch = onAbort(signal, () => this.#abort(signal.reason));
    this.#countdown = new Countdown(settings.headersTimeoutMs, () => {
      this.fail(new TransportError("the headers timed out: no answer began", "ETIMEDOUT"), true);
    });
  }

  get isAnswered(): boolean {
    return this.#isAnswered;
  }

  /** Called for each interim answer. */
  interim(): void {
    this.#interim += 1;
    if (this.#interim > mostInterim)
      this.fail(new TransportError(`more than ${mostInterim} interim answers`, "ERR_TOO_MANY_INTERIM"), true);
  }

  /** Called when the headers of the answer have come. `pairs`: names and values in turn. */
  respond(status: number, statusText: string, pairs: readonly string[], source: BodySource): BodySink {
    if (this.#isAnswered) return noSink;
    this.#isAnswered = true;
    const headers = new ResponseHeaders(pairs);
    const { idleTimeoutMs, maxBodyBytes } = this.#settings;
    const isSameTime = this.#countdown.ms === idleTimeoutMs;
    if (!isSameTime) this.#countdown.end();
    const { method, target } = this.request;
    const isEmpty = method === "HEAD" || bodiless.has(status);
    let sink: BodySink;
    try {
      const open = (from: BodySource): ResponseBody =>
        new ResponseBody(
          from,
          idleTimeoutMs,
          maxBodyBytes,
          () => this.#end(),
          isSameTime ? this.#countdown : undefined,
        );
      const coding = isEmpty ? null : headers.get("content-encoding");
      if (coding === null) {
        const body = open(source);
        this.#body = body;
        sink = body;
      } else {
        const { body, sink: packed } = decoded(coding, source, open);
        this.#body = body;
        sink = packed;
      }
    } catch (error) {
      this.#countdown.end();
      this.#end();
      this.#reject(error);
      source.destroy();
      return noSink;
    }
    this.#body.watch();
    this.#resolve(new LightResponse(status, statusText, headers, target.url, isEmpty ? null : this.#body));
    return sink;
  }

  /** Ends the exchange with an error. `closes`: also gives up the connection. */
  fail(error: unknown, closes = false): void {
    if (!this.isSent && error instanceof TransportError) error.isSent = false;
    if (this.#isAnswered) {
      this.#body?.fail(error);
    } else {
      this.#isAnswered = true;
      this.#countdown.end();
      this.#end();
      this.#reject(error);
    }
    if (closes) this.close();
  }

  #abort(reason: unknown): void {
    if (this.#body === undefined) this.fail(reason);
    else this.#body.abort(reason);
    this.close();
  }

  #end(): void {
    this.#endWatch?.();
    this.#endWatch = undefined;
  }
}

const noSink: BodySink = { push: ignore, end: ignore, fail: ignore };
