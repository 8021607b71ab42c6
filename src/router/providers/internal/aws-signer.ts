import { MissingDependencyError } from "../../../contracts/index.ts";
import type { AwsCredentials } from "./aws-credentials.ts";
import type { UnsignedRequest } from "./openai-route.ts";
import type { SharedCredential } from "./shared-credential.ts";

export interface AwsSignerOptions {
  /** Function of the provider, for instance `bedrock()`. */
  readonly neededBy: string;
  readonly region: string;
  /** Name of the service in a signature. */
  readonly service: string;
  readonly credentials: SharedCredential<AwsCredentials>;
}

/** The part of a signer of `@smithy/signature-v4` that is used. */
interface Signer {
  sign(request: object): Promise<{ readonly headers: Readonly<Record<string, string>> }>;
}

/**
 * Returns a function that signs requests (Signature Version 4) through the package `@smithy/signature-v4`, just before
 * they are sent: a signature is good for five minutes.
 */
export function awsSigner(
  options: AwsSignerOptions,
): (request: UnsignedRequest) => Promise<Record<string, string>> {
  const { neededBy, region, service, credentials } = options;
  let library: typeof import("@smithy/signature-v4") | undefined;

  return async ({ method, url, headers, body }) => {
    library ??= await loadLibrary(neededBy);
    const { accessKeyId, secretAccessKey, sessionToken } = await credentials.read();
    const identity = { accessKeyId, secretAccessKey, ...(sessionToken && { sessionToken }) };
    const { SignatureV4 } = library;
    // Made for each request: its cache of keys is the package's own, and the credentials change.
    const signer: Signer = new SignatureV4({
      credentials: identity,
      region,
      service,
      sha256: Sha256 as never,
    });
    const { protocol, hostname, port, host, pathname, searchParams } = new URL(url);
    const signed = await signer.sign({
      method,
      protocol,
      hostname,
      ...(port !== "" && { port: Number(port) }),
      path: pathname,
      query: Object.fromEntries(searchParams),
      headers: { ...withoutSignature(headers), host },
      ...(body !== undefined && { body }),
    });
    // The transport sets it, from the same address.
    const { host: _, ...rest } = signed.headers;
    return rest;
  };
}

async function loadLibrary(neededBy: string): Promise<typeof import("@smithy/signature-v4")> {
  try {
    return await import("@smithy/signature-v4");
  } catch (cause) {
    throw new MissingDependencyError("@smithy/signature-v4", neededBy, { cause });
  }
}

function withoutSignature(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => name !== "authorization" && !name.startsWith("x-amz-")),
  );
}

/** SHA-256, or HMAC of it with a secret, by Web Crypto, in the form that the package asks for. */
class Sha256 {
  readonly #secret: Uint8Array<ArrayBuffer> | undefined;
  #parts: Uint8Array[] = [];

  constructor(secret?: Source) {
    this.#secret = secret === undefined ? undefined : bytesOf(secret);
  }

  update(part: Source): void {
    this.#parts.push(bytesOf(part));
  }

  async digest(): Promise<Uint8Array> {
    const data = joined(this.#parts);
    const { subtle } = globalThis.crypto;
    if (this.#secret === undefined) return new Uint8Array(await subtle.digest("SHA-256", data));
    const algorithm = { name: "HMAC", hash: "SHA-256" };
    const key = await subtle.importKey("raw", this.#secret, algorithm, false, ["sign"]);
    return new Uint8Array(await subtle.sign("HMAC", key, data));
  }

  reset(): void {
    this.#parts = [];
  }
}

type Source = string | ArrayBuffer | ArrayBufferView;

function bytesOf(source: Source): Uint8Array<ArrayBuffer> {
  if (typeof source === "string") return new TextEncoder().encode(source);
  if (!ArrayBuffer.isView(source)) return new Uint8Array(source);
  return new Uint8Array(new Uint8Array(source.buffer, source.byteOffset, source.byteLength));
}

function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
