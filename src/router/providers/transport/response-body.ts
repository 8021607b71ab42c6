import { ignore } from "../../../plugin/ignore.ts";
import { Countdown } from "./countdown.ts";
import { TransportError } from "./transport-error.ts";

/** The connection that fills a body. */
export interface BodySource {
  pause(): void;
  resume(): void;
  /** Closes the connection. */
  destroy(): void;
}

/** Receives the parts of a body from an engine. */
export interface BodySink {
  push(piece: Uint8Array): void;
  /** The body is complete. */
  end(): void;
  /** The body is cut off. */
  fail(error: unknown): void;
}

/** Bytes that wait to be read before the connection is paused. */
const mostWaiting = 64 * 1024;
/** Time-outs without a read after which a body counts as forgotten. */
const mostPauses = 6;

type Piece = { readonly done: false; readonly value: Uint8Array } | typeof ended;
const ended = { done: true, value: undefined } as const;

interface Waiting {
  resolve(piece: Piece): void;
  reject(error: unknown): void;
}

/**
 * The body of an answer, read at the reader's speed: at most 64 KiB and one piece wait for it. A body that is
 * not read for six times `idleTimeoutMs` is closed, since it holds a connection.
 */
export class ResponseBody implements AsyncIterable<Uint8Array> {
  readonly #idleTimeoutMs: number;
  readonly #onEnd: () => void;
  #left: number;
  #source: BodySource | undefined;
  #pieces: Uint8Array[] = [];
  #waitingBytes = 0;
  #isPaused = false;
  #isWhole = false;
  #isCancelled = false;
  #failure: { readonly error: unknown } | undefined;
  #waiter: Waiting | undefined;
  /** Set while the whole body is collected: nothing is paused then. */
  #collects = false;
  #countdown: Countdown | undefined;
  #pauses = 0;

  /** `onEnd` is called once, when nothing more can come. `countdown`: one of `idleTimeoutMs` that is no longer needed. */
  constructor(
    source: BodySource,
    idleTimeoutMs: number,
    maxBytes: number,
    onEnd: () => void,
    countdown?: Countdown,
  ) {
    this.#source = source;
    this.#idleTimeoutMs = idleTimeoutMs;
    this.#left = maxBytes;
    this.#onEnd = onEnd;
    this.#countdown = countdown;
    if (countdown !== undefined) countdown.run = () => this.#idle();
  }

  /** True once a reader has begun. */
  used = false;
  readonly locked: boolean = false;

