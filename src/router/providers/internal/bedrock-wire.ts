import { awsFailure } from "./aws-failure.ts";
import type { PlatformWire } from "./openai-direct.ts";
import { restated } from "./platform-failure.ts";

export interface BedrockWireOptions {
  readonly region: string;
  readonly endpoint: "runtime" | "mantle";
  /** Tells what issued the key or credentials that they were refused; returns true if others will follow. */
  refused(): boolean;
}

/** Reads refusals of Bedrock, in OpenAI's format or in that of AWS, and says what to do. */
export function bedrockWire({ region, endpoint, refused }: BedrockWireOptions): PlatformWire {
  const action = endpoint === "runtime" ? "bedrock:InvokeModel" : "bedrock-mantle:CreateInference";
  const other = endpoint === "runtime" ? "mantle" : "runtime";
  const noModel = `the region ${region} has no such model at the endpoint ${endpoint}: is its id right, does it need an inference profile (eu.…), or endpoint: "${other}"?`;

  return {
    hasNoList: true,
    failureOf(text, response, usual) {
      const { error, advice } = awsFailure(text, response, usual(), region);
      if (error.kind === "authentication") {
        const summary = advice ?? "the key was not accepted: has it expired, and is it of this region?";
        return restated(error, { summary, retryable: refused() });
      }
      if (error.kind === "permission")
        return restated(error, {
          summary: `the identity may not call the model in ${region}, or it is not enabled: allow ${action}, and ask for access to the model`,
        });
      return error.kind === "not-found" ? restated(error, { summary: noModel }) : error;
    },
    unreachable: (code) =>
      code === "ENOTFOUND"
        ? `ENOTFOUND: Bedrock has no host for the region ${region}: is it right?`
        : undefined,
  };
}
