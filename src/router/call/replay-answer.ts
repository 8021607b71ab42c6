import type { Completion } from "../../contracts/index.ts";
import type { AnswerReader } from "./answer-reader.ts";
import { toChunks } from "./to-chunks.ts";

/** Reads a whole answer chunk by chunk: text, finish reason, usage. No call is made. */
export function replayAnswer(answer: Completion): AnswerReader {
  const chunks = toChunks(answer);
  let read = 0;
  return {
    next() {
      const chunk = chunks[read];
      read += 1;
      return Promise.resolve(chunk);
    },
    takeReady() {
      const chunk = chunks[read];
      if (chunk !== undefined) read += 1;
      return chunk;
    },
    whole: () => Promise.resolve(answer),
    isTaken: () => read >= chunks.length,
    completion: () => answer,
  };
}
