import type { Capabilities, Json, Labels, OwnGpu, PolicyParameters, Price } from "../../contracts/index.ts";

/** Prompt that the models of a release were tested with. The text stays with its owner. */
export interface ReleasedPrompt {
  readonly id: string;
  readonly version: string;
  /** Hash of the text, as its owner computes it. */
  readonly hash: string;
}

/** Parameters that a model adds to requests. */
export interface ReleasedDefaults {
  readonly reasoningEffort?: string | undefined;
  readonly temperature?: number | undefined;
  readonly maxOutputTokens?: number | undefined;
  /** First 12 hex digits of the SHA-256 of `extraBody`, whose values may be anybody's business. */
  readonly extraBodyHash?: string | undefined;
}

/** A model of a release: what decisions and answers depend on. No address, no key. */
export interface ReleasedModel {
  readonly name: string;
  /** Place among the models, from 0: a fallback goes to the next one. */
  readonly position: number;
  /** Model versions that answered, as their provider calls them, in alphabetical order. Absent: not known. */
  readonly served?: readonly string[] | undefined;
  readonly price?: Price | undefined;
  readonly gpu?: OwnGpu | undefined;
  readonly contextWindow?: number | undefined;
  readonly maxOutputTokens?: number | undefined;
  readonly capabilities?: Capabilities | undefined;
  readonly labels: Labels;
  readonly defaults?: ReleasedDefaults | undefined;
  readonly prompt?: ReleasedPrompt | undefined;
}

/** Evidence that a release carries: the tuning file by its version, and what it states. */
export interface ReleaseCertificate {
  readonly tuning: string;
  /** ISO 8601. */
  readonly expiresAt: string;
  /** Certificate of the tuning file. Absent: the router had only the part that it needs. */
  readonly statement?: Json | undefined;
}

/**
 * Everything that a decision depends on, by name, version or hash. Policies and constraints are code, so a release does
 * not copy them: it says whether a deployment is the one that was tested.
 */
export interface Release {
  readonly formatVersion: 1;
  /** SHA-256 of the rest without `createdAt`, as canonical JSON: 64 hex digits. Decisions carry the first 12. */
  readonly hash: string;
  /** ISO 8601. */
  readonly createdAt: string;
  readonly policy: {
    readonly name: string;
    readonly parameters?: PolicyParameters | undefined;
    /** The hash that decisions carry in `versions.policy`. */
    readonly hash: string;
  };
  readonly classifier: {
    readonly name: string;
    readonly version: string;
    /** SHA-256 of the classifier's file in hex. Absent: it has none, or it was not given. */
    readonly fileHash?: string | undefined;
  };
  /** Models by id. */
  readonly models: Readonly<Record<string, ReleasedModel>>;
  /** Names of the constraints, in their order. */
  readonly constraints: readonly string[];
  readonly certificate?: ReleaseCertificate | undefined;
  readonly versions: { readonly package: string; readonly catalogue: string };
}
