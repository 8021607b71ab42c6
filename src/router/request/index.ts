/** Normalisation of a request in the shape of OpenAI chat completions to facts, in bounded time. */
export { allText } from "./all-text.ts";
export { chatOf } from "./chat-of.ts";
export { checkOptions } from "./check-fields.ts";
export { checkPlain, checkPlainField, knownAsPlain } from "./check-plain.ts";
export { HeldText } from "./held-text.ts";
export { ASK_CHARACTERS, normaliseRequest, WINDOW_CHARACTERS } from "./normalise.ts";
export { readable } from "./readable.ts";
export { searchableText } from "./searchable-text.ts";
export { textOf } from "./texts.ts";
