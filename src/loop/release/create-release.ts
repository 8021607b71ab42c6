import {
  InvalidOptionError,
  type Json,
  type Model,
  type Router,
  type Tuning,
} from "../../contracts/index.ts";
import { canonicalJson } from "../../plugin/canonical-json.ts";
import {
  checkTuning,
  describePolicy,
  type OptionTable,
  readOption,
  readOptions,
} from "../../plugin/index.ts";
import { refuseUnknown } from "../../plugin/options/read-options.ts";
import { sha256 } from "../../plugin/sha256.ts";
import { catalogueDate } from "../../router/cost/inner.ts";
import { certificationOf, policyHash } from "../../router/decide/index.ts";
import { packageVersion } from "../../version.ts";
import type {
  Release,
  ReleaseCertificate,
  ReleasedDefaults,
  ReleasedModel,
  ReleasedPrompt,
} from "./release.ts";

/** The part of a router that a release is about. */
export type Deployment = Pick<Router, "models" | "policy" | "classifier" | "constraints" | "tuning">;

/** Facts about a deployment that its router does not know. */
export interface ReleaseOptions {
  /** Tuning file with the certificate of this policy. Default: the router's `tuning`. */
  readonly tuning?: Tuning | undefined;
  /** Prompts by id of the model. */
  readonly prompts?: Readonly<Record<string, ReleasedPrompt>> | undefined;
  /**
   * Model versions that answered, by id of the model, as attempts record them in `servedModel`. Default: those of the
   * tuning file, if it has any.
   */
  readonly servedModels?: Readonly<Record<string, string | readonly string[]>> | undefined;
  /** SHA-256 of the classifier's file: 64 hex digits. */
  readonly classifierFileHash?: string | undefined;
  /** ISO 8601. Default: now. */
  readonly createdAt?: string | undefined;
}

const servedNames = {
  is: "list",
  of: { is: "text" },
  min: 1,
  orOne: true,
  expected: "a name or a list of names",
} as const;

export const releaseOptions: OptionTable<ReleaseOptions, "tuning" | "classifierFileHash" | "createdAt"> = {
  tuning: { is: "any", optional: true },
  prompts: {
    is: "record",
    of: { is: "table", of: { id: { is: "text" }, version: { is: "text" }, hash: { is: "text" } } },
    default: {},
  },
  servedModels: { is: "record", of: servedNames, default: {} },
  classifierFileHash: {
    is: "text",
    pattern: /^[0-9a-f]{64}$/,
    expected: "64 hex digits of a SHA-256",
    optional: true,
  },
  createdAt: { is: "text", expected: "a date in ISO 8601", optional: true },
};

/**
 * Makes the release of a router as it is now. Throws `InvalidOptionError`, also for a tuning file whose certificate is
 * about another policy, classifier or other models.
 */
export function createRelease(router: Deployment, options: ReleaseOptions = {}): Release {
  const {
    tuning,
    prompts,
    servedModels,
    classifierFileHash: fileHash,
    createdAt = new Date().toISOString(),
  } = readOptions("createRelease", releaseOptions, options);
  if (Number.isNaN(Date.parse(createdAt)))
    throw new InvalidOptionError("createRelease.createdAt", createdAt, "a date in ISO 8601");
  const ids = Object.keys(router.models);
  refuseUnknown("createRelease.prompts", prompts, ids);
  refuseUnknown("createRelease.servedModels", servedModels, ids);
  const policy = describePolicy(router.policy);
  const { name, version } = router.classifier;
  const models = ids.map((id, position) => {
    const prompt = Object.hasOwn(prompts, id) ? prompts[id] : undefined;
    const served = Object.hasOwn(servedModels, id) ? servedModels[id] : undefined;
    const model = releasedModel(router.models[id] as Model, position);
    const known = served ?? servedIn(tuning ?? router.tuning, model.name);
    return [id, { ...model, served: servedOf(id, known), prompt }] as const;
  });
  const content = asJson({
    formatVersion: 1 as const,
    policy: { ...policy, hash: policyHash(policy) },
    classifier: { name, version, fileHash },
    models: Object.fromEntries(models),
    constraints: router.constraints,
    certificate: certificateOf(router, tuning),
    versions: { package: packageVersion, catalogue: catalogueDate },
  });
  return { ...content, hash: releaseHash(content), createdAt };
}

/** Computes the hash of a release: of all fields but `hash` and `createdAt`. */
export function releaseHash(release: object): string {
  const { hash: _, createdAt: __, ...content } = release as Partial<Release>;
  return sha256(canonicalJson(content));
}

/** Field by field: whatever else a model carries, such as a key, is never looked at. */
function releasedModel(model: Model, position: number): ReleasedModel {
  const { name, price, gpu, contextWindow, maxOutputTokens, capabilities, labels } = model;
  const defaults = defaultsOf(model.defaults);
  return {
    name,
    position,
    price,
    ...(gpu && { gpu }),
    contextWindow,
    maxOutputTokens,
    capabilities,
    labels,
    defaults,
  };
}

function defaultsOf(defaults: Model["defaults"]): ReleasedDefaults | undefined {
  if (defaults === undefined) return undefined;
  const { reasoningEffort, temperature, maxOutputTokens, extraBody } = defaults;
  return {
    reasoningEffort: reasoningEffort ?? undefined,
    temperature,
    maxOutputTokens,
    extraBodyHash: extraBody && policyHash({ name: "extraBody", parameters: extraBody as never }),
  };
}

function certificateOf(router: Deployment, given: Tuning | undefined): ReleaseCertificate | undefined {
  const tuning = given ?? router.tuning;
  if (tuning === undefined) return undefined;
  if (given !== undefined) checkApplies(router, given);
  const { certificate: statement } = tuning as { readonly certificate?: Json };
  return { tuning: tuning.version, expiresAt: tuning.expiresAt, statement };
}

function checkApplies({ models, policy, classifier }: Deployment, tuning: Tuning): void {
  checkTuning("createRelease.tuning", tuning);
  const names = Object.fromEntries(Object.entries(models).map(([id, { name }]) => [id, name]));
  const { problem } = certificationOf(tuning, { policy, classifier, names });
  if (problem !== undefined)
    throw new InvalidOptionError(
      "createRelease.tuning",
      tuning.version,
      `one that certifies this router: ${problem}`,
    );
}

function servedIn(tuning: Tuning | undefined, name: string): readonly string[] | undefined {
  const { servedModels } = (tuning ?? {}) as { readonly servedModels?: Record<string, readonly string[]> };
  return servedModels && Object.hasOwn(servedModels, name) ? servedModels[name] : undefined;
}

function servedOf(id: string, served: string | readonly string[] | undefined): readonly string[] | undefined {
  if (served === undefined) return undefined;
  return [...new Set(readOption(servedNames, `createRelease.servedModels.${id}`, served))].sort();
}

/** A release is the same before it is written and after it was read. */
function asJson<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}
