import type { ProviderError } from "../../../contracts/index.ts";
import { requestIdOf } from "./http-failure.ts";
import type { Refusal } from "./openai-direct.ts";
import { clockFault, restated } from "./platform-failure.ts";
import { isOwnRefusal, readRefusal } from "./refusals/index.ts";

/** An error of AWS as it was read. */
export interface AwsFailure {
  readonly error: ProviderError;
  /** Explanation of a refused signature, with what to do. */
  readonly advice: string | undefined;
  /** Name without `Exception`; empty if it has none that is known to be one. */
  readonly name: string;
  /** Fields of its body, if that is an object. */
  readonly body: Readonly<Record<string, unknown>>;
  /** The text of AWS, in lower case: at most 2,000 characters. */
  readonly said: string;
}

/**
 * Reads an error of AWS: its name from the header `x-amzn-errortype` or the body, its request id, and what explains a
 * refused signature.
 */
export function awsFailure(
  text: string,
  { headers }: Refusal,
  usual: ProviderError,
  region: string,
): AwsFailure {
  const body = objectIn(text);
  const name = nameOf(headers.get("x-amzn-errortype") ?? body["__type"] ?? body["code"]);
  const message = [body["message"], body["Message"]].find((one) => typeof one === "string") as
    | string
    | undefined;
  const detail = message ?? usual.detail;
  const said = (detail ?? "").slice(0, 2_000).toLowerCase();
  const requestId =
    usual.requestId ??
    requestIdOf(headers.get("x-amzn-requestid")) ??
    requestIdOf(headers.get("x-amz-request-id"));
  const byName = readRefusal({ status: undefined, codes: [name], text: "" }).kind;
  const isIdentity =
    /\bsignature\b|\bsecurity token\b|credential should be scoped|\bapi key\b|bearer token/.test(said);
  const byWords = usual.kind === "permission" && isIdentity ? "authentication" : usual.kind;
  const kind = byName === "unknown" ? byWords : byName;
  const providerCode = name === "" ? usual.providerCode : name;
  const mayBeBilled = name === "" ? usual.mayBeBilled : !isOwnRefusal(usual.status, "own");
  const error = restated(usual, { kind, detail, requestId, providerCode, mayBeBilled });
  const advice = kind === "authentication" ? signatureAdvice(name, said, headers, region) : undefined;
  return { error, advice, name, body, said };
}

function signatureAdvice(
  name: string,
  said: string,
  headers: Refusal["headers"],
  region: string,
): string | undefined {
  const clock = clockFault(headers);
  if (clock !== undefined) return clock;
  if (said.includes("signature expired") || said.includes("not yet current"))
    return "the signature's time was not accepted: is this machine's clock right?";
  if (said.includes("credential should be scoped"))
    return `the signature is for the region ${region}, and the address is of another: are region and baseUrl of one region?`;
  if (name === "ExpiredToken" || said.includes("expired")) return "the credentials have expired: renew them";
  if (name === "UnrecognizedClient" || name === "InvalidClientTokenId" || said.includes("security token"))
    return "AWS does not know the credentials: are they of this partition, and still active?";
  if (name !== "") return "the signature was not accepted: is the secret key right?";
  return undefined;
}

function objectIn(text: string): Readonly<Record<string, unknown>> {
  try {
    const body: unknown = JSON.parse(text);
    return typeof body === "object" && body !== null && !Array.isArray(body) ? { ...body } : {};
  } catch {
    return {};
  }
}

/** Reads a name: `com.amazon.coral#AccessDeniedException`, `AccessDeniedException:http://…`. */
function nameOf(value: unknown): string {
  if (typeof value !== "string" || value.length > 300) return "";
  const name = value.slice(value.lastIndexOf("#") + 1).split(":")[0] ?? "";
  return /^[A-Za-z]{1,60}$/.test(name) ? name.replace(/Exception$/, "") : "";
}
