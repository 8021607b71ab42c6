import { vi } from "vitest";
import { type LoopbackServer, sendJson, serveWith } from "../serve-with.ts";
import { type TokenIssuer, tokenIssuer } from "./tokens.ts";

/** Audience of Azure's own models. */
export const cognitive = "https://cognitiveservices.azure.com";

/** Secret by which the identity endpoint knows its machine. */
export const identityHeader = "canary-identity-header-5512";

export interface Identity extends LoopbackServer {
  readonly issuer: TokenIssuer;
  /** Sets the variables, until `vi.unstubAllEnvs()`. */
  isHere(): void;
}

/**
 * The identity endpoint of a machine in App Service, which `@azure/identity` asks for tokens, and the variables that
 * say where it is. One for a process: the package keeps the first address and each token that it was given.
 */
export async function serveIdentity(): Promise<Identity> {
  const issuer = tokenIssuer();
  const server = await serveWith((response, { url, headers }) => {
    if (headers["x-identity-header"] !== identityHeader)
      return sendJson(response, { error: "unauthorized" }, 401);
    const resource = new URL(url, "http://localhost").searchParams.get("resource") ?? "";
    const { token, expiresAt } = issuer.issue(resource);
    const expires = String(Math.floor(expiresAt / 1_000));
    sendJson(response, {
      access_token: token,
      expires_on: expires,
      resource,
      token_type: "Bearer",
      client_id: "c",
    });
  });
  return {
    ...server,
    issuer,
    isHere: () => {
      vi.stubEnv("IDENTITY_ENDPOINT", `${server.url}/msi/token`);
      vi.stubEnv("IDENTITY_HEADER", identityHeader);
    },
  };
}
