import type { GoogleSdk, GoogleSdkOptions } from "./google-sdk.ts";

/** The part of `@google/generative-ai` that is used. */
export interface ArchivedPackage {
  readonly GoogleGenerativeAI: new (
    key: string,
  ) => {
    getGenerativeModel(
      model: { model: string },
      options: { baseUrl: string; apiVersion: string; customHeaders: Record<string, string> },
    ): ArchivedModel;
  };
}

interface ArchivedModel {
  generateContent(body: object): Promise<unknown>;
  generateContentStream(body: object): Promise<{ response: Promise<unknown> }>;
  countTokens(body: object): Promise<unknown>;
}

/** Uses `@google/generative-ai`, which its makers have archived. */
export function withArchivedPackage(
  { GoogleGenerativeAI }: ArchivedPackage,
  { endpoint: { baseUrl, apiVersion }, headers }: GoogleSdkOptions,
): GoogleSdk {
  return {
    async request(method, name, key = "", send) {
      const options = { baseUrl, apiVersion, customHeaders: { ...headers } };
      const model = new GoogleGenerativeAI(key).getGenerativeModel({ model: name }, options);
      let sent = false;
      const call = () => callOf(model, method);
      await callWithFetch(call, async (input, init) => {
        if (sent) throw new Error("@google/generative-ai sent a request twice");
        sent = true;
        await send(String(input), new Headers(init?.headers));
        return new Response("{}", { headers: { "content-type": "application/json" } });
      });
      if (!sent) throw new Error("@google/generative-ai did not use the fetch it was given");
    },
  };
}

async function callOf(model: ArchivedModel, method: Parameters<GoogleSdk["request"]>[0]): Promise<void> {
  const body = { contents: [] };
  if (method === "countTokens") await model.countTokens(body);
  else if (method === "generateContent") await model.generateContent(body);
  else {
    const { response } = await model.generateContentStream(body);
    // An unhandled rejection would end the process.
    response.catch(() => {});
  }
}

/**
 * Calls the package with another global `fetch`. The package takes it before its first pause, so no other
 * code of the process sees the change; it has no option for it.
 */
function callWithFetch(call: () => Promise<unknown>, other: typeof fetch): Promise<unknown> {
  const { fetch: usual } = globalThis;
  globalThis.fetch = other;
  try {
    return call();
  } finally {
    globalThis.fetch = usual;
  }
}
