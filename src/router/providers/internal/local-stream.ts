import { incomplete } from "./incomplete.ts";
import { longestAnswer, type ReadAnswer, readLocalAnswer, tooLong } from "./read-local-answer.ts";

/** Pieces after which other work gets a turn: a stream that never waits would keep timers from firing. */
const piecesInATurn = 1_000;
/** Most pieces in a row without content. */
const mostEmpty = 100_000;

export interface PieceSource {
  /** Returns the next piece, or undefined at the end. Never called while a call is under way. */
  next(): Promise<ReadAnswer | undefined>;
  /** Tells the stream that nothing more is read, and resolves when it has ended. Never rejects. */
  end(): Promise<void>;
}

/**
 * Reads what a user's `stream` has returned: anything that can be iterated, with or without waiting, or a text. Bounded
 * in length and in empty pieces, and leaves the event loop a turn. Throws `ProviderError` of kind `incomplete`.
 */
export function readPieces(stream: unknown, model: string): PieceSource {
  const iterator = iteratorOf(stream, model);
  let length = 0;
  let pieces = 0;
  let empty = 0;
  let pending: Promise<unknown> = Promise.resolve();
  let isOver = false;

  const read = async (): Promise<ReadAnswer | undefined> => {
    pieces += 1;
    if (pieces % piecesInATurn === 0) await new Promise((resolve) => setTimeout(resolve, 0));
    const step = await iterator.next();
    if (typeof step !== "object" || step === null)
      throw incomplete(model, "a step of the stream is not an object");
    if (step.done) {
      isOver = true;
      return undefined;
    }
    const piece = readLocalAnswer(step.value, model);
    length += piece.text?.length ?? 0;
    for (const call of piece.toolCalls) length += call.name.length + call.arguments.length;
    if (length > longestAnswer) throw tooLong(model);
    empty = !piece.text && piece.toolCalls.length === 0 ? empty + 1 : 0;
    if (empty > mostEmpty) throw incomplete(model, `${mostEmpty} pieces of the stream in a row were empty`);
    return piece;
  };

  return {
    next() {
      const reading = read();
      pending = reading;
      return reading;
    },
    async end() {
      // A generator answers `return` only after the step that it is in.
      await pending.catch(() => {});
      if (isOver) return;
      try {
        await iterator.return?.();
      } catch {
        // It has ended anyway.
      }
    },
  };
}

interface AnyIterator {
  next(): unknown;
  return?(): unknown;
}

function iteratorOf(
  stream: unknown,
  model: string,
): { next(): Promise<IteratorResult<unknown>>; return?(): unknown } {
  const holder = (typeof stream === "string" ? [stream] : stream) as
    | { [Symbol.asyncIterator]?: () => AnyIterator; [Symbol.iterator]?: () => AnyIterator }
    | null
    | undefined;
  const open = holder?.[Symbol.asyncIterator] ?? holder?.[Symbol.iterator];
  const iterator = typeof open === "function" ? open.call(holder) : undefined;
  if (typeof iterator?.next !== "function")
    throw incomplete(model, "the stream cannot be iterated: return an async generator");
  return {
    next: async () => iterator.next() as IteratorResult<unknown>,
    ...(typeof iterator.return === "function" && { return: () => iterator.return?.() }),
  };
}
