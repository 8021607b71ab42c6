import { describe, expect, it } from "vitest";
import { openaiEmbeddings } from "../../../src/router/classifiers/index.ts";
import { anthropic } from "../../../src/router/providers/anthropic.ts";
import { azure } from "../../../src/router/providers/azure.ts";
import { bedrock } from "../../../src/router/providers/bedrock.ts";
import { google } from "../../../src/router/providers/google.ts";
import { openai } from "../../../src/router/providers/openai.ts";
import { openaiCompatible } from "../../../src/router/providers/openai-compatible.ts";
import { sagemaker } from "../../../src/router/providers/sagemaker.ts";
import { vertex } from "../../../src/router/providers/vertex.ts";

const url = "http://user:password@host.test/v1";
type Address = Readonly<Record<string, unknown>>;
const providers: Readonly<Record<string, (address: Address) => object>> = {
  openai: (address) => openai("m", { apiKey: "k", ...address }),
  openaiCompatible: (address) => openaiCompatible("m", { apiKey: "k", baseUrl: url, ...address }),
  anthropic: (address) => anthropic("m", { apiKey: "k", ...address }),
  google: (address) => google("m", { apiKey: "k", ...address }),
  azure: (address) => azure("m", { apiKey: "k", apiVersion: "2024-10-21", ...address }),
  bedrock: (address) => bedrock("m", { region: "eu-west-1", apiKey: "k", ...address }),
  sagemaker: (address) => sagemaker("m", { region: "eu-west-1", ...address }),
  vertex: (address) => vertex("m", { project: "p", location: "europe-west4", ...address }),
  openaiEmbeddings: (address) => openaiEmbeddings({ model: "m", apiKey: "k", ...address }),
};

describe.each(Object.entries(providers))("the address of %s", (owner, of) => {
  it("is spelt baseUrl: another spelling is refused, unseen", () => {
    const make = () => of({ baseURL: url });
    expect(make).toThrow(`${owner}.baseURL must be absent: it is spelt baseUrl`);
    expect(make).not.toThrow(/password/);
    expect(() => of({ baseURL: undefined, baseUrl: url })).toThrow(`${owner}.baseURL`);
    expect(() => of({ baseUrl: url })).not.toThrow();
  });
});
