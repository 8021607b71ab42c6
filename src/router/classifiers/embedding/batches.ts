import { type CallAnswer, isRouterError, ProviderError } from "../../../contracts/index.ts";
import { onAbort } from "../../../plugin/on-abort.ts";
import { settleWithin } from "../../../plugin/settle-within.ts";
import { type Embed, type EmbedAnswer, readAnswer } from "./embedder.ts";

export interface BatchOptions {
  readonly embed: Embed;
  /** Name of the embedding model, for errors. */
  readonly name: string;
  /** Required length of a vector; undefined for any. */
  readonly dimensions: number | undefined;
  /** Largest number of texts in one call. */
  readonly maxBatch: number;
  /** Time that the first text of a batch waits for others, in milliseconds. */
  readonly windowMs: number;
  readonly timeoutMs: number;
  /** Largest number of texts that wait or are in a call. */
  readonly maxPending: number;
}

/** Returns the vector of one text, which shares a call with texts requested at about the same time. */
export type EmbedOne = (text: string, signal: AbortSignal) => Promise<CallAnswer<readonly number[]>>;

interface Entry {
  readonly text: string;
  readonly succeed: (answer: CallAnswer<readonly number[]>) => void;
  readonly fail: (error: unknown) => void;
  /** True while the caller waits for it. */
  waiting: boolean;
  /** Called when the caller no longer waits. */
  onLeave: () => void;
}

/**
 * Collects texts for `windowMs` or up to `maxBatch`, and sends them in one call. The result of a text
 * does not depend on the others in its batch: a vector that cannot be read fails only its own text, and a
 * batch that is refused as bad input is halved until the faulty text is found. A call is aborted when it
 * takes too long or no caller waits for its vectors.
 */
export function createBatches(options: BatchOptions): EmbedOne {
  const { name, maxBatch, windowMs, maxPending } = options;
  let collected: Entry[] = [];
  let timer: NodeJS.Timeout | undefined;
  let pending = 0;

  const flush = () => {
    clearTimeout(timer);
    const entries = collected;
    collected = [];
    void send(options, entries);
  };

  return (text, signal) =>
    new Promise((resolve, reject) => {
      signal.throwIfAborted();
      if (pending >= maxPending)
        throw new ProviderError({
          kind: "overloaded",
          model: name,
          summary: `${maxPending} texts are already waiting or in a call (option maxPending)`,
        });
      const leave = () => {
        pending -= 1;
        entry.waiting = false;
        endWatch();
        entry.onLeave();
      };
      const entry: Entry = {
        text,
        waiting: true,
        onLeave: () => {},
        succeed(answer) {
          leave();
          resolve(answer);
        },
        fail(error) {
          leave();
          reject(error);
        },
      };
      pending += 1;
      const endWatch = onAbort(signal, () => entry.fail(signal.reason));
      collected.push(entry);
      if (collected.length >= maxBatch) flush();
      else if (collected.length === 1) timer = setTimeout(flush, windowMs);
    });
}

/** Sends the texts and reports the result to each entry. Never rejects. */
async function send(options: BatchOptions, all: readonly Entry[]): Promise<void> {
  const entries = all.filter(({ waiting }) => waiting);
  if (entries.length === 0) return;
  const controller = new AbortController();
  let left = entries.length;
  for (const entry of entries)
    entry.onLeave = () => {
      left -= 1;
      if (left === 0) controller.abort(new DOMException("no caller waits for the vectors", "AbortError"));
    };
  const { name, timeoutMs } = options;
  const onTime = () =>
    controller.abort(
      new ProviderError({ kind: "timeout", model: name, summary: `no vectors within ${timeoutMs} ms` }),
    );
  const timer = setTimeout(onTime, timeoutMs);
  try {
    const texts = entries.map(({ text }) => wellFormed(text));
    // Also a function that throws at once has failed like any other.
    const embedOnce = async () => options.embed(texts, controller);
    const answer = await settleWithin(embedOnce(), { signal: controller.signal });
    deliver(options, entries, readAnswer(answer));
  } catch (error) {
    if (entries.length === 1 || !isBadInput(error)) {
      for (const entry of entries) if (entry.waiting) entry.fail(error);
      return;
    }
    const half = Math.ceil(entries.length / 2);
    await Promise.all([send(options, entries.slice(0, half)), send(options, entries.slice(half))]);
  } finally {
    clearTimeout(timer);
  }
}

/** Replaces lone surrogates, which a cut may leave: a server that cannot read one fails the whole call. */
function wellFormed(text: string): string {
  return text.replace(/\p{Surrogate}/gu, "\ufffd");
}

function deliver(
  { name, dimensions }: BatchOptions,
  entries: readonly Entry[],
  { vectors, inputTokens, servedModel }: EmbedAnswer,
): void {
  if (!Array.isArray(vectors) || vectors.length !== entries.length)
    throw unreadable(name, `the answer does not hold one vector for each of ${entries.length} texts`);
  const characters = entries.reduce((sum, { text }) => sum + text.length, 0);
  for (const [index, entry] of entries.entries()) {
    if (!entry.waiting) continue;
    const vector: unknown = vectors[index];
    const problem = problemOf(vector, dimensions);
    if (problem !== undefined) entry.fail(unreadable(name, problem));
    else
      entry.succeed({
        value: vector as readonly number[],
        // Each text pays its share by length.
        inputTokens:
          inputTokens === undefined ? undefined : Math.ceil((inputTokens * entry.text.length) / characters),
        servedModel,
      });
  }
}

function problemOf(vector: unknown, dimensions: number | undefined): string | undefined {
  if (!Array.isArray(vector) || vector.length === 0) return "a vector is not an array of numbers";
  if (dimensions !== undefined && vector.length !== dimensions)
    return `a vector has ${vector.length} dimensions instead of ${dimensions}`;
  return vector.every(Number.isFinite) ? undefined : "a vector holds a value that is not a finite number";
}

function unreadable(model: string, summary: string): ProviderError {
  return new ProviderError({ kind: "incomplete", model, summary });
}

/** True if a text may be at fault and not the endpoint: halving a batch must not burden an endpoint that is down. */
function isBadInput(error: unknown): boolean {
  return (
    isRouterError(error, "provider") &&
    (error.kind === "invalid-request" || error.kind === "too-large" || error.kind === "context-overflow")
  );
}
