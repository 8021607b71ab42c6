import { describe, expect, it } from "vitest";
import { openaiEmbeddings } from "../../../src/router/classifiers/index.ts";
import { anthropic } from "../../../src/router/providers/anthropic.ts";
import { azure } from "../../../src/router/providers/azure.ts";
import { google } from "../../../src/router/providers/google.ts";
import { openai } from "../../../src/router/providers/openai.ts";
import { openaiCompatible } from "../../../src/router/providers/openai-compatible.ts";
import { servePlain } from "../../support/google-server.ts";

type Address = { readonly baseUrl?: string; readonly baseURL?: string };
const providers: Readonly<Record<string, (address: Address) => object>> = {
  openai: (address) => openai("m", { apiKey: "k", ...address }),
  openaiCompatible: (address) => openaiCompatible("m", { apiKey: "k", ...address } as { baseURL: string }),
  anthropic: (address) => anthropic("m", { apiKey: "k", ...address }),
  google: (address) => google("m", { apiKey: "k", ...address }),
  azure: (address) => azure("m", { apiKey: "k", apiVersion: "2024-10-21", ...address }),
  openaiEmbeddings: (address) => openaiEmbeddings({ model: "m", apiKey: "k", ...address }),
};
const url = "http://user:password@host.test/v1";

describe.each(Object.entries(providers))("the address of %s", (owner, make) => {
  it("may be spelt baseURL, as SDKs do", async () => {
    const paths: (string | undefined)[] = [];
    const server = await servePlain((response, request) => {
      paths.push(request.url);
      response.writeHead(404, { "content-type": "application/json" }).end("{}");
    });
    const model = make({ baseURL: `${server.url}/here` }) as {
      health?: () => Promise<unknown>;
      embed?: (texts: readonly string[], options: object) => Promise<unknown>;
    };
    await (model.health?.() ?? model.embed?.(["a"], { signal: new AbortController().signal }))?.catch(
      () => {},
    );
    await server.close();
    expect(paths).toEqual([expect.stringMatching(/^\/here\//)]);
  });

  it("may be given in both spellings if they agree", () => {
    expect(() => make({ baseURL: url, baseUrl: url })).not.toThrow();
    expect(() => make({ baseURL: undefined as never, baseUrl: url })).not.toThrow();
  });

  it("is refused, unseen, if they differ", () => {
    const both = () => make({ baseURL: url, baseUrl: "http://other.test/v1" });
    expect(both).toThrow(`${owner}.baseURL must be absent, or the same as baseUrl`);
    expect(both).not.toThrow(/password/);
  });
});
