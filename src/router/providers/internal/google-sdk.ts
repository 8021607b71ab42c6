import type { GoogleEndpoint } from "./google-options.ts";

/** Method of the API. */
export type GoogleMethod = "generateContent" | "streamGenerateContent" | "countTokens";

/** Address, headers and key of a request, as a package builds it. */
export type SendRequest = (url: string, headers: Headers) => Promise<void>;

/**
 * A package of Google's that addresses and signs requests. It is handed no prompt: body and answer are written
 * and read here, since each version of the packages knows other fields, and follows redirects.
 */
export interface GoogleSdk {
  /**
   * Builds a request to a model and hands it to `send`, once. Rejects if there are no credentials. The name of the
   * model is encoded for an address.
   */
  request(method: GoogleMethod, model: string, key: string | undefined, send: SendRequest): Promise<void>;
}

export interface GoogleSdkOptions {
  readonly endpoint: GoogleEndpoint;
  readonly headers: Readonly<Record<string, string>>;
}

export type LoadGoogleSdk = (options: GoogleSdkOptions) => Promise<GoogleSdk>;
