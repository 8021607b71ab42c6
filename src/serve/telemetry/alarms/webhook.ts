import { type OptionTable, readOptions } from "../../../plugin/index.ts";
import type { Notify } from "./deliver.ts";

export interface WebhookOptions {
  /** Address, `https:` or `http:`. */
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly fetch?: typeof fetch | undefined;
}

export const webhookOptions: OptionTable<WebhookOptions, "fetch"> = {
  url: {
    is: "text",
    pattern: /^https?:\/\/[^/]/,
    // The address of a webhook is its secret.
    secret: true,
    expected: "an address that begins with https:// or http://",
  },
  headers: { is: "record", of: { is: "text", empty: true, secret: true }, default: {} },
  fetch: { is: "function", optional: true },
};

/** Returns a `notify` that posts news as JSON. Redirects are not followed. Throws `InvalidOptionError`. */
export function webhook(options: WebhookOptions): Notify {
  const { url, headers, fetch: send = fetch } = readOptions("webhook", webhookOptions, options);
  return async (news, signal) => {
    const response = await send(url, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: JSON.stringify(news),
      redirect: "error",
      signal,
    });
    // Nothing of the answer is read; one that breaks off has been received anyway.
    await response.body?.cancel().catch(() => {});
    if (!response.ok) throw new Error(`status ${response.status}`);
  };
}
