import type { ProviderOptions } from "../../../contracts/index.ts";
import type { PlatformWire } from "./openai-direct.ts";
import { clockFault, restated } from "./platform-failure.ts";
import { tellRefused } from "./token-source.ts";

export interface AzureWireOptions {
  /** Name of the model, `provider:model`. */
  readonly model: string;
  readonly deployment: string;
  readonly apiKey: ProviderOptions["apiKey"];
}

/** Reads refusals of Azure, and says what to do. */
export function azureWire({ deployment, apiKey }: AzureWireOptions): PlatformWire {
  return {
    failureOf(text, { headers }, usual) {
      const error = usual();
      if (error.kind === "authentication" && typeof apiKey === "function") {
        const isReplaced = tellRefused(apiKey);
        const summary =
          clockFault(headers) ??
          "the token or key was not accepted: is it of this resource's tenant, and is the scope https://cognitiveservices.azure.com/.default?";
        return restated(error, { summary, retryable: isReplaced });
      }
      if (error.kind === "permission" && typeof apiKey === "function")
        return restated(error, {
          summary: "the identity may not call this resource: give it the role Cognitive Services OpenAI User",
        });
      if (error.kind === "not-found" && /deployment/i.test(text.slice(0, 2_000)))
        return restated(error, {
          summary: `the resource has no deployment ${JSON.stringify(deployment)}: is its name right, and does it exist for five minutes?`,
        });
      return error;
    },
    unreachable: (code) =>
      code === "ENOTFOUND" ? "ENOTFOUND: no resource has this address: is the endpoint right?" : undefined,
  };
}
