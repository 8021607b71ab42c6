import type { Model } from "../../contracts/index.ts";
import { createGoogleModel } from "./internal/google-model.ts";
import type { GoogleOptions } from "./internal/google-options.ts";
import { loadGoogleSdk } from "./internal/load-google-sdk.ts";

export type { GoogleOptions, VertexOptions } from "./internal/google-options.ts";

/**
 * A Gemini model, called over the Gemini API or Vertex AI through the package `@google/genai`, or, where only that
 * is installed, the archived `@google/generative-ai`.
 *
 *     google("gemini-2.5-flash", { defaults: { reasoningEffort: "low" } })
 *     google("gemini-2.5-flash", { vertex: { project: "my-project", location: "europe-west4" } })
 *
 * The key is `apiKey`, else `GEMINI_API_KEY`, else `GOOGLE_API_KEY`, read at each call. Vertex AI takes no key but
 * the credentials of `vertex.auth` or of the environment, which the package obtains at the first call. `baseUrl` has
 * no version in it (default `https://generativelanguage.googleapis.com`, or the location's address on Vertex AI).
 * Other variables that the package reads (`GOOGLE_GENAI_USE_VERTEXAI`, `GOOGLE_GEMINI_BASE_URL`) change nothing. The
 * package addresses and signs the requests; prompts and answers do not pass through it. The API sends no request id.
 *
 * Reasoning effort becomes a thinking level (Gemini 3 and later) or a budget (2.5: minimal and low 1,024,
 * medium 8,192, high 24,576 tokens, none 0 or, on Pro, 128). `modalities` asks for images or sound.
 *
 * Beyond OpenAI's fields an answer's message may hold `reasoning_content`, `images`, `annotations` (what search and files
 * brought), `provider_metadata` (the whole of it), `extra_content.google.thought_signature` on a tool call, and, where a part
 * has no other place (a signature on text, code that ran, a tool at Google), all `provider_parts`; with them `written_by`.
 * Send the message back unchanged: what is not known to come from this model is left out, because the API refuses it.
 *
 * Throws `InvalidOptionError`. Calls reject with `MissingDependencyError` without a package, and with
 * `MissingConfigurationError` without a key.
 */
export function google(model: string, options: GoogleOptions = {}): Model {
  return createGoogleModel(model, options, loadGoogleSdk);
}
