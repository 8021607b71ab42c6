import { awsFailure } from "./aws-failure.ts";
import type { PlatformWire } from "./openai-direct.ts";
import { failureOf } from "./openai-errors.ts";
import { readError } from "./openai-fetch.ts";
import { restated } from "./platform-failure.ts";
import { sagemakerBody } from "./sagemaker-stream.ts";

export interface SageMakerWireOptions {
  /** Name of the model, `provider:model`. */
  readonly model: string;
  readonly endpointName: string;
  readonly region: string;
  /** Tells the issuer that its credentials were refused; returns true if others will follow. */
  refused(): boolean;
}

/** Reads refusals of SageMaker and of the container behind it, and says what to do. */
export function sagemakerWire(options: SageMakerWireOptions): PlatformWire {
  const { model, endpointName, region, refused } = options;
  return {
    hasNoList: true,
    unwrap: (source) => (source === null || source === undefined ? source : sagemakerBody(source, model)),
    failureOf(text, response, usual) {
      const { error, advice, name, body, said } = awsFailure(text, response, usual(), region);
      // The container has answered: its status and text count.
      if (name === "ModelError" || body["OriginalStatusCode"] !== undefined) {
        const status = statusOf(body["OriginalStatusCode"]) ?? error.status;
        const original = body["OriginalMessage"];
        const own = typeof original === "string" ? original : (error.detail ?? "");
        const { requestId } = error;
        return restated(failureOf(readError(own), model, status, response.headers as Headers), { requestId });
      }
      if (error.kind === "authentication")
        return restated(error, {
          summary: advice ?? "the signature was not accepted",
          retryable: refused(),
        });
      if (error.kind === "permission")
        return restated(error, {
          summary: `the identity may not call the endpoint in ${region}: allow sagemaker:InvokeEndpoint, and sagemaker:InvokeEndpointWithResponseStream for streams`,
        });
      if (
        error.kind === "not-found" ||
        (error.kind === "invalid-request" && /^endpoint .{1,200} not found/.test(said))
      )
        return restated(error, {
          kind: "not-found",
          summary: `the account has no endpoint ${endpointName} in ${region}: is the name right, and is it in service?`,
        });
      return error;
    },
    unreachable: (code) =>
      code === "ENOTFOUND"
        ? `ENOTFOUND: SageMaker has no host for the region ${region}: is it right?`
        : undefined,
  };
}

function statusOf(value: unknown): number | undefined {
  return typeof value === "number" && Number.isInteger(value) && value >= 400 && value <= 599
    ? value
    : undefined;
}
