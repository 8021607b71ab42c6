import type { GoogleSdk, GoogleSdkOptions, SendRequest } from "./google-sdk.ts";

/** The part of `@google/genai`, 1 to 3, that is used. */
export interface GenAiPackage {
  readonly GoogleGenAI: new (options: object) => GenAiClient;
}

interface GenAiClient {
  readonly models: {
    generateContent(parameters: object): Promise<unknown>;
    generateContentStream(parameters: object): Promise<unknown>;
    countTokens(parameters: object): Promise<unknown>;
  };
  readonly apiClient?: { getFetch?: unknown; apiCall?: Send };
}

type Send = (url: string, init: RequestInit) => Promise<Response>;

/**
 * Uses `@google/genai`. A client is kept, because it remembers the credentials of Vertex AI, and serves many calls at
 * once: each call sends its number where the prompt would be, by which `fetch` knows it.
 */
export function withGenAi({ GoogleGenAI }: GenAiPackage, options: GoogleSdkOptions): GoogleSdk {
  const open = new Map<string, SendRequest>();
  let client: GenAiClient | undefined;
  let keyOfClient: string | undefined;
  let calls = 0;

  const fetchOfPackage: Send = async (url, init) => {
    const call = /"text":"(call-\d+)"/.exec(typeof init.body === "string" ? init.body : "")?.[1] ?? "";
    const send = open.get(call);
    if (send === undefined) throw new Error("@google/genai sent a request that belongs to no call");
    open.delete(call);
    await send(url, new Headers(init.headers));
    return new Response("{}", { headers: { "content-type": "application/json" } });
  };

  /** A client for the key. Everything is stated, because the package takes what is not from the environment. */
  const clientFor = (key: string | undefined): GenAiClient => {
    if (client !== undefined && key === keyOfClient) return client;
    const { baseUrl, apiVersion, vertex } = options.endpoint;
    const created = new GoogleGenAI({
      vertexai: vertex !== undefined,
      ...(vertex === undefined
        ? { apiKey: key }
        : {
            project: vertex.project,
            location: vertex.location,
            // Else it starts gcloud to learn the project.
            googleAuthOptions: { projectId: vertex.project, ...vertex.auth },
          }),
      apiVersion,
      httpOptions: { baseUrl, apiVersion, headers: { ...options.headers }, fetch: fetchOfPackage },
    });
    // Before 2.3 the package has no option for `fetch`.
    const { apiClient } = created;
    if (typeof apiClient?.getFetch !== "function") {
      if (typeof apiClient?.apiCall !== "function")
        throw new Error("this version of @google/genai has no place for another fetch");
      apiClient.apiCall = fetchOfPackage;
    }
    client = created;
    keyOfClient = key;
    return created;
  };

  return {
    async request(method, model, key, send) {
      const { models } = clientFor(key);
      calls += 1;
      const call = `call-${calls}`;
      open.set(call, send);
      // The package refuses two dots wherever they stand; encoded they mean the same.
      const name = model.replaceAll("..", "%2E%2E");
      const parameters = { model: name, contents: [{ role: "user", parts: [{ text: call }] }] };
      try {
        if (method === "countTokens") await models.countTokens(parameters);
        else if (method === "generateContent") await models.generateContent(parameters);
        else await models.generateContentStream(parameters);
        if (open.has(call)) throw new Error("@google/genai did not use the fetch it was given");
      } finally {
        open.delete(call);
      }
    },
  };
}
