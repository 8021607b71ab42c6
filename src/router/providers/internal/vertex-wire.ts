import type { ProviderError, ProviderErrorOptions, ProviderOptions } from "../../../contracts/index.ts";
import { type GoogleMeaning, googleMeaning } from "./google-errors.ts";
import type { PlatformWire } from "./openai-direct.ts";
import { clockFault, restated } from "./platform-failure.ts";
import { isOwnRefusal, readRefusal } from "./refusals/index.ts";
import { tellRefused } from "./token-source.ts";

export interface VertexWireOptions {
  readonly project: string;
  readonly location: string;
  readonly apiKey: ProviderOptions["apiKey"];
}

/** Reads refusals of Vertex AI, in Google's format or in that of the server behind it, and says what to do. */
export function vertexWire({ project, location, apiKey }: VertexWireOptions): PlatformWire {
  const advice = (error: ProviderError): Partial<Pick<ProviderError, "retryable">> & { summary?: string } => {
    if (error.kind === "permission")
      return {
        summary: `project ${project} does not exist, or the identity may not use Vertex AI in it: give it the role Vertex AI User (roles/aiplatform.user), and enable the API aiplatform.googleapis.com`,
      };
    if (error.kind === "not-found")
      return {
        summary: `the model is not enabled in project ${project}, or not served in ${location}: enable it on its page in Model Garden, or take a location that has it`,
      };
    return {};
  };

  return {
    hasNoList: true,
    failureOf(text, { headers }, usual) {
      const plain = usual();
      const said = googleMeaning(text);
      const error = said === undefined ? plain : restated(plain, inGoogleFormat(plain, said, text));
      if (error.kind !== "authentication") return restated(error, advice(error));
      const summary =
        clockFault(headers) ??
        "the token was not accepted: is it of Google Cloud, and of the scope cloud-platform?";
      return restated(error, { summary, retryable: tellRefused(apiKey) });
    },
    unreachable: (code) =>
      code === "ENOTFOUND"
        ? `ENOTFOUND: Vertex AI has no host for the location ${location}: is it right?`
        : undefined,
  };
}

function inGoogleFormat(
  { status, detail: words = "", retryAfterMs, providerCode }: ProviderError,
  { codes, waitMs }: GoogleMeaning,
  text: string,
): Partial<ProviderErrorOptions> {
  return {
    ...readRefusal({ status, codes, text: words }),
    mayBeBilled: !isOwnRefusal(status, "own"),
    retryAfterMs: retryAfterMs ?? waitMs,
    // The whole text: the details name the reason of some errors.
    detail: text,
    providerCode: providerCode ?? codes[0],
  };
}
