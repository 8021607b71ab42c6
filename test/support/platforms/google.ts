import { vi } from "vitest";
import type { ScenarioFailure, ScenarioWire } from "../../../src/testing/index.ts";
import { anthropicWire } from "../anthropic-server.ts";
import { openaiWire } from "../openai-server.ts";
import { type LoopbackServer, serveWith } from "../serve-with.ts";
import { type TokenIssuer, tokenIssuer } from "./tokens.ts";

/** Audience of the tokens. */
export const cloudPlatform = "https://www.googleapis.com/auth/cloud-platform";

export interface Metadata extends LoopbackServer {
  readonly issuer: TokenIssuer;
  /** Sets the variables, until `vi.unstubAllEnvs()`. */
  isHere(): void;
}

/** The metadata server of a machine of Google Cloud, which `google-auth-library` asks for tokens. */
export async function serveMetadata(): Promise<Metadata> {
  const issuer = tokenIssuer();
  const server = await serveWith((response, { url, headers }) => {
    response.setHeader("metadata-flavor", "Google");
    if (headers["metadata-flavor"] !== "Google") return void response.writeHead(403).end();
    if (!url.includes("/service-accounts/default/token")) return void response.writeHead(200).end("{}");
    const scopes = new URL(url, "http://localhost").searchParams.get("scopes") ?? cloudPlatform;
    const { token, expiresAt } = issuer.issue(scopes);
    const seconds = Math.round((expiresAt - Date.now()) / 1_000);
    response.writeHead(200, { "content-type": "application/json" });
    response.end(JSON.stringify({ access_token: token, expires_in: seconds, token_type: "Bearer" }));
  });
  return {
    ...server,
    issuer,
    isHere: () => {
      vi.stubEnv("GCE_METADATA_HOST", new URL(server.url).host);
      vi.stubEnv("METADATA_SERVER_DETECTION", "assume-present");
      vi.stubEnv("GOOGLE_APPLICATION_CREDENTIALS", "");
      // The folder of gcloud, where a sign-in of the machine's user may be.
      vi.stubEnv("HOME", "/nonexistent");
      vi.stubEnv("CLOUDSDK_CONFIG", "/nonexistent");
      // Else the package starts the gcloud of this machine for each model: a second each, and another answer on each machine.
      vi.stubEnv("PATH", "/nonexistent");
    },
  };
}

const codes: Readonly<Partial<Record<ScenarioFailure["kind"], string>>> = {
  authentication: "UNAUTHENTICATED",
  permission: "PERMISSION_DENIED",
  "not-found": "NOT_FOUND",
  conflict: "ABORTED",
  "rate-limit": "RESOURCE_EXHAUSTED",
  server: "INTERNAL",
  overloaded: "UNAVAILABLE",
  timeout: "DEADLINE_EXCEEDED",
};

/** The OpenAI-compatible endpoint of Vertex AI: answers of OpenAI, errors of Google in an array of one. */
export const vertexWire: ScenarioWire = {
  ...openaiWire,
  failure: ({ kind, status, message, retryAfterMs }) => ({
    status,
    body: [
      {
        error: {
          code: status,
          message:
            kind === "context-overflow" ? `This model's maximum context length is 8. ${message}` : message,
          status: codes[kind] ?? "INVALID_ARGUMENT",
          ...(retryAfterMs !== undefined && {
            details: [
              { "@type": "type.googleapis.com/google.rpc.RetryInfo", retryDelay: `${retryAfterMs / 1_000}s` },
            ],
          }),
        },
      },
    ],
  }),
};

/** Claude on Vertex AI: answers and refusals of Anthropic, the method in the address. */
export const vertexClaudeWire: ScenarioWire = {
  ...anthropicWire,
  isStream: ({ path }) => path.endsWith(":streamRawPredict"),
};

/** Returns an error as Google writes it. */
export const googleError = (code: number, status: string, message: string): object[] => [
  { error: { code, status, message } },
];
