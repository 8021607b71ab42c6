import type { ChatRequest, Completion } from "./chat.ts";

/** One request of a batch, as the provider takes it. */
export interface BatchItem {
  /** Unique in its batch: `[A-Za-z0-9_-]`, at most 64 characters. */
  readonly id: string;
  /** The body that `bodyOf` made of the request. */
  readonly body: object;
}

/** A batch that was submitted, or may have been: the process ended before it knew. */
export interface SubmittedBatch {
  /** Unique name that the caller gave the batch. */
  readonly key: string;
  /** Start of the submission, in milliseconds since the epoch. */
  readonly at: number;
  readonly items: number;
}

/** Progress of a batch. */
export interface BatchStatus {
  /** True if the results can be read, complete or not. */
  readonly ended: boolean;
  /** Number of items that are done, if the provider says so. */
  readonly done?: number | undefined;
}

/** Result of one item: its answer, or a `ProviderError`. */
export type BatchResult =
  | { readonly id: string; readonly completion: Completion; readonly error?: undefined }
  | { readonly id: string; readonly error: Error; readonly completion?: undefined };

interface Abortable {
  readonly signal: AbortSignal;
}

interface Dropping {
  /** Called with the name of each request parameter that was left out because the target does not know it. */
  readonly onDropped?: ((parameter: string) => void) | undefined;
}

/**
 * Interface of a provider for requests that may take a day. All methods reject with `ProviderError`, or
 * with the signal's reason after an abort, and none retries.
 */
export interface Batches {
  /** Share of the usual price that an item costs, for instance 0.5. */
  readonly priceShare: number;
  /** Largest number of items in a batch. */
  readonly maxItems: number;
  /** Largest size of a batch in bytes, counted over all bodies as JSON. */
  readonly maxBytes: number;
  /** Builds the body that will be sent. Throws, or rejects with, `ProviderError` (`unsupported`). */
  bodyOf(request: ChatRequest, options?: Dropping): object | Promise<object>;
  /** Submits the items and resolves to the provider's id of the batch. */
  submit(
    items: readonly BatchItem[],
    batch: Pick<SubmittedBatch, "key">,
    options: Abortable,
  ): Promise<string>;
  /**
   * Finds the provider's ids of batches that may be this one, after a process ended while it submitted.
   * Empty if the batch never arrived.
   */
  find(batch: SubmittedBatch, options: Abortable): Promise<readonly string[]>;
  status(id: string, options: Abortable): Promise<BatchStatus>;
  /** Yields the results in any order. Items that expired or were cancelled are failures, too. */
  results(id: string, options: Abortable): AsyncIterable<BatchResult>;
}
