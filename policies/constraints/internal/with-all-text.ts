import type { RequestFacts } from "../../../src/contracts/index.ts";

/**
 * Returns the facts with all text of the request as its `ask`, for a detector that reads only `ask`; undefined
 * if `ask` is all there is. Throws if the text cannot be read.
 */
export function withAllText(request: RequestFacts): RequestFacts | undefined {
  const ask = request.text.all();
  if (ask === request.ask) return undefined;
  return { ...request, ask, askCharacters: ask.length, window: "", typed: undefined };
}