  /** Adds what has arrived. */
  push(piece: Uint8Array): void {
    if (this.#source === undefined || piece.length === 0) return;
    this.#left -= piece.length;
    if (this.#left < 0) {
      const { destroy } = this.#take();
      this.fail(new TransportError("the body is larger than maxBodyBytes", "ERR_BODY_TOO_LARGE"));
      destroy();
      return;
    }
    const waiter = this.#waiter;
    if (waiter !== undefined) {
      this.#waiter = undefined;
      waiter.resolve({ done: false, value: piece });
      return;
    }
    this.#pieces.push(piece);
    this.#waitingBytes += piece.length;
    if (this.#waitingBytes < mostWaiting || this.#isPaused || this.#collects) return;
    this.#isPaused = true;
    this.#source.pause();
  }

  /** Ends the body: it is complete. */
  end(): void {
    if (this.#source === undefined) return;
    this.#isWhole = true;
    this.#leave();
    this.#waiter?.resolve(ended);
    this.#waiter = undefined;
  }

  /** Ends the body: it is cut off. What has arrived can still be read. */
  fail(error: unknown): void {
    if (this.#isWhole || this.#failure !== undefined || this.#isCancelled) return;
    this.#failure = { error };
    this.#leave();
    this.#waiter?.reject(error);
    this.#waiter = undefined;
  }

  /** Ends the body with an error at once: what has arrived and was not read is dropped. */
  abort(error: unknown): void {
    const source = this.#source;
    this.#pieces = [];
    this.#waitingBytes = 0;
    if (this.#isWhole && this.#failure === undefined) {
      this.#isWhole = false;
      this.#failure = { error };
    }
    this.fail(error);
    source?.destroy();
  }

  /** Reads the next piece. Throws what ended the body too early. */
  read(): Promise<Piece> {
    this.used = true;
    this.#pauses = 0;
    const piece = this.#pieces.shift();
    if (piece !== undefined) {
      this.#waitingBytes -= piece.length;
      if (this.#isPaused && this.#waitingBytes === 0) {
        this.#isPaused = false;
        this.#source?.resume();
      }
      return Promise.resolve({ done: false, value: piece });
    }
    if (this.#failure !== undefined) return Promise.reject(this.#failure.error);
    if (this.#source === undefined) return Promise.resolve(ended);
    if (this.#waiter !== undefined) return Promise.reject(new TypeError("the body is being read already"));
    this.watch();
    return new Promise((resolve, reject) => {
      this.#waiter = { resolve, reject };
    });
  }

  /** Takes a body that has come whole and in one piece, at most `maxBytes`; undefined for any other, of which nothing is read. */
  takeWhole(maxBytes: number): Uint8Array | undefined {
    const piece = this.#pieces.length === 1 ? this.#pieces[0] : undefined;
    if (piece === undefined || !this.#isWhole || this.used || piece.length > maxBytes) return undefined;
    this.used = true;
    this.#pieces = [];
    this.#waitingBytes = 0;
    return piece;
  }

  /** Reads what is left in one piece, at most `maxBytes`; undefined if there is more. */
  async collect(maxBytes: number): Promise<Uint8Array | undefined> {
    this.#collects = true;
    const pieces: Uint8Array[] = [];
    let bytes = 0;
    for (;;) {
      const { done, value } = await this.read();
      if (done) break;
      bytes += value.length;
      if (bytes > maxBytes) {
        this.cancel();
        return undefined;
      }
      pieces.push(value);
      this.#collects = bytes + this.#waitingBytes < maxBytes;
    }
    if (pieces.length === 1) return pieces[0];
    const whole = new Uint8Array(bytes);
    let at = 0;
    for (const piece of pieces) {
      whole.set(piece, at);
      at += piece.length;
    }
    return whole;
  }

  /** Drops what is left, and closes the connection unless the body has ended. */
  cancel(): Promise<void> {
    const source = this.#source;
    this.#pieces = [];
    this.#waitingBytes = 0;
    if (source !== undefined) {
      this.#isCancelled = true;
      this.#leave();
      source.destroy();
      this.#waiter?.resolve(ended);
      this.#waiter = undefined;
    }
    return Promise.resolve();
  }

  /** Returns itself, which a reader needs no more than. */
  getReader(): this {
    return this;
  }

  releaseLock(): void {}

  atEnd(): boolean {
    return this.#isWhole && this.#pieces.length === 0;
  }

  [Symbol.asyncIterator](): AsyncIterator<Uint8Array, undefined> {
    return {
      next: () => this.read(),
      return: async () => {
        await this.cancel();
        return ended;
      },
    };
  }

  /** Starts the time that a piece may take. */
  watch(): void {
    if (this.#source === undefined) return;
    if (this.#countdown !== undefined) this.#countdown.restart();
    else this.#countdown = new Countdown(this.#idleTimeoutMs, () => this.#idle());
  }

  #idle(): void {
    const source = this.#source;
    if (source === undefined) return;
    if (this.#waiter === undefined) {
      this.#pauses += 1;
      if (this.#pauses < mostPauses) {
        this.#countdown?.restart();
        return;
      }
    }
    const what =
      this.#waiter === undefined ? "nothing was read of the body" : "the body timed out: nothing came";
    this.fail(new TransportError(`${what} for too long`, "ETIMEDOUT"));
    source.destroy();
  }

  #take(): BodySource {
    return this.#source ?? { pause: ignore, resume: ignore, destroy: ignore };
  }

  #leave(): void {
    this.#countdown?.end();
    this.#countdown = undefined;
    this.#source = undefined;
    this.#onEnd();
  }
}
