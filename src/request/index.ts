/** Normalisation of a request in the shape of OpenAI chat completions to facts, in bounded time. */

export { checkPlain, checkPlainField } from "./check-plain.ts";
export {
  ASK_CHARACTERS,
  chatOf,
  normaliseRequest,
  WINDOW_CHARACTERS,
} from "./normalise.ts";
export { readable } from "./readable.ts";
export { allText } from "./texts.ts";
