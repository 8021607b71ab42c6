import type { ProviderOptions } from "../../src/contracts/index.ts";
import type { Model } from "../../src/index.ts";
import { anthropic } from "../../src/router/providers/anthropic.ts";
import { bedrock } from "../../src/router/providers/bedrock.ts";
import { google } from "../../src/router/providers/google.ts";
import { openai } from "../../src/router/providers/openai.ts";
import { openaiCompatible } from "../../src/router/providers/openai-compatible.ts";
import type { ScenarioWire } from "../../src/testing/index.ts";
import { anthropicWire } from "./anthropic-server.ts";
import { archivedGoogle } from "./google-packages.ts";
import { googleWire } from "./google-server.ts";
import { openaiWire } from "./openai-server.ts";
import { converseWire } from "./platforms/bedrock.ts";
import { platformWires } from "./platforms/wires.ts";
import { responsesWire } from "./responses-server.ts";

export type WireName = "openai" | "responses" | "anthropic" | "converse" | "google" | "google-archived";
/** The fault laboratory has platforms too. */
export type AnyWireName = WireName | keyof typeof platformWires;

export interface Wire extends ScenarioWire {
  /** Creates a model over the real SDK. `baseUrl` has no version. */
  model(name: string, baseUrl: string, options: Omit<ProviderOptions, "baseUrl">): Model;
}

export const wires: Readonly<Record<WireName, Wire>> = {
  openai: {
    ...openaiWire,
    model: (name, baseUrl, options) => openaiCompatible(name, { ...options, baseUrl: `${baseUrl}/v1` }),
  },
  responses: {
    ...responsesWire,
    model: (name, baseUrl, options) =>
      openai(name, { ...options, api: "responses", baseUrl: `${baseUrl}/v1`, apiKey: "k" }),
  },
  anthropic: {
    ...anthropicWire,
    model: (name, baseUrl, options) => anthropic(name, { ...options, baseUrl, apiKey: "k" }),
  },
  converse: {
    ...converseWire,
    model: (name, baseUrl, options) =>
      bedrock(name, { ...options, region: "eu-central-1", baseUrl, apiKey: "k" }),
  },
  google: {
    ...googleWire,
    model: (name, baseUrl, options) => google(name, { ...options, baseUrl, apiKey: "k" }),
  },
  "google-archived": {
    ...googleWire,
    model: (name, baseUrl, options) => archivedGoogle(name, { ...options, baseUrl, apiKey: "k" }),
  },
};

export const allWires: Readonly<Record<AnyWireName, Wire>> = { ...wires, ...platformWires };
