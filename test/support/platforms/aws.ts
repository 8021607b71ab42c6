import { createHash, createHmac } from "node:crypto";
import { vi } from "vitest";
import { type LoopbackServer, sendJson, serveWith } from "../serve-with.ts";

/** A request as it arrived, in the parts that a signature covers. */
export interface ArrivedRequest {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly text: string;
}

export interface AwsAccount {
  /** Time of AWS. Default: that of the machine. */
  now: () => number;
  readonly region: string;
  readonly service: string;
  /** Keys that are active, with their secret and the session that belongs to them. */
  readonly keys: Map<
    string,
    { readonly secret: string; readonly session?: string; readonly expiresAt?: number }
  >;
}

export interface AwsFault {
  readonly status: number;
  readonly name: string;
  readonly message: string;
}

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
const hmac = (key: string | Buffer, text: string) => createHmac("sha256", key).update(text).digest();

/**
 * Verifies a signature as AWS documents it ("Signature Version 4 signing process"), independently of the package that
 * made it. Returns why it is refused, with the name and words of AWS.
 */
export function awsFault(request: ArrivedRequest, account: AwsAccount): AwsFault | undefined {
  const refuse = (name: string, message: string): AwsFault => ({ status: 403, name, message });
  const { headers } = request;
  const form =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/([^/]+)\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/;
  const found = form.exec(String(headers["authorization"] ?? ""));
  if (found === null) return refuse("MissingAuthenticationTokenException", "Missing Authentication Token");
  const [, id = "", day = "", region = "", service = "", names = "", signature = ""] = found;
  if (region !== account.region)
    return refuse(
      "InvalidSignatureException",
      `Credential should be scoped to a valid region, not '${region}'.`,
    );
  if (service !== account.service)
    return refuse(
      "InvalidSignatureException",
      `Credential should be scoped to correct service: '${account.service}'.`,
    );
  const key = account.keys.get(id);
  if (key === undefined || key.session !== headers["x-amz-security-token"])
    return refuse("UnrecognizedClientException", "The security token included in the request is invalid.");
  const date = String(headers["x-amz-date"] ?? "");
  const at = Date.parse(date.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, "$1-$2-$3T$4:$5:$6Z"));
  const away = at - account.now();
  const stated = new Date(account.now()).toISOString().replace(/[-:]|\.\d+/g, "");
  if (!(away > -300_000))
    return refuse("InvalidSignatureException", `Signature expired: ${date} is now earlier than ${stated}`);
  if (away > 300_000)
    return refuse(
      "InvalidSignatureException",
      `Signature not yet current: ${date} is still later than ${stated}`,
    );
  if (key.expiresAt !== undefined && key.expiresAt <= account.now())
    return refuse("ExpiredTokenException", "The security token included in the request is expired");
  const signed = names.split(";");
  for (const needed of ["host", "x-amz-date"])
    if (!signed.includes(needed)) return refuse("IncompleteSignatureException", `${needed} is not signed`);
  const [path = "", query = ""] = request.path.split("?");
  const canonical = [
    request.method,
    path.split("/").map(encodeURIComponent).join("/"),
    query.split("&").sort().join("&"),
    ...signed.map(
      (name) =>
        `${name}:${String(headers[name] ?? "")
          .trim()
          .replace(/ +/g, " ")}`,
    ),
    "",
    names,
    sha256(request.text),
  ].join("\n");
  const scope = `${day}/${region}/${service}/aws4_request`;
  const toSign = ["AWS4-HMAC-SHA256", date, scope, sha256(canonical)].join("\n");
  const signingKey = [day, region, service, "aws4_request"].reduce<string | Buffer>(
    hmac,
    `AWS4${key.secret}`,
  );
  return hmac(signingKey, toSign).toString("hex") === signature
    ? undefined
    : refuse(
        "InvalidSignatureException",
        "The request signature we calculated does not match the signature you provided.",
      );
}

/** Credentials that the endpoint of a container hands out. */
export interface ContainerCredentials extends LoopbackServer {
  readonly account: AwsAccount;
  lifetimeMs: number;
  /** Secrets that were handed out, and the token by which the endpoint knows the container. */
  readonly secrets: string[];
  /** Sets the variables, until `vi.unstubAllEnvs()`. */
  isHere(): void;
}

const containerToken = "canary-container-token-7781";

/** The endpoint of a container (ECS, EKS Pod Identity), which the package of AWS asks for credentials. */
export async function serveCredentials(region: string, service: string): Promise<ContainerCredentials> {
  const account: AwsAccount = { now: Date.now, region, service, keys: new Map() };
  const secrets = [containerToken];
  const server = await serveWith((response, { headers }) => {
    if (headers.authorization !== containerToken) return sendJson(response, { code: "unauthorized" }, 401);
    const count = account.keys.size + 1;
    const [id, secret, session] = [`ASIACANARY${count}`, `canary-secret-${count}`, `canary-session-${count}`];
    const expiresAt = Date.now() + served.lifetimeMs;
    account.keys.set(id, { secret, session, expiresAt });
    secrets.push(secret, session);
    const Expiration = new Date(expiresAt).toISOString();
    sendJson(response, { AccessKeyId: id, SecretAccessKey: secret, Token: session, Expiration });
  });
  const served: ContainerCredentials = {
    ...server,
    account,
    secrets,
    lifetimeMs: 3_600_000,
    isHere: () => {
      withoutAws();
      vi.stubEnv("AWS_CONTAINER_CREDENTIALS_FULL_URI", `${server.url}/credentials`);
      vi.stubEnv("AWS_CONTAINER_AUTHORIZATION_TOKEN", containerToken);
    },
  };
  return served;
}

/** Takes all that could bring credentials of the machine's user. */
export function withoutAws(): void {
  for (const name of [
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_PROFILE",
    "AWS_BEARER_TOKEN_BEDROCK",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
  ])
    vi.stubEnv(name, undefined);
  vi.stubEnv("AWS_EC2_METADATA_DISABLED", "true");
  vi.stubEnv("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent/credentials");
  vi.stubEnv("AWS_CONFIG_FILE", "/nonexistent/config");
}
