import type { ChatRequest, Completion } from "./chat.ts";

/** One request of a batch, as the provider takes it. */
export interface BatchItem {
  /** Unique in its batch: `[A-Za-z0-9_-]`, at most 64 characters. */
  readonly id: string;
  /** What `bodyOf` made. */
  readonly body: object;
}

/** A batch that was submitted, or may have been. */
export interface SubmittedBatch {
  /** The caller's own, unique name of it. */
  readonly key: string;
  /** When submitting began, in milliseconds since the epoch. */
  readonly at: number;
  readonly items: number;
}

/** How far a batch is. */
export interface BatchStatus {
  /** Whether its results can be read, complete or not. */
  readonly ended: boolean;
  /** Items worked on so far, where the provider tells. */
  readonly done?: number | undefined;
}

/** What became of one item; `error` is a `ProviderError`. */
export type BatchResult =
  | { readonly id: string; readonly completion: Completion; readonly error?: undefined }
  | { readonly id: string; readonly error: Error; readonly completion?: undefined };

interface Abortable {
  readonly signal: AbortSignal;
}

interface Dropping {
  /** Told the name of each request parameter that the target does not know and that was left out. */
  readonly onDropped?: ((parameter: string) => void) | undefined;
}

/**
 * A provider's interface for requests that may take a day. Everything rejects with `ProviderError`, or
 * with the signal's reason after an abort, and retries nothing.
 */
export interface Batches {
  /** Part of the usual price that an item costs. */
  readonly priceShare: number;
  /** Most items of one batch. */
  readonly maxItems: number;
  /** Most bytes of one batch, all bodies together as JSON. */
  readonly maxBytes: number;
  /** The request as it will be sent. Throws `ProviderError` (`unsupported`). */
  bodyOf(request: ChatRequest, options?: Dropping): object;
  /** Resolves to the provider's id of the batch. */
  submit(
    items: readonly BatchItem[],
    batch: Pick<SubmittedBatch, "key">,
    options: Abortable,
  ): Promise<string>;
  /**
   * The provider's ids of batches that may be this one: for a process that ended while it submitted.
   * Empty: it never arrived.
   */
  find(batch: SubmittedBatch, options: Abortable): Promise<readonly string[]>;
  status(id: string, options: Abortable): Promise<BatchStatus>;
  /** In any order. Items that expired or were cancelled are failures, too. */
  results(id: string, options: Abortable): AsyncIterable<BatchResult>;
}
