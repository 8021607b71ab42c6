import { InvalidOptionError, notShown } from "../../../contracts/index.ts";
import type { Notify } from "./deliver.ts";

export interface WebhookOptions {
  /** Address, `https:` or `http:`. */
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly fetch?: typeof fetch | undefined;
}

/** Returns a `notify` that posts news as JSON. Redirects are not followed. Throws `InvalidOptionError`. */
export function webhook({ url, headers = {}, fetch: send = fetch }: WebhookOptions): Notify {
  // Not shown: the address of a webhook is its secret.
  if (typeof url !== "string" || !/^https?:\/\/[^/]/.test(url))
    throw new InvalidOptionError("webhook.url", notShown, "an address that begins with https:// or http://");
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
